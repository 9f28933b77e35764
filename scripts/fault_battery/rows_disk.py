"""Writes that fail and disks that are full or read-only (R-5, R-6)."""

import errno
import subprocess
import tempfile
import time
from pathlib import Path

from client import bearer
from faulty_site import WRITERS, Control, FaultySite, fill, mount
from figures import Figure, NotRun, row
from ledger import BUSY
from site_under_test import REFRESH, new_name, new_password

LONGEST_RECOVERY = 1.0  # seconds
ARMED, LEFT, ERROR, ON, FAILED, OPENING, SHORT, THREADS = range(8)
KINDS = {  # how the call fails: errno, whether those after it fail too, whether it writes half
    "EIO": (errno.EIO, 0, 0), "ENOSPC": (errno.ENOSPC, 0, 0), "ENOSPC for good": (errno.ENOSPC, 1, 0),
    "half": (errno.ENOSPC, 0, 1),
}  # fmt: skip


class Attempt:
    """One action of one user, whether it has happened by the site's own word, and how to do it again."""

    def __init__(self, site, action):
        self.site, self.action = site, action
        self.new = new_password()
        self.user = None if action == "signup" else site.sign_up()
        self.name = new_name() if action == "signup" else self.user.name
        if self.user:
            self.cookies = [("Cookie", self.user.client.jar.header())]
        self.client = self.user.client if self.user else site.client()
        self.client.get("/")  # the connection is there before the fault

    def do(self):
        post = self.client.post
        if self.action == "signup":
            return post("/auth/signup", dict(username=self.name, password=self.new))
        if self.action == "login":
            return post("/auth/login", dict(username=self.name, password=self.user.password), cookies=False)
        if self.action == "password":
            fields = dict(current_password=self.user.password, new_password=self.new)
            return post("/auth/password", fields, self.cookies)
        return post(f"/auth/{self.action}", None, self.cookies)

    def is_kept(self, answer):
        """After a success: whether the site knows of it."""
        if self.action in ("signup", "login"):
            token = answer.json["access_token"]
            return self.client.get("/auth/me", bearer(token), cookies=False).status == 200
        if self.action == "refresh":
            return self.client.get("/auth/me", bearer(answer.json["access_token"]), cookies=False).status == 200
        if self.action == "logout":
            return self.site.status_of(self.user.access, self.client) == 401
        return self.logs_in(self.new)

    def is_whole(self):
        """After a refusal: done or not done, and nothing in between."""
        if self.action == "signup":
            again = self.do()  # the name is free, or the account is there with its password
            return again.status == 201 or (again.status == 409 and self.logs_in(self.new))
        if self.action == "password":
            return self.logs_in(self.user.password) != self.logs_in(self.new)
        return self.logs_in(self.user.password)

    def logs_in(self, password):
        with self.site.client() as client:
            return client.post("/auth/login", dict(username=self.name, password=password)).status == 200

    def recovered(self):
        """Seconds until the same request succeeds; a password that was changed after all is no failure."""
        start, good = time.monotonic(), (200, 201, 204, 409)
        while (answer := self.do()).status not in good and not (self.action == "password" and answer.status == 401):
            if time.monotonic() - start > 10:
                break
            time.sleep(0.02)
        return time.monotonic() - start


def fail_each(site, control, action, kind, figure):
    """The n-th call fails, for n = 1, 2, … until the action no longer comes so far. Returns how many did."""
    error, on, short = KINDS[kind]
    for n in range(1, 400):
        attempt = Attempt(site, action)
        where = f"{action}, {kind} at call {n}"
        control[ERROR], control[ON], control[SHORT], control[LEFT], control[FAILED] = error, on, short, n, 0
        control[ARMED] = 1
        answer = attempt.do()
        control[ARMED] = 0
        failed = control[FAILED]
        if answer.status in (401, 403):
            figure.false_401.append(f"{where}: {answer}")
        elif answer.status < 300 and not attempt.is_kept(answer):
            figure.lost.append(f"{where}: {answer.status} and not kept")
        elif answer.status >= 300:
            if answer.status != 503 or answer.set_cookies:
                figure.missed.append(f"{where}: {answer}")
            seconds = attempt.recovered()
            figure.measures["slowest_recovery_ms"] = max(round(seconds * 1000), figure.measures["slowest_recovery_ms"])
            if seconds > LONGEST_RECOVERY:
                figure.missed.append(f"{where}: recovered after {seconds:.1f} s")
            if not attempt.is_whole():
                figure.lost.append(f"{where}: half-made")
        attempt.client.close()
        if not failed:
            return n - 1
    return n


@row("R-5", "the n-th write, truncation or sync of a program fails, for each n")
def failing(size):
    figure = Figure("", measures={"slowest_recovery_ms": 0})
    cases, counts = 0, {}
    with tempfile.TemporaryDirectory() as directory:
        control = Control(Path(directory) / "control")
        with FaultySite(shim="failing_io", variables={"FAULT_CONTROL": control.path}) as site:
            before = site.pids()
            for turn, action in enumerate(("signup", "login", "refresh", "logout", "password")):
                for kind in size.pick(list(KINDS), list(KINDS)[turn % 3 : turn % 3 + 1]):
                    counts[action] = fail_each(site, control, action, kind, figure)
                    cases += counts[action]
            after, crashes = site.pids(), site.crashes()
    figure.done = f"{cases} failing calls: " + ", ".join(f"{action} makes {n}" for action, n in counts.items())
    figure.expect(before == after and not crashes, f"programs ended: {crashes}")
    figure.expect(cases > 50, "no call failed")
    return figure.expect(not (figure.lost or figure.false_401 or figure.missed), "see the cases")


def every_write(site, user):
    """The requests that must write, by name, each with the user's cookies."""
    jar = [("Cookie", user.client.jar.header())]
    name = new_name()
    return {
        "signup": lambda c: c.post("/auth/signup", dict(username=name, password=user.password), cookies=False),
        "login": lambda c: c.post("/auth/login", dict(username=user.name, password=user.password), cookies=False),
        "refresh": lambda c: c.post("/auth/refresh", None, jar, cookies=False),
        "logout": lambda c: c.post("/auth/logout", None, jar, cookies=False),
        "password": lambda c: c.post(
            "/auth/password", dict(current_password=user.password, new_password=new_password()), jar, cookies=False),
    }, name


def while_nothing_can_be_written(site, user, seconds, figure):
    """Asks for everything, over and over; writes must be 503 and a valid token let in."""
    writes, name = every_write(site, user)
    counts, deadline = {"verify": 0, "503": 0}, time.monotonic() + seconds
    with site.client() as client:
        while time.monotonic() < deadline:
            for what, ask in writes.items():
                answer = ask(client)
                if answer.status in (401, 403):
                    figure.false_401.append(f"{what}: {answer}")
                elif answer.status != 503 or answer.set_cookies:
                    figure.lost.append(f"{what} with nowhere to write: {answer}")
                counts["503"] += 1
                for _ in range(10):
                    status = site.status_of(user.access, client)
                    counts["verify"] += 1
                    if status != 200:
                        (figure.false_401 if status == 401 else figure.missed).append(f"verify: {status}")
            time.sleep(0.02)
    return counts, name


def afterwards(site, user, name, figure):
    """All is as before: the user logs in, the session lives, and the name that was refused is free."""
    start = time.monotonic()
    with site.client() as client:
        fields = dict(username=user.name, password=user.password)
        while (answer := client.post("/auth/login", fields, cookies=False)).status in BUSY and time.monotonic() - start < 10:
            time.sleep(0.02)
        figure.measures["recovery_ms"] = round(1000 * (time.monotonic() - start))
        figure.expect(answer.status == 200, f"no login afterwards: {answer}")
        answer = client.post("/auth/signup", dict(username=name, password=user.password), cookies=False)
        if answer.status != 201:
            figure.lost.append(f"a refused sign-up was half-made: {answer}")
        answer = client.post("/auth/refresh", None, [("Cookie", f"{REFRESH}={user.refresh}")], cookies=False)
        if answer.status != 200:
            figure.lost.append(f"the session was lost: {answer}")
    figure.met = figure.met and not (figure.lost or figure.false_401 or figure.missed)
    return figure


def on_a_small_disk(site):
    mount(site, "disk", "3m")
    site.settings["AUTH_STORE"] = f"sqlite://{site.state}/disk/store.sqlite"


@row("R-6", "the store's disk is full")
def full(size):
    figure = Figure("")
    with FaultySite(prepare=on_a_small_disk) as site:
        user = site.sign_up()
        filler = fill(site.store.parent)
        counts, name = while_nothing_can_be_written(site, user, size.pick(60, 2), figure)
        filler.unlink()
        afterwards(site, user, name, figure)
        crashes = site.crashes()
    figure.done = f"full for {size.pick(60, 2)} s: {counts['503']} writes refused, {counts['verify']} valid tokens let in"
    return figure.expect(not crashes, f"programs ended: {crashes}")


@row("R-6 read-only", "the store's disk is read-only when the programs start again")
def read_only(size):
    figure = Figure("")
    with FaultySite(prepare=on_a_small_disk) as site:
        user, disk = site.sign_up(), site.store.parent
        for command in (["--bind", disk, disk], ["-o", "remount,ro,bind", disk]):
            if subprocess.run(["mount", *command], capture_output=True).returncode != 0:
                raise NotRun("a disk can't be made read-only")
        for program in WRITERS:
            site.stack.restart(program)
        counts, name = while_nothing_can_be_written(site, user, size.pick(30, 1), figure)
        subprocess.run(["umount", "--lazy", disk], check=True)
        afterwards(site, user, name, figure)
    figure.done = f"read-only for {size.pick(30, 1)} s: {counts['503']} writes refused, {counts['verify']} valid tokens let in"
    return figure
