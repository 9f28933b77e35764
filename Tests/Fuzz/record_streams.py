#!/usr/bin/env python3
"""Mutated FastCGI record streams at the socket of every running program (V-F1 to V-F8, R-13).

    scripts/fuzz-records SECONDS [PROGRAM...] [--cases N] [--seed N]

Streams that nginx would send are changed: bytes, lengths, types, versions, ids, padding, order, splits,
cuts. After each batch the program must be the same process, answer a good request rightly within a second,
and hold no more memory or descriptors than before. No stream without a valid token may get a 2xx.
"""

import argparse
import contextlib
import pathlib
import random
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))

import fastcgi  # noqa: E402
import site_under_test as sites  # noqa: E402
from fastcgi import PARAMS, STDIN, begin, record  # noqa: E402
from programs import PLACES  # noqa: E402

PROGRAMS = (*PLACES, "verify-session")
BATCH = 2000  # streams between two checks
TOGETHER = 16  # connections open at a time
PATIENCE = 2.0  # seconds a program may take to answer or close; it closes at once when the peer has
ANSWER_LIMIT = 1.0  # seconds for a good request
GROWTH = 48 * 1024  # KiB of resident memory past the first batches: hashes, buffers and arenas, no leak
LENGTHS = (0, 1, 127, 128, 255, 2**15, 2**16, 2**24, 2**30, 2**31 - 3, 2**31 - 2, 2**31 - 1)


def forged(token):
    """The token with twelve characters exchanged: signed by nobody, and no few changed bytes bring it back."""
    return token[:-14] + "".join("A" if letter != "A" else "B" for letter in token[-14:-2]) + token[-2:]


class Templates:
    """Streams as nginx would send them to one program, as lists of records."""

    def __init__(self, program, user):
        place = PLACES[program.removesuffix("-session")]
        bad = f"{sites.ACCESS}={forged(user.access)}; {sites.REFRESH}={forged(user.refresh)}"
        post = dict(HTTP_COOKIE=bad, HTTP_ORIGIN="null", HTTP_SEC_FETCH_SITE="same-origin")
        form = post | dict(CONTENT_TYPE="application/x-www-form-urlencoded")
        asked = [
            (fastcgi.get(place), b""),
            (fastcgi.get(place, dict(HTTP_COOKIE=bad, AUTH_REQUIRE="role:admin")), b""),
            (fastcgi.get(place, dict(HTTP_AUTHORIZATION=f"Bearer {forged(user.access)}")), b""),
        ]
        for body, extra in (
            (b'{"username":"ada","password":', post), (b'{"username":[],"password":"x"}', post),
            (b"username=ada&username=bob&password=x", form), (b"%", form), (b"x" * 17_000, post), (b"[" * 40, post),
        ):  # fmt: skip
            asked.append((fastcgi.post(place, body, extra), body))
        self.streams = [self.records(parameters, body, keep) for parameters, body in asked for keep in (0, 1)]

    @staticmethod
    def records(parameters, body, keep):
        content = fastcgi.pairs(parameters)
        half = len(content) // 2
        stream = [begin(keep=bool(keep)), record(PARAMS, content[:half]), record(PARAMS, content[half:], padding=3)]
        stream += [record(PARAMS)]
        stream += [record(STDIN, body[at : at + 9000]) for at in range(0, len(body), 9000)]
        return [*stream, record(STDIN)]


class Mutator:
    def __init__(self, seed, streams):
        self.chance = random.Random(seed)
        self.streams = streams
        self.changes = (
            self.bytes_changed, self.bytes_changed, self.header_changed, self.header_changed, self.cut, self.lengths,
            self.reordered, self.doubled, self.spliced, self.ahead, self.foreign, self.noise, self.inserted,
        )  # fmt: skip

    def stream(self):
        """One mutated stream."""
        data = self.chance.choice(self.changes)([*self.chance.choice(self.streams)])
        # One in eight is changed twice.
        return data if self.chance.getrandbits(3) else self.flipped(data)

    def flipped(self, data):
        damaged = bytearray(data)
        for _ in range(self.chance.randrange(1, 5) if damaged else 0):
            damaged[int(self.chance.random() * len(damaged))] = self.chance.getrandbits(8)
        return bytes(damaged)

    def bytes_changed(self, records):
        return self.flipped(b"".join(records))

    def header_changed(self, records):
        at = self.chance.randrange(len(records))
        head = bytearray(records[at])
        field = self.chance.randrange(7)
        head[field] = self.chance.choice((0, 1, 2, 3, 4, 5, 9, 11, 127, 128, 255, self.chance.getrandbits(8)))
        records[at] = bytes(head)
        return b"".join(records)

    def cut(self, records):
        data = b"".join(records)
        return data[: int(self.chance.random() * len(data))]

    def lengths(self, records):
        """Name and value lengths as in V-F1, anywhere in the parameters."""
        pair = struct.pack(">II", *(self.chance.choice(LENGTHS) | 1 << 31 for _ in "nv"))
        records.insert(self.chance.randrange(1, 4), record(PARAMS, pair + b"x" * self.chance.randrange(64)))
        return b"".join(records)

    def reordered(self, records):
        self.chance.shuffle(records)
        return b"".join(records)

    def doubled(self, records):
        at = self.chance.randrange(len(records))
        return b"".join(records[:at] + [records[at]] * self.chance.randrange(2, 40) + records[at:])

    def spliced(self, records):
        other = self.chance.choice(self.streams)
        return b"".join(records[: self.chance.randrange(len(records))] + other[self.chance.randrange(len(other)) :])

    def ahead(self, records):
        """A second request before the first one's answer, whole or in part."""
        data = b"".join(records)
        return data + data[: int(self.chance.random() * len(data)) + 1]

    def foreign(self, records):
        """A record of another request id, type or version among the others."""
        chance = self.chance
        stranger = record(chance.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 200)), chance.randbytes(chance.randrange(40)),
                          chance.choice((0, 1, 2, 65535)), chance.choice((0, 1, 1, 1, 2)), chance.randrange(256))
        records.insert(chance.randrange(len(records) + 1), stranger)
        return b"".join(records)

    def inserted(self, records):
        data, chance = b"".join(records), self.chance
        at = int(chance.random() * len(data))
        return data[:at] + chance.randbytes(chance.randrange(1, 20)) + data[at:]

    def noise(self, _):
        return self.chance.randbytes(self.chance.choice((1, 8, 16, 100, 4096)))


class Broken(Exception):
    pass


class Attack:
    """One program under fire."""

    def __init__(self, site, user, program, seed):
        self.site, self.user, self.program = site, user, program
        self.name = program.removesuffix("-session")
        self.path = str(site.stack.socket(self.name))
        self.pid = site.stack.pid(self.name)
        self.mutator = Mutator(seed, Templates(program, user).streams)
        self.cases = self.answers = 0
        self.slowest = self.seconds = 0.0
        self.resident = self.descriptors = self.growth = 0

    def batch(self):
        began = time.monotonic()
        for _ in range(BATCH // TOGETHER):
            sent = [self.send(self.mutator.stream()) for _ in range(TOGETHER)]
            for stream, peer in sent:
                self.receive(stream, peer)
        self.cases += BATCH // TOGETHER * TOGETHER
        self.check()
        self.seconds += time.monotonic() - began

    def send(self, stream):
        """Sends a stream in one or several pieces, and then nothing more."""
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(PATIENCE)
        peer.connect(self.path)
        with contextlib.suppress(ConnectionError):
            splits = self.mutator.chance.getrandbits(4)
            cut = int(self.mutator.chance.random() * len(stream)) if splits < 5 else 0
            if cut:
                peer.sendall(stream[:cut])
            peer.sendall(stream[cut:])
            if splits == 15:
                peer.close()
                return stream, None
            peer.shutdown(socket.SHUT_WR)
        return stream, peer

    def receive(self, stream, peer):
        if peer is None:
            return
        data = b""
        try:
            while chunk := peer.recv(65536):
                data += chunk
        except ConnectionError:
            pass
        except TimeoutError:
            # A refused stream longer than the socket's buffers is given up with the connection.
            raise Broken(f"neither answered nor closed within {PATIENCE} s", stream) from None
        finally:
            peer.close()
        if data:
            self.answers += 1
            # Logging out is 204 for everybody.
            if b"Status: 2" in data and self.name != "logout":
                raise Broken("2xx without a valid token", stream)

    def check(self):
        if self.site.stack.pid(self.name) != self.pid:
            raise Broken("the program was ended", b"")
        place = PLACES[self.name]
        good = fastcgi.get(place, dict(HTTP_COOKIE=f"{sites.ACCESS}={self.user.access}"))
        expected = {"verify": 204, "account": 200}.get(self.name, 405)
        answer, seconds = fastcgi.timed(self.path, good)
        self.slowest = max(self.slowest, seconds)
        if answer.status != expected or seconds > ANSWER_LIMIT:
            raise Broken(f"a good request got {answer.status} in {seconds:.2f} s", b"")
        if self.name == "verify" and answer.header("X-Auth-User-Id") != self.user.id:
            raise Broken("a good request got another's answer", b"")
        self.measure()

    def measure(self):
        lines = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        resident = int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
        descriptors = len(list(pathlib.Path(f"/proc/{self.pid}/fd").iterdir()))
        if self.cases <= 2 * BATCH:
            self.resident, self.descriptors = resident, descriptors
        if resident > self.resident + GROWTH:
            raise Broken(f"resident memory grew from {self.resident} to {resident} KiB", b"")
        if descriptors > self.descriptors + 2 * TOGETHER:
            raise Broken(f"descriptors grew from {self.descriptors} to {descriptors}", b"")
        self.growth = resident - self.resident

    def row(self):
        rate = self.cases / self.seconds if self.seconds else 0
        return (f"{self.program:<16}{self.cases:>12,}{self.answers:>12,}{rate:>11,.0f}{self.growth:>14,}"
                f"{self.slowest * 1000:>18,.1f}")


def fire(attacks, seconds, cases):
    """Batches in turn, until time or cases are used up; the broken ones with why."""
    broken, deadline = {}, time.monotonic() + seconds
    while live := [one for one in attacks if one not in broken and not (cases and one.cases >= cases)]:
        for attack in live:
            try:
                attack.batch()
            except Broken as reason:
                broken[attack] = reason
            if time.monotonic() > deadline and all(one.cases for one in attacks):
                return broken
    return broken


def main():
    options = argparse.ArgumentParser(prog="scripts/fuzz-records", description=__doc__.split("\n")[0])
    options.add_argument("seconds", type=float, nargs="?", default=10, help="in all (10)")
    options.add_argument("programs", nargs="*", metavar="PROGRAM", help=f"some of {', '.join(PROGRAMS)}")
    options.add_argument("--cases", type=int, help="end a program after so many streams")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = options.parse_args()
    if unknown := set(given.programs) - set(PROGRAMS):
        options.error(f"no such program: {', '.join(sorted(unknown))}")
    chosen = given.programs or PROGRAMS
    print(f"seed {given.seed}")
    with contextlib.ExitStack() as running:
        attacks = []
        for kind in ("jwt", "session"):
            programs = [name for name in chosen if name.endswith("-session") == (kind == "session")]
            if programs:
                site = sites.Site({"AUTH_ACCESS": kind})
                running.callback(site.stop)
                # Signed in for as long as the run may take.
                site.restart(AUTH_ACCESS_TTL="1d", AUTH_LOG_LEVEL="error")
                user = site.sign_up()
                attacks += [Attack(site, user, name, given.seed) for name in programs]
        broken = fire(attacks, given.seconds, given.cases)
        print(f"{'program':<16}{'streams':>12}{'answered':>12}{'streams/s':>11}{'growth, KiB':>14}{'slowest good, ms':>18}")
        for attack in attacks:
            print(attack.row())
        for attack, reason in broken.items():
            what, stream = reason.args
            print(f"{attack.program}: {what}")
            if stream:
                kept = pathlib.Path(".build/fuzz/crashes") / f"stream-{attack.program}-{attack.cases}"
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(stream)
                print(f"  {kept}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
