"""A store with many users and sessions, written by SQL, and refresh tokens for those sessions."""

import base64
import contextlib
import hashlib
import hmac
import os
import sqlite3
import time
from pathlib import Path

LABEL = b"fcgi-auth refresh token 1\0"
ROWS_AT_ONCE = 50_000
DAY = 86_400_000  # milliseconds


def new_ids(count, start):
    """UUIDs of version 7, a millisecond apart."""
    for number in range(count):
        random = bytearray(os.urandom(10))
        random[0] = random[0] & 0x0F | 0x70
        random[2] = random[2] & 0x3F | 0x80
        yield (start + number).to_bytes(6, "big") + bytes(random)


def text(identifier):
    digits = identifier.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


class FilledStore:
    """The store of a running `Stack`."""

    def __init__(self, stack):
        self.path = stack.settings["AUTH_STORE"].removeprefix("sqlite://")
        self.key = (Path(stack.settings["AUTH_KEYS"]) / "refresh.key").read_bytes()
        self.users = []

    def add_users(self, count, digest, prefix="user"):
        """Users `prefix`0 and so on, all with one password's digest. Returns their ids as bytes."""
        now = time.time_ns() // 1_000_000
        ids = list(new_ids(count, now - 400 * DAY))
        rows = ((text(identifier), f"{prefix}{number}", "", digest, 1, 1, now, now, f"{prefix}{number}")
                for number, identifier in enumerate(ids))
        self._insert("accounts (id, username, roles, digest, password_version, epoch, created_at, updated_at, skeleton)",
                     rows, 9)
        self.users += ids
        return ids

    def add_sessions(self, count):
        """Sessions of the users in turn. Returns their ids as bytes."""
        now = time.time_ns() // 1_000_000
        ids = list(new_ids(count, now - 2 * DAY))
        rows = ((text(identifier), text(self.users[number % len(self.users)]), 0, now, now, now, now + 30 * DAY,
                 now + 7 * DAY - number % DAY, 1, "body", "192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64) Filled/1.0")
                for number, identifier in enumerate(ids))
        self._insert("sessions (id, account_id, generation, created_at, rotated_at, last_used_at, expires_at, ends_at,"
                     " remember, delivery, address, user_agent)", rows, 12)
        return ids

    def token(self, session, generation=0):
        content = session + generation.to_bytes(4, "big")
        code = hmac.digest(self.key, LABEL + content, hashlib.sha256)
        return base64.urlsafe_b64encode(content + code).rstrip(b"=").decode()

    def digest(self, username):
        with contextlib.closing(sqlite3.connect(self.path)) as database:
            return database.execute("SELECT digest FROM accounts WHERE username = ?", (username,)).fetchone()[0]

    def _insert(self, into, rows, columns):
        with contextlib.closing(sqlite3.connect(self.path, timeout=60)) as database:
            statement = f"INSERT INTO {into} VALUES ({', '.join('?' * columns)})"
            while batch := [row for row, _ in zip(rows, range(ROWS_AT_ONCE))]:
                with database:
                    database.executemany(statement, batch)
            database.execute("PRAGMA wal_checkpoint(PASSIVE)")
