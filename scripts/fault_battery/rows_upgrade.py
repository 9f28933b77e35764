"""A store of the first version, and backups taken while writing (R-22, R-24)."""

import contextlib
import random
import sqlite3
import time
from pathlib import Path

from faulty_site import FaultySite
from figures import Figure, row
from ledger import LIVE, Ledger

# What version 1 of the schema has; it never changes.
OLD_SCHEMA = Path(__file__).with_name("schema_1.sql")
# Its attempts are left empty: version 2 counts them in another way and drops the old ones.
OLD_TABLES = ("accounts", "sessions", "revocations")


def columns(database, table):
    return [name for (_, name, *_) in database.execute(f"PRAGMA table_info({table})")]


def make_old(site):
    """Puts a version 1 store in place of today's, with the same accounts and sessions."""
    old = site.state / "old.sqlite"
    with contextlib.closing(sqlite3.connect(old)) as database:
        database.executescript(OLD_SCHEMA.read_text())
        database.execute("ATTACH ? AS today", (str(site.store),))
        for table in OLD_TABLES:
            names = ", ".join(name for name in columns(database, table))
            if database.execute("SELECT COUNT(*) FROM today.sqlite_master WHERE name = ?", (table,)).fetchone()[0]:
                database.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM today.{table}")
        database.commit()
    for end in ("-wal", "-shm"):
        site.store.with_name(site.store.name + end).unlink(missing_ok=True)
    old.rename(site.store)


@row("R-22", "a store of version 1 with live sessions is upgraded")
def upgraded(size):
    with FaultySite() as site:
        ledger = Ledger(site)
        with ledger.load(4):
            time.sleep(size.pick(10, 1.5))
        sessions = sum(session.state == LIVE for account in ledger.accounts for session in account.sessions)
        site.stack.stop()
        make_old(site)
        site.stack.start()
        with contextlib.closing(sqlite3.connect(site.store)) as database:
            version = database.execute("SELECT MAX(version) FROM schema_migrations").fetchone()[0]
        return Figure(f"version 1 to {version} with {sessions} live sessions, {ledger.did()}", **ledger.compare())


@row("R-24", "a backup taken while writing is restored")
def restored(size):
    lost, chance, backed_up = [], random.Random(24), 0
    with FaultySite() as site:
        for turn in size.rounds(20, 2):
            ledger = Ledger(site)
            with ledger.load(4):
                time.sleep(chance.uniform(0.8, 1.5))
                before = [account for account in list(ledger.accounts) if account.exists == LIVE]
                with contextlib.closing(sqlite3.connect(site.store)) as database, contextlib.closing(
                        sqlite3.connect(site.state / "backup")) as copy:
                    database.backup(copy, pages=8, sleep=0.001)
                time.sleep(0.2)
            site.stack.stop()
            for end in ("-wal", "-shm"):
                site.store.with_name(site.store.name + end).unlink(missing_ok=True)
            (site.state / "backup").rename(site.store)
            site.stack.start()
            names = ledger.stored()
            lost += ledger.lost + [f"round {turn}: {account.name}" for account in before
                                   if names.get(account.name) != account.id]
            backed_up += len(before)
            with site.client() as client:
                for account in chance.sample(before, min(5, len(before))):
                    fields = dict(username=account.name, password=account.passwords[-1])
                    if len(account.passwords) == 1 and client.post("/auth/login", fields).status not in (200, 401):
                        lost.append(f"round {turn}: no login for {account.name}")
    return Figure(f"{turn + 1} backups and restores, {backed_up} accounts acknowledged before them", lost=lost)
