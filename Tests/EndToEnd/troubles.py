"""A store that is busy or away, as the tests and scripts/faults bring it about."""

import contextlib
import sqlite3


@contextlib.contextmanager
def locked(site):
    """Another process writes, and goes on writing."""
    database = sqlite3.connect(site.store, isolation_level=None, check_same_thread=False)
    database.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


@contextlib.contextmanager
def missing(site):
    """The store's files moved away, as when a disk is not mounted."""
    names = [site.store.with_name(site.store.name + end) for end in ("", "-wal", "-shm")]
    moved = [(path, path.with_name("away-" + path.name)) for path in names if path.exists()]
    for path, away in moved:
        path.rename(away)
    try:
        yield
        assert not site.store.exists(), "an empty store was made in its place"
    finally:
        for path, away in moved:
            away.rename(path)
