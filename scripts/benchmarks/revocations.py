"""The same verifier with a million live revocations in its journal, and with none."""

import fcntl
import os
import struct
import time
import uuid

from benchmarks import server, tokens
from benchmarks.ours import Ours, sign_up
from benchmarks.race import race, row
from benchmarks.contestants import Nginx, cookie
from benchmarks.verify_table import COLUMNS
from benchmarks.report import Section

COUNT = 1_000_000
SESSION = 1  # the kind of a record; the format is that of JournalFormat.swift
UNTIL = 7 * 24 * 3600  # seconds from now


def record(session, until):
    return struct.pack("<Q", until << 8 | SESSION) + session + bytes(8)


class Revoked(Ours):
    """Its journal says that so many other sessions are over, and one whose token is here to be refused."""

    def __init__(self, name, count, build_dir):
        super().__init__(name, f"Ed25519, expiry, {count:,} revocations", {"AUTH_ALGORITHM": "EdDSA"}, build_dir)
        self._count = count

    def start(self, directory):
        super().start(directory)
        if not self._count:
            return
        ended = sign_up(self.stack, "ended")
        session = uuid.UUID(tokens.opened(ended)[1]["sid"]).bytes
        until = int(time.time()) + UNTIL
        records = [record(os.urandom(16), until) for _ in range(self._count - 1)]
        records.insert(len(records) // 2, record(session, until))
        self._replace_journal(b"".join(records))
        self.refused["revoked"] = cookie(ended)

    def _replace_journal(self, records):
        """As the programs do: another file takes its place while nobody appends."""
        runtime = self.stack.state / "run"
        journal, other = runtime / "revocations", runtime / "revocations.bench"
        with open(runtime / "revocations.lock", "r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with open(journal, "rb") as old, open(other, "wb") as new:
                new.write(old.read())
                new.write(records)
            other.chmod(0o660)
            other.rename(journal)


def sections(given):
    contestants = [Nginx("nginx"), Revoked("none", 0, given.build_dir), Revoked("million", given.revoked, given.build_dir)]
    entries = race(contestants, given.rounds, given.seconds)
    rows = [row(entry, entries) for entry in entries]
    yield Section("revocations", "Live revocations", rows, COLUMNS, notes=compared(rows))


def compared(rows):
    if any("failure" in each for each in rows):
        return []
    none, million = (each["of 204"] for each in rows[1:])
    return [f"With them {million / none:.3f} of the rate without, by the medians of the ratios."]
