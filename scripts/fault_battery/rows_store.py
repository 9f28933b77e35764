"""A store that is locked, gone, unreadable or damaged (R-7, R-8, R-9)."""

import concurrent.futures
import contextlib
import os
import random
import sqlite3
import tempfile
import time
from pathlib import Path

from client import bearer
from faulty_site import WRITERS, Control, FaultySite
from figures import Figure, percentile, row
from rows_disk import ERROR, OPENING, afterwards, every_write, while_nothing_can_be_written
from site_under_test import REFRESH, new_name, new_password
from troubles import locked, missing

LONGEST_WAIT = 5.0  # seconds a request may be kept waiting for a busy store


@row("R-7", "another program holds the store's lock")
def busy(size):
    seconds, figure, times, verifies = size.pick(30, 6), Figure(""), [], []
    with FaultySite() as site:
        users = [site.sign_up() for _ in range(4)]
        writes = [every_write(site, user)[0] for user in users]

        def ask(sends, deadline):
            with site.client() as client:
                while time.monotonic() < deadline:
                    for what, send in sends.items():
                        start = time.monotonic()
                        answer = send(client)
                        times.append(time.monotonic() - start)
                        if answer.status in (401, 403):
                            figure.false_401.append(f"{what}: {answer}")
                        elif answer.status != 503 or answer.set_cookies:
                            figure.missed.append(f"{what}: {answer}")

        def look(deadline):
            with site.client() as client:
                while time.monotonic() < deadline:
                    start = time.monotonic()
                    if site.status_of(users[0].access, client) != 200:
                        figure.false_401.append("a valid token")
                    verifies.append(time.monotonic() - start)
                    time.sleep(0.005)

        with locked(site), concurrent.futures.ThreadPoolExecutor(5) as pool:
            until = time.monotonic() + seconds
            for done in [*(pool.submit(ask, sends, until) for sends in writes), pool.submit(look, until)]:
                done.result()
        afterwards(site, users[0], new_name(), figure)
    figure.done = f"locked for {seconds} s: {len(times)} writes refused, {len(verifies)} valid tokens let in"
    figure.measures |= {"p99_wait_ms": percentile(times, 0.99), "verify_p99_ms": percentile(verifies, 0.99)}
    return figure.expect(max(times) < LONGEST_WAIT, f"somebody waited {max(times):.1f} s")


@contextlib.contextmanager
def replaced(site, put):
    """Something else has the store's name."""
    with missing(site):
        put(site.store)
        try:
            yield
        finally:
            for path in site.store.parent.glob("store.sqlite*"):
                path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


REPLACEMENTS = {
    "an empty file": lambda path: path.write_bytes(b""),
    "a directory": lambda path: path.mkdir(),
    "a text": lambda path: path.write_bytes(b"not a database, " * 1024),
    "a link to nowhere": lambda path: path.symlink_to(path.with_name("nowhere")),
    "its first half": lambda path: path.write_bytes((path.with_name("away-" + path.name)).read_bytes()[:6000]),
    "another database": lambda path: sqlite3.connect(path).execute("CREATE TABLE other (id)").connection.close(),
}


@row("R-8", "the store is missing, forbidden or something else")
def gone(size):
    figure, seconds, refused, verified = Figure(""), size.pick(5, 0.3), 0, 0
    troubles = {"missing": missing} | {
        what: lambda site, put=put: replaced(site, put) for what, put in REPLACEMENTS.items()}
    with tempfile.TemporaryDirectory() as directory:
        control = Control(Path(directory) / "control")
        variables = {"FAULT_CONTROL": control.path, "FAULT_PATH": "store.sqlite"}
        with FaultySite(shim="failing_io", variables=variables) as site:
            troubles |= {name: lambda site, code=code: forbidden(site, control, code)
                         for name, code in (("EACCES", 13), ("EMFILE", 24), ("EIO", 5))}
            for what, trouble in troubles.items():
                user = site.sign_up()
                with trouble(site):
                    # Where there is no file at all, a program that starts makes a new store: that is a first start.
                    for restarted in (False,) if what == "missing" else (False, True):
                        if restarted:
                            for program in WRITERS:
                                site.stack.restart(program)
                        counts, name = while_nothing_can_be_written(site, user, seconds, figure)
                        refused, verified = refused + counts["503"], verified + counts["verify"]
                afterwards(site, user, name, figure)
                figure.expect(not figure.lost, f"that was with {what}")
            crashes = site.crashes()
    figure.done = f"{len(troubles)} troubles, before and after a restart: {refused} requests refused, {verified} valid tokens let in"
    return figure.expect(not crashes, f"programs ended: {crashes}")


@contextlib.contextmanager
def forbidden(site, control, code):
    """Opening the store's files fails with this errno; programs that have them open are started again."""
    control[ERROR], control[OPENING] = code, 1
    for program in WRITERS:
        site.stack.restart(program)
    try:
        yield
    finally:
        control[OPENING] = 0


def damage(data, chance):
    """1 to 64 bytes changed, anywhere, at the head of a page, or all in one place."""
    damaged, count = bytearray(data), chance.choice((1, 1, 2, 4, 16, 64))
    start = chance.choice((0, 4096 * chance.randrange(len(data) // 4096), chance.randrange(len(data))))
    spread = chance.choice((len(data), 128, 4096))
    for _ in range(count):
        at = min(len(data) - 1, start + chance.randrange(spread)) if spread < len(data) else chance.randrange(len(data))
        damaged[at] ^= chance.randrange(1, 256)
    return damaged


class Damaged:
    """What is asked of a store that may be damaged, and which answers would let in somebody who must not be."""

    def __init__(self, site):
        self.site = site
        self.users = [site.sign_up() for _ in range(3)]
        self.over = site.sign_up()
        self.over_token = self.over.refresh
        assert self.over.client.post("/auth/logout").status == 204
        self.disabled = site.sign_up()
        site.ctl("user", "disable", self.disabled.name)
        self.token = bearer(self.users[0].access)
        self.client = site.client()

    def come_from_elsewhere(self):
        self.client.close()
        self.client = self.site.client()

    def ask(self, chance):
        """(what, answer, whether a success is wrong, whose id a success must show)."""
        user, post = chance.choice(self.users), self.client.post
        new = dict(username=new_name(), password=new_password())
        jar = [("Cookie", f"{REFRESH}={user.refresh}")]
        over = [("Cookie", f"{REFRESH}={self.over_token}")]
        forged = [("Cookie", f"{REFRESH}={user.refresh[:-3]}AAA")]
        wrong = dict(username=user.name, password=new_password())
        yield "wrong password", post("/auth/login", wrong, cookies=False), True, None
        right = dict(username=user.name, password=user.password)
        yield "right password", post("/auth/login", right, cookies=False), False, user.id
        gone = dict(username=self.disabled.name, password=self.disabled.password)
        yield "disabled", post("/auth/login", gone, cookies=False), True, None
        yield "refresh", post("/auth/refresh", None, jar, cookies=False), False, user.id
        yield "ended refresh", post("/auth/refresh", None, over, cookies=False), True, None
        yield "forged refresh", post("/auth/refresh", None, forged, cookies=False), True, None
        yield "me", self.client.get("/auth/me", self.token, cookies=False), False, self.users[0].id
        yield "signup", post("/auth/signup", new, cookies=False), False, None


@row("R-9", "bytes of the store are changed")
def corrupted(size):
    files, chance, figure = 0, random.Random(9), Figure("")
    counts, noticed = {"2xx": 0, "503": 0, "other": 0}, 0
    with FaultySite() as site:
        asked = Damaged(site)
        before = site.pids()
        with contextlib.closing(sqlite3.connect(site.store)) as database, contextlib.closing(
                sqlite3.connect(site.state / "healthy")) as copy:
            database.backup(copy)
        healthy = (site.state / "healthy").read_bytes()
        for turn in size.rounds(10_000, 50):
            files += 1
            put_in_place(site, damage(healthy, chance))
            if turn % 50 == 49:
                asked.come_from_elsewhere()
            troubled = False
            for what, answer, is_wrong, owner in asked.ask(chance):
                counts["2xx" if answer.status < 300 else "503" if answer.status == 503 else "other"] += 1
                troubled |= answer.status == 503
                if answer.status < 300 and is_wrong:
                    figure.wrongly_allowed.append(f"file {turn}: {what}: {answer}")
                if answer.status < 300 and owner and answer.json["user"]["id"] != owner:
                    figure.wrongly_allowed.append(f"file {turn}: {what} as another user: {answer}")
            noticed += troubled
            if site.status_of(asked.users[0].access, asked.client) != 200:
                figure.false_401.append(f"file {turn}: verify")
        put_in_place(site, healthy)
        crashes, after = site.crashes(), site.pids()
    figure.done = (f"{files} damaged files, {noticed} of them noticed: answers {counts}")
    figure.met = figure.met and not (figure.wrongly_allowed or figure.false_401)
    return figure.expect(not crashes and after == before, f"programs ended: {crashes}")


def put_in_place(site, data):
    """As a restored file is: whole, under a new inode, without the old one's log."""
    fresh = site.store.with_name("fresh")
    fresh.write_bytes(data)
    for end in ("-wal", "-shm"):
        site.store.with_name(site.store.name + end).unlink(missing_ok=True)
    os.replace(fresh, site.store)
