"""What the site has acknowledged, kept by the clients, and the comparison with what it then has."""

import base64
import contextlib
import http.client
import json
import random
import sqlite3
import threading
import time

from client import bearer
from site_under_test import REFRESH, new_name, new_password

BROKEN = (OSError, http.client.HTTPException)  # the connection went with the program
BUSY = {429, 500, 502, 503, 504}
LIVE, ENDED, UNSURE = "live", "ended", "unsure"  # unsure: no answer came, so it may or may not have happened


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Session:
    def __init__(self, cookies, access):
        self.cookies, self.access, self.state = dict(cookies), access, LIVE
        self.outdated = LIVE  # ENDED when the roles in its access token are known not to be the account's


class Account:
    def __init__(self, name, password):
        self.name, self.passwords, self.sessions = name, [password], []
        self.exists, self.id, self.roles = UNSURE, None, set()  # roles: None when unsure


class Actor:
    """One client that does all that a person may do, and writes down what was acknowledged."""

    def __init__(self, site, ledger, number):
        self.site, self.ledger, self.client = site, ledger, site.client()
        self.chance = random.Random(number)
        self.accounts = []

    def ask(self, method, target, body=None, cookies=None, headers=(), retry=False):
        """The answer, or None when none came or it was no decision."""
        self.client.jar.clear()
        self.client.jar.update(cookies or {})
        kind = [("Content-Type", "application/json")] if body is not None else []
        data = json.dumps(body).encode() if body is not None else None
        start = time.monotonic()
        try:
            answer = self.client.request(method, target, [*kind, *headers], data)
        except BROKEN as error:
            self.client.close()
            self.ledger.asked(time.monotonic() - start, f"{method} {target}: {error!r}")
            return None
        self.ledger.asked(time.monotonic() - start, repr(answer) if answer.status in BUSY - {429} else None)
        self.ledger.throttled += answer.status == 429
        return None if answer.status in BUSY else answer

    def act(self):
        sessions = [(account, session) for account in self.accounts[-20:] for session in account.sessions]
        live = [pair for pair in sessions if pair[1].state == LIVE]
        known = [account for account in self.accounts if account.exists == LIVE]
        kind = self.chance.random()
        if not live or kind < 0.12:
            if known and kind < 0.06:
                return self.log_in(self.chance.choice(known))
            return self.sign_up()
        account, session = self.chance.choice(live)
        if kind < 0.30:
            return self.refresh(account, session)
        if kind < 0.40:
            return self.log_out(account, session)
        if kind < 0.43:
            return self.change_password(account, session)
        if kind < 0.46:
            return self.revoke_another(account, session)
        if kind < 0.47:
            return self.change_roles(account)
        return self.look(*self.chance.choice(sessions))

    def sign_up(self):
        account = Account(new_name("fault"), new_password())
        self.accounts.append(account)
        self.ledger.accounts.append(account)
        answer = self.ask("POST", "/auth/signup", dict(username=account.name, password=account.passwords[0]))
        if answer is not None and answer.status == 201:
            account.exists, account.id = LIVE, answer.json["user"]["id"]
            self.opened(account, answer)
        elif answer is not None:
            self.ledger.wrong.append(f"sign-up: {answer}")

    def opened(self, account, answer):
        account.sessions.append(Session(self.client.jar, answer.json["access_token"]))
        self.ledger.acknowledged += 1

    def log_in(self, account):
        password = account.passwords[-1]
        answer = self.ask("POST", "/auth/login", dict(username=account.name, password=password))
        if answer is None:
            return
        if answer.status == 200:
            account.passwords = [password]
            self.opened(account, answer)
        elif len(account.passwords) > 1:
            account.passwords.reverse()
        else:
            self.ledger.false_401.append(f"login of {account.name}: {answer}")

    def refresh(self, account, session):
        answer = self.ask("POST", "/auth/refresh", cookies=session.cookies)
        if answer is None:
            return  # the same token may be sent again: it gets the very same successor
        if answer.status == 200:
            self.renewed(account, session, answer)
        elif session.state == LIVE:
            self.ledger.false_401.append(f"refresh of {account.name}: {answer}")
            session.state = UNSURE

    def renewed(self, account, session, answer):
        session.cookies, session.access, session.outdated = dict(self.client.jar), answer.json["access_token"], LIVE
        self.ledger.acknowledged += 1
        if account.roles is not None and set(claims(session.access)["roles"]) != account.roles:
            self.ledger.lost.append(f"{account.name}: the roles {account.roles} are not in a token made after them")

    def log_out(self, account, session):
        session.state = UNSURE
        answer = self.ask("POST", "/auth/logout", cookies=session.cookies)
        if answer is not None and answer.status == 204:
            session.state = ENDED
            self.ledger.acknowledged += 1
            self.look(account, session)

    def revoke_another(self, account, session):
        others = [other for other in account.sessions if other.state == LIVE and other is not session]
        listed = self.ask("GET", "/auth/sessions", cookies=session.cookies) if others else None
        if listed is None or listed.status != 200:
            return
        for other in others:
            other.state = UNSURE
        for entry in listed.json:
            if not entry["current"]:
                answer = self.ask("DELETE", f"/auth/sessions/{entry['id']}", cookies=session.cookies)
                if answer is None or answer.status not in (204, 404):
                    return
        for other in others:
            other.state = ENDED
        self.ledger.acknowledged += 1

    def change_password(self, account, session):
        if len(account.passwords) > 1:
            return
        new = new_password()
        account.passwords.append(new)
        before = [other for other in account.sessions if other.state == LIVE and other is not session]
        for other in before:
            other.state = UNSURE
        answer = self.ask("POST", "/auth/password", dict(current_password=account.passwords[0], new_password=new), session.cookies)
        if answer is not None and answer.status == 204:
            account.passwords = [new]
            for other in before:
                other.state = ENDED
            self.ledger.acknowledged += 1

    def change_roles(self, account):
        """As the admin does it: each access token with the old roles is refused from then on."""
        if account.roles is None:
            return
        roles, account.roles = account.roles ^ {self.chance.choice(("admin", "editor", "reader"))}, None
        for session in account.sessions:
            session.outdated = UNSURE
        done = self.site.ctl("user", "roles", account.name, *(sorted(roles) or ["--none"]), check=False)
        if done.returncode == 0:
            account.roles = roles
            for session in account.sessions:
                session.outdated = ENDED
            self.ledger.acknowledged += 1
            self.ledger.role_changes += 1

    def look(self, account, session):
        """At a protected page, with the access token alone. 401 of a live session is false, 200 of an ended one worse."""
        state = ENDED if ENDED in (session.state, session.outdated) else UNSURE if session.outdated == UNSURE else session.state
        answer = self.ask("GET", "/app/", headers=bearer(session.access))
        if answer is None:
            return
        self.ledger.verifies += 1
        if state == ENDED and answer.status == 200:
            self.ledger.wrongly_allowed.append(f"{account.name}: an ended session or old roles: {answer}")
        if state == LIVE and answer.status != 200:
            self.ledger.false_401.append(f"{account.name}: a live session: {answer}")


class Ledger:
    """One for each row; `load` fills it, `compare` judges."""

    def __init__(self, site):
        self.site, self.accounts = site, []
        self.acknowledged = self.verifies = self.requests = self.throttled = self.role_changes = 0
        self.lost, self.wrongly_allowed, self.false_401, self.wrong, self.failed, self.times = [], [], [], [], [], []
        self.actors, self._done, self._threads = [], threading.Event(), []

    def asked(self, seconds, failure):
        self.requests += 1
        self.times.append(seconds)
        if failure:
            self.failed.append(failure)

    @contextlib.contextmanager
    def load(self, clients=4, pause=0.0):
        """Clients at work while the block runs."""
        self._done.clear()
        while len(self.actors) < clients:
            self.actors.append(Actor(self.site, self, len(self.actors)))

        def work(actor):
            while not self._done.is_set():
                actor.act()
                time.sleep(pause)

        self._threads = [threading.Thread(target=work, args=(actor,)) for actor in self.actors[:clients]]
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._done.set()
            for thread in self._threads:
                thread.join(60)

    def compare(self, sample=None):
        """Everything acknowledged against the site: accounts, passwords, sessions live and ended, and the store's own check."""
        actor = Actor(self.site, self, 150)
        accounts = [account for account in self.accounts if account.exists == LIVE]
        names = self.stored()
        self.lost += [f"account {account.name}" for account in accounts if names.get(account.name) != account.id]
        for account in accounts if sample is None else random.Random(1).sample(accounts, min(sample, len(accounts))):
            for session in account.sessions:
                self.patiently(actor.look, account, session)
                if session.state == LIVE:
                    self.patiently(actor.refresh, account, session)
                elif session.state == ENDED:
                    answer = self.patiently(actor.ask, "POST", "/auth/refresh", None, {REFRESH: session.cookies[REFRESH]})
                    if answer is not None and answer.status == 200:
                        self.wrongly_allowed.append(f"{account.name}: an ended session was refreshed")
            self.log_in(actor, account)
        self.lost += self.wrong
        if self.throttled:
            self.lost.append(f"{self.throttled} requests were throttled: they tried nothing")
        return dict(lost=self.lost, wrongly_allowed=self.wrongly_allowed, false_401=self.false_401)

    def patiently(self, action, *arguments):
        """Again while the site does not decide, for ten seconds at most."""
        deadline = time.monotonic() + 10
        while True:
            failures = len(self.failed)
            result = action(*arguments)
            if len(self.failed) == failures or time.monotonic() > deadline:
                return result
            time.sleep(0.1)

    def log_in(self, actor, account):
        for _ in range(len(account.passwords)):
            before = len(account.sessions)
            self.patiently(actor.log_in, account)
            if len(account.sessions) > before:
                return
        self.lost.append(f"{account.name} can't log in")

    def stored(self):
        """Name to id of every account, after the store's own checks."""
        with contextlib.closing(sqlite3.connect(f"file:{self.site.store}?mode=ro", uri=True)) as database:
            check = database.execute("PRAGMA integrity_check").fetchall()
            if check != [("ok",)] or database.execute("PRAGMA foreign_key_check").fetchall():
                self.lost.append(f"the store is damaged: {check}")
            rows = database.execute("SELECT username, id FROM accounts").fetchall()
        if len({name for name, _ in rows}) != len(rows):
            self.lost.append("two accounts of one name")
        return dict(rows)

    def did(self):
        return f"{self.acknowledged} acknowledged actions, {self.verifies} verifies, {self.requests} requests"
