"""Power cuts (R-4): every write of every program is traced, and what a disk may hold at a cut is put together from it.

A disk keeps what was synced. Of what was not, each write is there, or missing, or torn at a sector, as chance has it.
"""

import contextlib
import random
import sqlite3
import struct
import tempfile
import time
from pathlib import Path

from faulty_site import FaultySite
from figures import Figure, row
from ledger import ENDED, LIVE, Actor, Ledger

HEAD = struct.Struct("<BBHIQ")
SECTOR = 512
NAMES = ("store.sqlite", "store.sqlite-wal")


class Notes(Ledger):
    """A ledger that also knows where in the trace each thing was acknowledged."""

    def __init__(self, site, trace):
        super().__init__(site)
        self.trace, self.signed_up, self.logged_out = trace, [], []


class Writer(Actor):
    def act(self):
        self.sign_up()
        account = self.accounts[-1]
        if account.exists != LIVE:
            return
        self.ledger.signed_up.append((self.ledger.trace.stat().st_size, account.name, account.id))
        self.log_in(account)
        if len(account.sessions) < 2:
            return
        self.refresh(account, account.sessions[0])
        over = account.sessions[1]
        self.log_out(account, over)
        if over.state == ENDED:
            self.ledger.logged_out.append((self.ledger.trace.stat().st_size, account.id))


def parsed(data):
    """(end in the trace, kind, file, offset, bytes) of each whole record."""
    at, records = 0, []
    while at + HEAD.size <= len(data):
        kind, file, _, size, offset = HEAD.unpack_from(data, at)
        at += HEAD.size + size
        if at > len(data):
            break
        records.append((at, chr(kind), file, offset, data[at - size : at]))
    return records


def apply(image, kind, offset, data):
    if kind == "T":
        del image[offset:]
        image.extend(bytes(offset - len(image)))
    elif kind == "W":
        if len(image) < offset + len(data):
            image.extend(bytes(offset + len(data) - len(image)))
        image[offset : offset + len(data)] = data


def after_a_cut(base, records, chance, syncing=True):
    """The two files as the disk has them when the power goes after the last of these records.

    syncing  False for a disk that lies about syncs: the control that shows that losses are seen
    """
    images = [bytearray(data) for data in base]
    for file, image in enumerate(images):
        own = [record for record in records if record[2] == file]
        synced = max((index for index, record in enumerate(own) if record[1] == "S" and syncing), default=-1)
        for index, (_, kind, _, offset, data) in enumerate(own):
            fate = chance.random()
            if index > synced and fate < 0.3:
                continue
            if index > synced and fate < 0.6:
                data = data[: SECTOR * chance.randint(0, len(data) // SECTOR)]
            apply(image, kind, offset, data)
    return images


def examine(images, notes, cut):
    """What was acknowledged before the cut and is not there."""
    with tempfile.TemporaryDirectory() as directory:
        for name, image in zip(NAMES, images):
            (Path(directory) / name).write_bytes(image)
        with contextlib.closing(sqlite3.connect(Path(directory) / NAMES[0])) as database:
            try:
                check = database.execute("PRAGMA integrity_check").fetchall()
                accounts = dict(database.execute("SELECT username, id FROM accounts").fetchall())
                ended = database.execute("SELECT account_id FROM sessions WHERE revoked_reason = 'logout'").fetchall()
            except sqlite3.DatabaseError as error:
                check = error
    if check != [("ok",)]:
        return [f"cut at {cut}: the store is damaged: {check}"]
    ended = {id for (id,) in ended}
    lost = [f"cut at {cut}: account {name}" for at, name, id in notes.signed_up if at <= cut and accounts.get(name) != id]
    lost += [f"cut at {cut}: logout of {id}" for at, id in notes.logged_out if at <= cut and id not in ended]
    return lost


@row("R-4", "power cuts: un-synced writes lost, kept or torn")
def cut(size):
    cuts, chance, base = size.pick(500, 20), random.Random(4), []
    trace = Path(tempfile.mkstemp(prefix="fcgi-auth-trace-")[1])

    def remember(site):
        base.extend((site.state / name).read_bytes() if (site.state / name).exists() else b"" for name in NAMES)

    try:
        with FaultySite(shim="trace_io", variables={"TRACE_FILE": trace}, before_programs=remember) as site:
            notes = Notes(site, trace)
            notes.actors = [Writer(site, notes, number) for number in range(4)]
            with notes.load(4):
                time.sleep(size.pick(40, 4))
            data = trace.read_bytes()
            figure = notes.compare(50)
    finally:
        trace.unlink()
    records = parsed(data)
    syncs = sum(record[1] == "S" for record in records)
    checkpoints = sum(record[1] == "S" and record[2] == 0 for record in records)
    result = Figure(f"{cuts} cuts in {len(records)} writes with {syncs} syncs and {checkpoints} checkpoints; "
                    f"{len(notes.signed_up)} sign-ups, {len(notes.logged_out)} logouts", **figure)
    for _ in range(cuts):
        last = chance.randrange(len(records))
        images = after_a_cut(base, records[: last + 1], chance)
        result.lost += examine(images, notes, records[last][0])
    last = len(records) - 1
    control = examine(after_a_cut(base, records, chance, syncing=False), notes, records[last][0])
    result.measures = {"lost_by_a_disk_that_does_not_sync": len(control)}
    result.expect(control, "the row does not see losses")
    result.met = result.met and not result.lost
    return result.expect(len(notes.signed_up) > 10 and syncs > 50, "the load was no load")
