"""The same verifier with a million live revocations in its journal, and with none."""

import fcntl
import os
import struct
import time
import uuid
from pathlib import Path

from benchmarks import tokens
from benchmarks.contestants import Nginx, cookie
from benchmarks.ours import Ours, sign_up
from benchmarks.race import BASE, columns, compared, race, row, steadiness
from benchmarks.report import Section

SESSION = 1  # the kind of a record; the format is that of JournalFormat.swift
LIFE = 7 * 24 * 3600  # seconds, of a revocation


def record(session, until):
    return struct.pack("<Q", until << 8 | SESSION) + session + bytes(8)


def fill(stack, count, also=()):
    """Puts so many live revocations into the journal: of sessions that never were, and in the middle `also`, which were.

    As the programs do it: another file takes the journal's place while nobody appends.
    """
    until = int(time.time()) + LIFE
    records = [record(os.urandom(16), until) for _ in range(count - len(also))]
    records[count // 2:count // 2] = [record(session, until) for session in also]
    runtime = Path(stack.settings["AUTH_RUNTIME"])
    journal, other = runtime / "revocations", runtime / "revocations.bench"
    with open(runtime / "revocations.lock", "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with open(journal, "rb") as old, open(other, "wb") as new:
            new.write(old.read())
            new.write(b"".join(records))
        other.chmod(0o660)
        other.rename(journal)


class Revoked(Ours):
    """Its journal says that so many sessions are over; the token of one of them is here to be refused."""

    def __init__(self, name, count, build_dir):
        super().__init__(name, f"Ed25519, expiry, {count:,} revocations", {"AUTH_ALGORITHM": "EdDSA"}, build_dir)
        self._count = count

    def start(self, directory):
        super().start(directory)
        if self._count:
            ended = sign_up(self.stack, "ended")
            fill(self.stack, self._count, [uuid.UUID(tokens.opened(ended)[1]["sid"]).bytes])
            self.refused["revoked"] = cookie(ended)


def sections(given):
    sites = [Revoked("none", 0, given.build_dir), Revoked("many", given.revoked, given.build_dir)]
    entries = race([Nginx(BASE), *sites], given.rounds, given.seconds)
    notes = steadiness(entries) + compared(entries, "many", "none")
    rows = [row(entry, entries, "none") for entry in entries]
    yield Section("revocations", "Live revocations", rows, columns("none"), notes)
