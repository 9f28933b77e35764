"""Records as no web server would send them: a program is not stalled, not confused and not ended (V-F1 to V-F8)."""

import contextlib
import json
import os
import random
import signal
import socket
import struct
import time

import fastcgi
import pytest
from fastcgi import PARAMS, STDIN, begin, record
from programs import PLACES
from site_under_test import ACCESS, PROGRAMS, new_password


@contextlib.contextmanager
def undisturbed(site, program):
    """The program must be the same process afterwards and still answer, within a second."""
    pid, path = site.stack.pid(program), site.stack.socket(program)
    yield path
    answer, seconds = fastcgi.timed(path, fastcgi.get(PLACES[program]))
    assert answer.status in (401, 405) and seconds < 1, (answer, seconds)
    assert site.stack.pid(program) == pid, "the program was ended"


def half_requests(program):
    """Requests broken off at each kind of place."""
    body = b'{"username":"x","password":"y"}'
    whole = fastcgi.message(fastcgi.post(PLACES[program], body), body)
    yield from (b"", whole[:3], whole[:8], begin(), begin() + record(PARAMS, b"\x0e\x04REQ"), whole[:40])
    yield whole[: whole.index(body)]
    yield whole[: whole.index(body) + 7]
    yield whole[:-8]
    yield begin() + record(PARAMS, b"x" * 100, padding=8)[:-4]


@pytest.mark.parametrize("program", PROGRAMS)
def test_half_sent_requests_hold_up_nobody_for_a_second(site, program):
    with undisturbed(site, program) as path:
        stalled = []
        for data in [*half_requests(program)] * 4:
            stalled.append(fastcgi.Peer(path))
            stalled[-1].send(data)
        for _ in range(5):
            answer, seconds = fastcgi.timed(path, fastcgi.get(PLACES[program]))
            assert answer.status in (401, 405) and seconds < 1
        for peer in stalled:
            peer.socket.close()


def test_a_request_sent_byte_by_byte_is_answered(site, user):
    with undisturbed(site, "verify") as path, fastcgi.Peer(path) as slow:
        asked = fastcgi.message(fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}")))
        for at in range(len(asked)):
            slow.send(asked[at : at + 1])
        assert slow.read_answer().header("X-Auth-User") == user.name


def test_a_stalled_body_is_given_up_in_time(site):
    """Bounded in time: a peer that says nothing more is dropped or answered, and not kept for ever."""
    with undisturbed(site, "login") as path, fastcgi.Peer(path, timeout=40) as peer:
        peer.send(begin() + record(PARAMS, fastcgi.pairs(fastcgi.post("/auth/login", b"x" * 50))) + record(PARAMS))
        start = time.monotonic()
        with contextlib.suppress(ConnectionError, AssertionError):
            peer.read_answer()
        assert time.monotonic() - start < 35


@pytest.mark.parametrize("data", [b"\x01", begin(keep=True) + record(PARAMS) + record(STDIN)])
def test_bytes_and_the_peers_end_that_come_together_end_the_connection(site, data):
    """Found by scripts/fuzz-records: such a connection was kept for ten seconds (V-F4)."""
    with undisturbed(site, "verify") as path, fastcgi.Peer(path, timeout=3) as peer:
        fastcgi.ask(path, fastcgi.get("/_auth/verify"))  # the earlier connection is accepted by now
        site.stack.kill("verify", signal.SIGSTOP)
        try:
            peer.send(data)
            peer.socket.shutdown(socket.SHUT_WR)
        finally:
            site.stack.kill("verify", signal.SIGCONT)
        while peer.socket.recv(1000):
            pass


LENGTHS = [
    (2**31 - 1, 2**31 - 1), (2**31 - 2, 2**31 - 2), (2**31 - 2, 0), (0, 2**31 - 2), (2**30, 2**30), (2**31 - 1, 1),
    (2**24, 2**24), (65536, 0), (0, 65536), (2**16, 2**30), (100_000_000, 5),
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_huge_lengths_of_parameters_end_no_program(site, program):
    with undisturbed(site, program) as path:
        for name, value in LENGTHS:
            content = struct.pack(">II", name | 0x80000000, value | 0x80000000) + b"x" * 200
            with fastcgi.Peer(path, timeout=0.2) as peer, contextlib.suppress(OSError):
                peer.send(begin() + record(PARAMS, content) + record(PARAMS) + record(STDIN))
                peer.socket.recv(100)


def garbage():
    chance = random.Random(20)
    good = fastcgi.message(fastcgi.get("/_auth/verify"))
    for _ in range(150):
        yield chance.randbytes(chance.choice([1, 8, 16, 100, 4096]))
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        yield bytes(damaged)
    for kind in range(256):
        yield record(kind, b"x" * chance.randrange(64)) + good
    yield from (record(1, b"\0\1\0", version=1), record(1, version=0) + good, record(1, version=2) + good)
    yield begin() + begin() + record(STDIN)
    yield begin() + begin(request=2) + good
    yield from (begin(role=role) + good[16:] for role in (0, 2, 3, 9, 65535))
    yield from (begin() + record(fastcgi.ABORT), record(fastcgi.ABORT), record(STDIN, b"x"), record(PARAMS, b"x"))
    yield begin(request=0) + record(PARAMS, request=0)
    yield record(fastcgi.GET_VALUES, fastcgi.pair("FCGI_MAX_CONNS", ""), request=0)
    yield begin() + record(PARAMS, b"\xff") + record(PARAMS)
    yield begin() + record(PARAMS, b"\x05\x80\0\0") + record(PARAMS)
    yield begin() + b"".join(record(PARAMS, b"\0\0") for _ in range(2000))
    yield begin() + record(PARAMS, fastcgi.pair("A" * 60000, "")) + record(PARAMS) + record(STDIN)


@pytest.mark.parametrize("program", PROGRAMS)
def test_garbage_ends_no_program(site, program):
    with undisturbed(site, program) as path:
        for data in garbage():
            with fastcgi.Peer(path, timeout=0.003) as peer, contextlib.suppress(OSError):
                peer.send(data)
                peer.socket.recv(10)


def test_records_of_unknown_kinds_leak_nothing(site):
    """V-F3: a hundred thousand connections, each with a record that libfcgi 2.4.2 would lose memory over."""
    def resident():
        lines = open(f"/proc/{site.stack.pid('verify')}/status").read().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])

    def send(count):
        for _ in range(count):
            with contextlib.suppress(OSError), fastcgi.Peer(path) as peer:
                peer.send(record(200, b"x" * 1000, request=0))

    with undisturbed(site, "verify") as path:
        send(1000)
        before = resident()
        send(100_000)
        # A sanitizer keeps what was freed for a while.
        assert resident() - before < 1024 * int(os.environ.get("FCGI_AUTH_TEST_PATIENCE") or 1)


def test_garbage_never_opens_the_door(site, user):
    """A request of a valid token, damaged in one byte: either it still says the same, or it is refused."""
    path = site.stack.socket("verify")
    asked = dict(HTTP_COOKIE=f"{ACCESS}={user.access}", AUTH_REQUIRE="role:admin")
    good, chance = fastcgi.message(fastcgi.get("/_auth/verify", asked)), random.Random(5)
    for _ in range(400):
        damaged = bytearray(good)
        damaged[chance.randrange(good.index(b"AUTH_REQUIRE") - 2)] ^= 1 << chance.randrange(8)
        with fastcgi.Peer(path, timeout=0.05) as peer, contextlib.suppress(OSError, AssertionError):
            peer.send(bytes(damaged))
            assert peer.read_answer().status in (401, 403)


@pytest.mark.parametrize("size", [0, 1, 126, 127, 128, 129, 255, 256, 4000])
@pytest.mark.parametrize("wide", [False, True])
def test_lengths_are_read_in_both_encodings(site, user, size, wide):
    asked = fastcgi.get("/_auth/verify", dict(X="x" * size, HTTP_COOKIE=f"{ACCESS}={user.access}"))
    answer = fastcgi.ask(site.stack.socket("verify"), asked, wide=wide)
    assert answer.header("X-Auth-User") == user.name


def test_parameters_split_over_records_are_joined(site, user):
    content = fastcgi.pairs(fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}")))
    for step in (1, 3, 7, 100):
        with fastcgi.Peer(site.stack.socket("verify")) as peer:
            parts = b"".join(record(PARAMS, content[at : at + step]) for at in range(0, len(content), step))
            peer.send(begin() + parts + record(PARAMS) + record(STDIN))
            assert peer.read_answer().header("X-Auth-User") == user.name


def test_a_body_split_over_records_is_joined(site, user):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    with fastcgi.Peer(site.stack.socket("login")) as peer:
        peer.send(begin() + record(PARAMS, fastcgi.pairs(fastcgi.post("/auth/login", body))) + record(PARAMS))
        for at in range(len(body)):
            peer.send(record(STDIN, body[at : at + 1], padding=at % 8))
        peer.send(record(STDIN))
        assert peer.read_answer().status == 200


def test_two_requests_on_one_connection_are_two_answers(site, user):
    with fastcgi.Peer(site.stack.socket("verify")) as peer:
        for _ in range(50):
            cookie = dict(HTTP_COOKIE=f"{ACCESS}={user.access}")
            assert peer.ask(fastcgi.get("/_auth/verify", cookie), keep=True).status == 204
            assert peer.ask(fastcgi.get("/_auth/verify"), keep=True).status == 401


@pytest.mark.parametrize("size", range(8192, 8192 + 17))
def test_a_request_of_any_size_leaves_nothing_for_the_next_on_its_connection(site, user, size):
    """Around 8 KiB, at which libraries for FastCGI read: what is left of one request must not begin the next."""
    asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}"))
    filler = size - len(fastcgi.message(asked | dict(HTTP_X_FILLER=""), keep=True)) - 3  # a longer length is 4 bytes
    asked["HTTP_X_FILLER"] = "x" * filler
    assert len(fastcgi.message(asked, keep=True)) == size
    with fastcgi.Peer(site.stack.socket("verify")) as peer:
        for _ in range(3):
            assert peer.ask(asked, keep=True).status == 204


def test_records_hidden_in_padding_are_padding(site):
    hidden = record(PARAMS, b"")[:4] + b"\xff\xff\x00\x00"
    path = site.stack.socket("verify")
    for request in (
        begin()[:6] + b"\x08\x00" + begin()[8:] + hidden + record(PARAMS) + record(STDIN),
        begin() + record(PARAMS)[:6] + b"\x08\x00" + hidden + record(STDIN),
    ):
        with fastcgi.Peer(path) as peer:
            peer.send(request)
            assert peer.read_answer().status == 401
            _, seconds = fastcgi.timed(path, fastcgi.get("/_auth/verify"))
            assert seconds < 1


def test_requests_sent_ahead_are_answered_in_turn_or_not_at_all(site, user):
    """A web server asks the next question after the answer; who does not may be hung up on, never misled."""
    with fastcgi.Peer(site.stack.socket("verify")) as peer:
        cookie = dict(HTTP_COOKIE=f"{ACCESS}={user.access}")
        with_and_without = [fastcgi.get("/_auth/verify", cookie), fastcgi.get("/_auth/verify")]
        peer.send(b"".join(fastcgi.message(asked, keep=True) for asked in with_and_without * 5))
        statuses = []
        with contextlib.suppress(ConnectionError):
            while len(statuses) < 10:
                statuses.append(peer.read_answer().status)
        assert statuses == ([204, 401] * 5)[: len(statuses)]


def test_a_zero_byte_in_a_value_never_mixes_values(site, user):
    other = site.sign_up()
    asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}\0; {ACCESS}={other.access}"))
    with contextlib.suppress(ConnectionError):
        answer = fastcgi.ask(site.stack.socket("verify"), asked)
        assert answer.status == 401 or answer.header("X-Auth-User") == user.name


def test_two_cookie_parameters_that_differ_are_refused(site, user):
    other = site.sign_up()
    asked = [*fastcgi.get("/_auth/verify").items()]
    asked += [("HTTP_COOKIE", f"{ACCESS}={token}") for token in (user.access, other.access)]
    assert fastcgi.ask(site.stack.socket("verify"), asked).status == 401


def test_a_policy_sent_twice_is_refused(site, user):
    asked = [*fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}")).items()]
    for policies in (("", "role:admin"), ("role:admin", "")):
        twice = asked + [("AUTH_REQUIRE", policy) for policy in policies]
        assert fastcgi.ask(site.stack.socket("verify"), twice).status in (401, 403), policies


@pytest.mark.parametrize("told", ["0", "5", "31", "999999999999", "-1", "x", "", "18446744073709551616"])
def test_a_false_content_length_is_no_trouble(site, told):
    body = json.dumps(dict(username="nobody", password=new_password())).encode()
    with undisturbed(site, "login") as path, fastcgi.Peer(path, timeout=3) as peer:
        peer.send(fastcgi.message(fastcgi.post("/auth/login", body, dict(CONTENT_LENGTH=told)), body))
        with contextlib.suppress(OSError):
            assert peer.read_answer().status in (400, 401, 411, 413, 422, 503)


def test_a_body_of_many_megabytes_is_refused_and_not_kept(site):
    path = site.stack.socket("login")
    with undisturbed(site, "login"), contextlib.suppress(OSError):
        body = os.urandom(65535)
        with fastcgi.Peer(path, timeout=5) as peer:
            peer.send(begin() + record(PARAMS, fastcgi.pairs(fastcgi.post("/auth/login", body * 500))) + record(PARAMS))
            for _ in range(500):
                peer.send(record(STDIN, body))
            peer.send(record(STDIN))
            assert peer.read_answer().status == 413
    status = (f"/proc/{site.stack.pid('login')}/status",)
    resident = next(line for line in open(*status) if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 400_000
