"""kill -9 of every program under load: what was acknowledged stays, what was revoked stays out (R-1)."""

import concurrent.futures
import contextlib
import http.client
import os
import random
import threading
import time

from client import bearer
from site_under_test import ACCESS_KIND, PROGRAMS, eventually, new_name, new_password

KILLS = int(os.environ.get("E2E_KILLS", "200" if ACCESS_KIND == "jwt" else "100"))  # the store is the same one
BROKEN = (OSError, http.client.HTTPException)  # the connection went with the program
BUSY = {500, 502, 503, 504}


class Ledger:
    """What the site has acknowledged: names that exist, tokens that are void, and what went wrong."""

    def __init__(self):
        self.signed_up, self.revoked, self.wrong = {}, [], []
        self.done = threading.Event()


def worker(site, ledger, seed):
    """Signs up, looks at a page, logs out, tries the old token: again and again, through whatever fails."""
    chance = random.Random(seed)
    client = site.client()
    live = []  # (token, cookies) of sessions that must work
    while not ledger.done.is_set():
        with contextlib.suppress(*BROKEN):
            client.close()
            client.jar.clear()
            name, password = new_name("kill"), new_password()
            answer = client.post("/auth/signup", dict(username=name, password=password))
            if answer.status != 201:
                if answer.status not in BUSY:
                    ledger.wrong.append(("signup", answer))
                continue
            ledger.signed_up[name] = password
            token = answer.json["access_token"]
            for _ in range(4):
                page = client.get("/private/", bearer(token))
                if page.status not in BUSY | {200}:
                    ledger.wrong.append(("a good token", page))
            if chance.random() < 0.3:
                live.append((name, token))
                continue
            if client.post("/auth/logout").status == 204:
                ledger.revoked.append(token)
                if client.get("/private/", bearer(token)).status == 200:
                    ledger.wrong.append(("a revoked token", token))
    client.close()
    return live


def test_kills_lose_no_signup_and_revive_no_token(new_site):
    site, ledger = new_site(AUTH_ARGON2_MEMORY="7MiB", AUTH_ARGON2_TIME="1"), Ledger()
    chance = random.Random(7)
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        workers = [pool.submit(worker, site, ledger, seed) for seed in range(5)]
        for turn in range(KILLS):
            with contextlib.suppress(ProcessLookupError, RuntimeError):
                site.stack.kill(PROGRAMS[turn % len(PROGRAMS)])
            time.sleep(chance.uniform(0.15, 0.22))  # a program that has lived a second is started again at once
        ledger.done.set()
        live = [pair for done in workers for pair in done.result(60)]
    assert eventually(lambda: site.status_of(live[0][1]) == 200, 10), "the site did not recover"
    assert ledger.wrong == []
    assert len(ledger.signed_up) > 50 and len(ledger.revoked) > 20, "the load was no load"
    listed = site.ctl_json("user", "list")
    names = [user["username"] for user in (listed["users"] if isinstance(listed, dict) else listed)]
    assert len(names) == len(set(names))
    assert set(ledger.signed_up) <= set(names), set(ledger.signed_up) - set(names)
    with site.client() as client:
        assert {site.status_of(token, client) for token in ledger.revoked} <= {401}
        assert {site.status_of(token, client) for _, token in live} == {200}
        for name in list(ledger.signed_up)[:: max(1, len(ledger.signed_up) // 20)]:
            client.jar.clear()
            answer = client.post("/auth/login", dict(username=name, password=ledger.signed_up[name]))
            assert answer.status == 200, (name, answer)


def test_restarts_under_load_fail_no_request(new_site):
    """SIGTERM to each program in turn, as an upgrade does it: every request is answered as if nothing had been."""
    site, wrong, done = new_site(), [], threading.Event()

    def browse(user):
        with site.client() as client:
            client.jar.update(user.client.jar)
            while not done.is_set():
                for answer in (client.get("/private/"), client.post("/auth/refresh"), client.get("/auth/me")):
                    if answer.status != 200:
                        wrong.append(answer)

    threads = [threading.Thread(target=browse, args=(site.sign_up(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(6):
        for program in PROGRAMS:
            site.stack.restart(program)
        time.sleep(1)  # a program that has lived a second is started again at once
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_killed_program_is_started_again_and_costs_one_request_at_most(new_site):
    site = new_site()
    user = site.sign_up()
    for program in PROGRAMS:
        site.stack.kill(program)
        assert eventually(lambda: user.client.get("/private/").status == 200, 3)
    assert user.client.post("/auth/refresh").status == 200
    assert user.client.get("/auth/me").status == 200


def test_a_program_that_is_gone_lets_nobody_in(new_site):
    """While the verifier is down the answer is an error, never the page."""
    site = new_site()
    user = site.sign_up()
    inside = user.client.get("/private/").body
    for _ in range(5):
        site.stack.kill("verify")
        with site.client() as stranger:
            with contextlib.suppress(*BROKEN):
                answer = stranger.get("/private/")
                assert answer.status in BUSY | {401} and answer.body != inside
