"""The revocation journal full, cut short, deleted, overwritten (DESIGN.md 4)."""

import os
import random
import time

from faulty_site import FaultySite, fill, mount
from figures import Figure, row
from site_under_test import PROGRAMS

LONGEST_HEALING = 2.0  # seconds
PAGE = 4096  # bytes that a disk gives at once
DISK = "1m"  # room for the journal of a long run and for the copy that takes its place


def on_a_small_disk(site):
    site.settings["AUTH_RUNTIME"] = str(mount(site, "journal", DISK))


@row("journal full", "no space for the journal")
def full(size):
    figure, refused, ended, slowest = Figure(""), 0, [], 0.0
    with FaultySite(prepare=on_a_small_disk) as site:
        live = site.sign_up()
        for turn in size.rounds(50, 4):
            users = [site.sign_up() for _ in range(3)]
            filler = fill(site.journal.parent)
            for user in users:
                pad(site.journal)
                for _ in range(200):  # a page that another file gave back has room for 128 more
                    client, body = site.log_in(user)
                    jar = [("Cookie", client.jar.header())]
                    answer = client.post("/auth/logout")
                    client.close()
                    if answer.status == 503:
                        refused += 1
                        break
                    if answer.status != 204:
                        figure.missed.append(f"logout: {answer}")
                    look(site, body["access_token"], figure, ended)
                if site.status_of(live.access) != 200:
                    figure.false_401.append("a live session")
                figure.expect(not site.journal.with_suffix(".new").exists(), "half a journal was left behind")
                filler.unlink()
                start = time.monotonic()
                with site.client() as again:
                    while (answer := again.post("/auth/logout", None, jar)).status == 503 and time.monotonic() - start < LONGEST_HEALING:
                        time.sleep(0.02)
                slowest = max(slowest, time.monotonic() - start)
                if answer.status == 204:
                    look(site, body["access_token"], figure, ended)
                else:
                    figure.lost.append(f"logout with space again: {answer}")
                filler = fill(site.journal.parent)
            filler.unlink()
            for program in PROGRAMS if turn % 2 else ():
                site.stack.restart(program)
        figure.wrongly_allowed += [token[-8:] for token in ended if site.status_of(token) == 200]
        if site.status_of(live.access) != 200:
            figure.false_401.append("a live session at the end")
    figure.done = f"{(turn + 1) * 3} times full: {refused} logouts refused with 503 and done later, {len(ended)} tokens checked"
    figure.measures = {"slowest_healing_ms": round(slowest * 1000)}
    return finished(figure).expect(refused > 0, "the journal was never full")


def pad(journal):
    """Records of sessions that never were, to the end of the journal's last page: one more needs another page."""
    until = (int(time.time()) + 3600).to_bytes(7, "little")
    with journal.open("ab", buffering=0) as file:
        while file.tell() % PAGE:
            file.write(b"\1" + until + os.urandom(16) + bytes(8))


def look(site, token, figure, ended):
    """A session that has been ended by the site's own word."""
    if site.status_of(token) == 200:
        figure.wrongly_allowed.append("the next request after a logout")
    ended.append(token)


def finished(figure):
    figure.met = figure.met and not (figure.lost or figure.wrongly_allowed or figure.false_401 or figure.missed)
    return figure


def damages(chance):
    """Name to what is done to the journal's path."""
    def overwrite(path):
        data = bytearray(path.read_bytes())
        for _ in range(8):
            data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        with open(path, "r+b") as file:
            file.write(data)

    def replace(path, data):
        fresh = path.with_name("fresh")
        fresh.write_bytes(data)
        os.replace(fresh, path)

    return {
        "deleted": lambda path: path.unlink(),
        "emptied": lambda path: os.truncate(path, 0),
        "cut within a record": lambda path: os.truncate(path, path.stat().st_size - 7),
        "cut by a record": lambda path: os.truncate(path, path.stat().st_size - 32),
        "cut to its head": lambda path: os.truncate(path, 32),
        "garbage at the end": lambda path: path.open("ab").write(chance.randbytes(96)),
        "half a record at the end": lambda path: path.open("ab").write(chance.randbytes(11)),
        "replaced by garbage": lambda path: replace(path, chance.randbytes(4096)),
        "replaced by nothing": lambda path: replace(path, b""),
        "some bytes changed": overwrite,
    }


@row("journal damaged", "the journal cut short, deleted, overwritten")
def damaged(size):
    chance, figure, slowest, healed = random.Random(5), Figure(""), 0.0, 0
    with FaultySite() as site:
        live, ended = site.sign_up(), []
        asker = site.client()
        for turn in size.rounds(100, 2):
            for what, damage in damages(chance).items():
                client, body = site.log_in(live)
                assert client.post("/auth/logout").status == 204
                client.close()
                ended.append(body["access_token"])
                # Nobody can tell a record that is cut off before anybody has looked from one that never was.
                look(site, ended[-1], figure, [])
                site.status_of(live.access, asker)
                damage(site.journal)
                start = time.monotonic()
                while True:
                    for token in ended[-3:]:
                        if site.status_of(token, asker) == 200:
                            figure.wrongly_allowed.append(f"round {turn}, {what}: a revoked token")
                    status = site.status_of(live.access, asker)
                    if status == 401:
                        figure.false_401.append(f"round {turn}, {what}: a live session")
                    seconds = time.monotonic() - start
                    if status == 200 or seconds > 5:
                        break
                    # Any request does: the programs that revoke put the journal right.
                    asker.post("/auth/logout", {}, cookies=False)
                slowest, healed = max(slowest, seconds), healed + 1
                if seconds > size.pick(LONGEST_HEALING, 5):
                    figure.missed.append(f"round {turn}, {what}: healed after {seconds:.1f} s")
        figure.wrongly_allowed += [f"at the end: {token[-8:]}" for token in ended if site.status_of(token, asker) == 200]
        crashes = site.crashes()
    figure.done = f"{healed} damages, {len(ended)} revoked tokens"
    figure.measures = {"slowest_healing_ms": round(slowest * 1000)}
    return finished(figure).expect(not crashes, f"programs ended: {crashes}")
