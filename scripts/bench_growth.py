"""How the cost of a request grows with users and sessions: login, refresh and verify-session on stores of each
size, in turn in one run. `python3 scripts/bench_growth.py [--sizes 1000,100000] [--rounds N] [--json]`"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

import demo_site
import write_load
from filled_store import FilledStore, text
from stack import Stack

PASSWORD = "a password for benchmarks"
SECONDS = 3
CLIENTS = 8
# Verified by id: what the store is asked for each protected request.
PROTECTED = """
location = /_bench/file {{ auth_request /_auth/verify; alias {file}; }}
listen 127.0.0.1:{port};
"""


class Site:
    """One store of one size behind nginx."""

    def __init__(self, exit_stack, directory, size):
        self.size, self.directory = size, Path(directory) / str(size)
        self.directory.mkdir()
        self.port, self.protected = demo_site.free_port(), demo_site.free_port()
        file = self.directory / "file"
        file.write_text("ok\n")
        for path in (Path(directory), self.directory):
            path.chmod(0o755)
        file.chmod(0o644)
        runtime = exit_stack.enter_context(tempfile.TemporaryDirectory(dir="/dev/shm"))
        self.stack = exit_stack.enter_context(Stack(
            self.directory / "s", env={"AUTH_ACCESS": "session", "AUTH_RUNTIME": runtime},
            nginx_http=write_load.SERVER.format(port=self.port),
            nginx_extra=PROTECTED.format(port=self.protected, file=file)))
        self.stack.ctl("user", "add", "first", input=PASSWORD + "\n").check_returncode()
        self.store = FilledStore(self.stack)
        self.store.add_users(size, self.store.digest("first"))
        self.sessions = self.store.add_sessions(size)
        self.generations = [0] * size
        self.accesses = self._add_accesses()
        self.random = random.Random(size)
        self.order, self.turn = self.random.sample(range(size), size), 0

    def _add_accesses(self):
        """Access ids of some sessions, made as the programs make them."""
        chosen = random.Random(1).sample(self.sessions, min(1000, self.size))
        ids = [(os.urandom(32), session) for session in chosen]
        end = time.time_ns() // 1_000_000 + 900_000
        with contextlib.closing(sqlite3.connect(self.store.path, timeout=60)) as database, database:
            database.executemany("INSERT INTO access_ids VALUES (?, ?, ?)", [
                (encoded(hashlib.sha256(identifier).digest()), text(session), end) for identifier, session in ids])
        return [encoded(identifier) for identifier, _ in ids]

    def login(self):
        names = [f"user{self.random.randrange(self.size)}" for _ in range(SECONDS * 1000)]
        return self._measure("login", [json.dumps({"username": name, "password": PASSWORD, "delivery": "body"})
                                       for name in names])

    def refresh(self):
        """Each session in turn, far apart in the store, with the token that is good then."""
        bodies = []
        while len(bodies) < SECONDS * 8000:
            number = self.order[self.turn % self.size]
            self.turn += 1
            bodies.append(json.dumps({"refresh_token": self.store.token(self.sessions[number], self.generations[number])}))
            self.generations[number] += 1
        figures = self._measure("refresh", bodies)
        self._read_generations()
        return figures

    def verify(self):
        return write_load.measure_reads(
            self.stack, self.protected, "/_bench/file", [f"Cookie: __Host-access={access}" for access in self.accesses],
            SECONDS, CLIENTS, self.directory)

    def _read_generations(self):
        with contextlib.closing(sqlite3.connect(self.store.path, timeout=60)) as database:
            found = dict(database.execute("SELECT id, generation FROM sessions WHERE generation > 0"))
        self.generations = [found.get(text(session), 0) for session in self.sessions]

    def _measure(self, program, bodies):
        return write_load.measure(self.stack, self.port, program, bodies, SECONDS, CLIENTS, self.directory)


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--directory", help="on the disk to be measured; by default where temporary files are")
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    rows = {}
    with contextlib.ExitStack() as exit_stack:
        directory = exit_stack.enter_context(tempfile.TemporaryDirectory(dir=arguments.directory))
        sites = [Site(exit_stack, directory, size) for size in sizes]
        for _ in range(arguments.rounds):
            for work in ("login", "refresh", "verify"):
                for site in sites:
                    rows.setdefault(work, {}).setdefault(site.size, []).append(getattr(site, work)())
    medians = {work: {size: {key: statistics.median(figure[key] for figure in figures) for key in ("rate", "p50", "cpu")}
                      for size, figures in row.items()} for work, row in rows.items()}
    if arguments.json:
        return print(json.dumps(medians))
    print(f"{'':10} {'users':>9} {'a second':>10} {'p50 us':>9} {'processor us':>13}   ratios to the smallest")
    for work, row in medians.items():
        for size, figures in row.items():
            base = row[sizes[0]]
            print(f"{work:10} {size:9} {figures['rate']:10.0f} {figures['p50']:9.0f} {figures['cpu']:13.0f}"
                  f"   p50 {figures['p50'] / base['p50']:.2f}  processor {figures['cpu'] / base['cpu']:.2f}")


if __name__ == "__main__":
    main()
