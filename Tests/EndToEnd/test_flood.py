"""A flood of logins: bounded memory, honest refusals, and the rest of the site goes on (R-16, N-R3). In full: scripts/flood."""

import contextlib
import fcntl
import json
import sqlite3
import struct
import threading
import time

import fastcgi
from programs import Running, command, listening
from site_under_test import eventually, new_name, new_password

LOGINS = 200
OFD_GETLK = 36
UNLOCKED = fcntl.F_UNLCK


def taken(site, slots=8):
    """Which of the machine's places for hashes are taken now."""
    found = set()
    with open(site.state / "run" / "hashing", "r+b") as file:
        for slot in range(slots):
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, slot, 1, 0)
            if struct.unpack("hhqqi4x", fcntl.fcntl(file, OFD_GETLK, asked))[0] != UNLOCKED:
                found.add(slot)
    return found


def login_of(user):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    return fastcgi.message(fastcgi.post("/auth/login", body), body)


def signup():
    body = json.dumps(dict(username=new_name(), password=new_password())).encode()
    return fastcgi.message(fastcgi.post("/auth/signup", body), body)


@contextlib.contextmanager
def asking(path, messages):
    """Has sent each of the messages on a connection of its own."""
    peers = [fastcgi.Peer(path, timeout=60) for _ in messages]
    for peer, message in zip(peers, messages):
        peer.send(message)
    yield peers
    for peer in peers:
        peer.socket.close()


def test_a_flood_keeps_to_the_memory_bound_and_kills_nothing(new_site, capsys):
    from flood import MOST_OF_BOUND, Flood, table

    site = new_site()
    result = Flood(site.stack, LOGINS, calm=1.0)
    with capsys.disabled():
        print()
        table(result)  # ratios of times are for scripts/flood, on a machine that does nothing else
    assert set(result.statuses) <= {200, 401, 429, 503} and sum(result.statuses.values()) == LOGINS
    assert result.statuses[200] > 0 and result.statuses[503] > 0, "the flood was no flood"
    assert result.malformed == [] and result.died == [] and result.verify_failures == 0
    assert all(size <= MOST_OF_BOUND * result.bound for size in result.peaks.values()), result.peaks


def test_what_needs_no_hash_is_answered_while_the_gate_is_full(new_site):  # N-R3
    site = new_site(AUTH_ARGON2_MEMORY="64MiB", AUTH_ARGON2_TIME="4", AUTH_HASH_CONCURRENCY="1")
    user = site.sign_up()
    with asking(site.stack.socket("login"), [login_of(user)] * 80) as peers:
        assert eventually(lambda: "overloaded" in "\n".join(site.stack.log("login")))
        for target, body, status in (
            ("/auth/login", b"{", 400), ("/auth/login", b"{}", 422), ("/auth/login", b"x" * 20000, 413),
        ):  # fmt: skip
            answer, seconds = fastcgi.timed(site.stack.socket("login"), fastcgi.post(target, body), body)
            assert answer.status == status and seconds < 1, (answer, seconds)
        answer, seconds = fastcgi.timed(site.stack.socket("login"), fastcgi.get("/auth/login"))
        assert answer.status == 405 and seconds < 1
        began = time.monotonic()
        assert user.client.get("/auth/me").status == 200 and user.client.get("/private/").status == 200
        assert time.monotonic() - began < 2
        answer, seconds = fastcgi.timed(site.stack.socket("login"), *body_of(user))
        assert answer.status == 503 and answer.code == "overloaded" and seconds < 1
        assert int(answer.header("Retry-After")) > 1, "80 hashes of a fifth of a second are not done in one"
        site.stack.kill("login")


def body_of(user):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    return fastcgi.post("/auth/login", body), body


def test_all_programs_together_hash_no_more_than_the_machine_may(new_site):  # N-R3
    """Sign-ups and logins of two programs take the same two places, and both get their turn."""
    site = new_site(AUTH_HASH_CONCURRENCY="2")
    user = site.sign_up()
    seen, done = [], threading.Event()

    def watch():
        while not done.is_set():
            seen.append(taken(site))
            time.sleep(0.001)

    watching = threading.Thread(target=watch)
    watching.start()
    with asking(site.stack.socket("login"), [login_of(user)] * 30) as logins:
        with asking(site.stack.socket("signup"), [signup() for _ in range(30)]) as signups:
            statuses = {peer.read_answer().status for peer in logins}, {peer.read_answer().status for peer in signups}
    done.set()
    watching.join()
    assert statuses == ({200}, {201})
    assert set().union(*seen) == {0, 1}
    assert eventually(lambda: taken(site) == set())


def taken_names_counted(site):
    with contextlib.closing(sqlite3.connect(f"file:{site.store}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT failures FROM attempts WHERE subject LIKE 'signup-network %'")
        return sum(failures for (failures,) in rows)


def test_signups_that_wait_or_are_cut_short_count_for_nothing(new_site):  # N-R3
    """Only a name that was taken is counted: a flood of sign-ups is neither a flood of writes nor of taken names."""
    site = new_site(AUTH_ARGON2_MEMORY="64MiB", AUTH_ARGON2_TIME="4", AUTH_HASH_CONCURRENCY="1")
    with asking(site.stack.socket("signup"), [signup() for _ in range(80)]):
        assert eventually(lambda: "overloaded" in "\n".join(site.stack.log("signup")))
        assert taken_names_counted(site) == 0
        site.stack.kill("signup")
    assert taken_names_counted(site) == 0


def test_a_killed_program_leaves_its_places_to_the_others(new_site):
    site = new_site(AUTH_ARGON2_MEMORY="64MiB", AUTH_ARGON2_TIME="8", AUTH_HASH_CONCURRENCY="1")
    user = site.sign_up()
    for _ in range(3):
        with listening() as (listener, path):
            with Running(command(site, "login"), stdin=listener) as running:
                with asking(path, [login_of(user)] * 4):
                    assert eventually(lambda: taken(site) == {0}), running.log
                    running.process.kill()
                    running.process.wait()
        assert taken(site) == set()
    assert site.log_in(user)[1]["user"]["id"] == user.id


def test_50_right_logins_of_one_account_at_once_all_succeed(new_site):
    """Attempts under way are not taken for failures."""
    site = new_site()
    user = site.sign_up()
    with asking(site.stack.socket("login"), [login_of(user)] * 50) as peers:
        assert {peer.read_answer().status for peer in peers} == {200}
