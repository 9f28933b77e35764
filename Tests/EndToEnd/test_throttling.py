"""Limits on guessing: by account and by network, for a stranger and for the owner's browser (DESIGN.md 3, 5; N-R1, N-R2)."""

import concurrent.futures
import contextlib
import ipaddress
import json
import sqlite3
import time

import fastcgi
import programs
import pytest
from site_under_test import DEVICE, Site, ask_until_admitted, new_name, new_password

FREE = 2  # AUTH_LOGIN_ATTEMPTS of the site here
NETWORK_FREE = 100 * FREE
# A test says where it comes from, so that each has networks of its own.
ADDRESS = "X-Test-Address"
addresses = (str(address) for address in ipaddress.ip_network("198.18.0.0/15").hosts())
LIGHT = {"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"}


@pytest.fixture(scope="module")
def limited():
    server = f"set_real_ip_from 127.0.0.1; set_real_ip_from ::1; real_ip_header {ADDRESS};"
    running = Site(LIGHT | {"AUTH_LOGIN_ATTEMPTS": str(FREE)}, server)
    yield running
    running.stop()


@pytest.fixture
def address():
    return next(addresses)


def log_in(client, name, password=None, address=None, headers=(), target="/auth/login", **fields):
    given = [(ADDRESS, address), *headers] if address else headers
    fields = dict(username=name, password=password or new_password()) | fields
    for _ in range(20):
        answer = client.post(target, {key: value for key, value in fields.items() if value is not None}, given)
        if answer.status != 503:
            break
        time.sleep(0.25)
    return answer


def lock_out(site, name, address):
    """Fails until the next attempt must wait four seconds, time enough to see who else must."""
    with site.client() as stranger:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = log_in(stranger, name, address=address)
            assert answer.status in (401, 429), answer
            if answer.status == 429:
                wait = int(answer.header("Retry-After"))
                if wait >= 3:
                    return
                time.sleep(wait)
    raise AssertionError(f"{name} is not locked out")


def essence(answer):
    """All of an answer but what differs each time; the seconds to wait are within one of each other."""
    volatile = ("date", "x-request-id", "retry-after")
    headers = [(name, value) for name, value in answer.headers if name.lower() not in volatile]
    return answer.status, headers, {name: value for name, value in answer.json.items() if name != "request_id"}


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_stranger_cannot_lock_the_owner_out_of_a_browser_used_before(limited, address):  # N-R2
    user = limited.sign_up()
    user.client.post("/auth/logout")
    lock_out(limited, user.name, address)
    with limited.client() as elsewhere:
        assert log_in(elsewhere, user.name, user.password, address).status == 429
        assert log_in(user.client, user.name, user.password, address).status == 200


def test_a_browser_used_before_is_limited_as_well(limited, address):
    user = limited.sign_up()
    statuses = [log_in(user.client, user.name, address=address).status for _ in range(FREE)]
    assert statuses == [401] * FREE
    answer = log_in(user.client, user.name, user.password, address)
    assert (answer.status, answer.code, answer.set_cookies) == (429, "too_many_attempts", [])
    with limited.client() as elsewhere:
        assert log_in(elsewhere, user.name, user.password, address).status == 200


def test_a_network_at_its_limit_does_not_hold_up_a_browser_used_before(limited, address):
    user = limited.sign_up()
    exhaust_network(limited, lambda _: address)
    with limited.client() as elsewhere:
        assert log_in(elsewhere, new_name(), address=address).status == 429
        assert log_in(user.client, user.name, user.password, address).status == 200
        assert log_in(user.client, new_name(), address=address).status == 429


def test_a_family_of_three_shares_a_browser(limited, address):
    with limited.client() as shared:
        family = [limited.sign_up(client=shared) for _ in range(3)]
        lock_out(limited, family[0].name, address)
        assert log_in(shared, family[0].name, family[0].password, address).status == 200


def test_only_an_own_device_cookie_counts(limited, address):
    user, other = limited.sign_up(), limited.sign_up()
    good, foreign = user.client.jar[DEVICE], other.client.jar[DEVICE]
    lock_out(limited, user.name, address)
    for value in (
        foreign, good[:-1], good + "A", good[:-1] + ("A" if good[-1] != "A" else "B"), "",
        f"{good}; {DEVICE}={foreign}", user.refresh,
    ):  # fmt: skip
        with limited.client() as thief:
            cookie = [("Cookie", f"{DEVICE}={value}")]
            assert log_in(thief, user.name, user.password, address, cookie).status == 429, value
    with limited.client() as owner:
        assert log_in(owner, user.name, user.password, address, [("Cookie", f"{DEVICE}={good}")]).status == 200


def test_the_device_cookie_is_set_by_login_and_signup_alone_and_survives_logout(limited):
    user = limited.sign_up()
    first = user.client.jar[DEVICE]
    assert user.client.post("/auth/refresh").cookie(DEVICE) is None
    assert user.client.post("/auth/logout", dict(scope="global")).cookie(DEVICE) is None
    assert user.client.jar[DEVICE] == first
    fields = dict(username=user.name, password=user.password)
    assert user.client.post("/auth/login", fields | dict(delivery="body")).set_cookies == []
    cookie = user.client.post("/auth/login", fields).cookie(DEVICE)
    assert cookie.attribute("Max-Age") == str(180 * 86400)
    fresh = dict(username=new_name(), password=new_password(), delivery="body")
    assert ask_until_admitted(user.client, "/auth/signup", fresh).set_cookies == []


def test_a_new_password_leaves_the_owners_browsers_known(limited, address):
    user = limited.sign_up()
    password = new_password()
    change = dict(current_password=user.password, new_password=password)
    assert user.client.post("/auth/password", change).status == 204
    lock_out(limited, user.name, address)
    assert log_in(user.client, user.name, password, address).status == 200


def test_the_limit_survives_a_restart_and_is_shared_by_two_processes(limited, address):
    user = limited.sign_up()
    limited.stack.restart("login")
    lock_out(limited, user.name, address)
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    with programs.alone(limited, "login") as (_, path):
        answer = fastcgi.ask(path, fastcgi.post("/auth/login", body, dict(REMOTE_ADDR=address)), body)
        assert answer.status == 429
    limited.stack.restart("login")
    with limited.client() as client:
        assert log_in(client, user.name, user.password, address).status == 429


def test_unknown_and_known_names_are_told_the_same_and_nothing_is_hashed(limited, address):  # N-E1
    user, unknown = limited.sign_up(), new_name()
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: lock_out(limited, name, address), (user.name, unknown)))
    with limited.client() as client:
        answers = [log_in(client, name, address=address) for name in (user.name, unknown)]
        assert answers[0].status == 429 and essence(answers[0]) == essence(answers[1])
        assert all(1 <= int(answer.header("Retry-After")) <= 4 for answer in answers)
        used = cpu_seconds(limited.stack.pid("login"))
        throttled = sum(log_in(client, user.name, "x" * 15_000, address).status == 429 for _ in range(100))
        assert throttled == 100 and cpu_seconds(limited.stack.pid("login")) - used < 0.4


@pytest.fixture(scope="module")
def spelled():
    """Three free attempts, and names that are e-mail addresses."""
    running = Site(LIGHT | {"AUTH_LOGIN_ATTEMPTS": "3", "AUTH_USERNAME": "email"})
    yield running
    running.stop()


def test_case_and_width_of_a_name_are_one_count(limited, address):  # CVE-2026-47203
    user = limited.sign_up()
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in user.name)
    assert {user.name, user.name.upper(), wide} - {user.name}
    with limited.client() as client:
        assert [log_in(client, name, address=address).status for name in (user.name.upper(), wide)] == [401] * 2
        assert log_in(client, user.name, user.password, address).status == 429


def test_name_and_email_are_one_count(spelled):  # CVE-2025-24806
    name, password = f"{new_name()}@example.org", new_password()
    with spelled.client() as client:
        assert ask_until_admitted(client, "/auth/signup", dict(email=name, password=password)).status == 201
    with spelled.client() as client:
        statuses = [log_in(client, None, email=name).status, log_in(client, name).status]
        statuses.append(log_in(client, name.title(), email=name.upper()).status)
        assert statuses == [401] * 3
        assert {log_in(client, name, password).status, log_in(client, None, password, email=name).status} == {429}


@pytest.mark.parametrize("target", ["//auth/login", "/auth//login", "/./auth/login", "/auth/%6cogin", "/auth/login?x=y"])
def test_no_spelling_of_the_path_avoids_the_limit(limited, address, target):  # GHSA-x732-6j76-qmhm
    user = limited.sign_up()
    with limited.client() as client:
        statuses = [log_in(client, user.name, address=address, target=target).status for _ in range(FREE)]
        assert set(statuses) <= {401, 404}
        if statuses == [401] * FREE:
            assert log_in(client, user.name, user.password, address, target=target).status == 429
            assert log_in(client, user.name, user.password, address).status == 429


def exhaust_network(site, address, headers=lambda _: ()):
    """Fails with name after name; address and headers say what the next attempt comes with. Returns how many it took."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(site.client()) for _ in range(4)]

        def run(first):
            for turn in range(first, 2 * NETWORK_FREE, 4):
                answer = log_in(clients[first], new_name(), address=address(turn), headers=headers(turn))
                assert answer.status in (401, 429), answer
                if answer.status == 429:
                    assert int(answer.header("Retry-After")) >= 1
                    return turn
            raise AssertionError("the network has no limit")

        return max(pool.map(run, range(4)))


def test_the_addresses_of_one_ipv6_64_are_one_client_and_no_header_is_believed(limited):
    # CVE-2026-45364, CVE-2023-36456, N-L5
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "X-Client-IP", "CF-Connecting-IP")
    tries = exhaust_network(
        limited, lambda turn: f"2001:db8:1:2:{turn:x}::{turn:x}",
        lambda turn: [(name, f"192.0.2.{turn % 250}") for name in names])  # fmt: skip
    assert NETWORK_FREE - 4 <= tries < NETWORK_FREE + 50
    with limited.client() as client:
        assert log_in(client, new_name(), address="2001:db8:1:3::1").status == 401
        assert log_in(client, new_name(), address="2001:db8:1:2:ffff::").status == 429
    body = json.dumps(dict(username=new_name(), password=new_password())).encode()
    facts = dict(REMOTE_ADDR="2001:0DB8:0001:0002:0000::1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    asked = fastcgi.post("/auth/login", body, facts)
    assert fastcgi.ask(limited.stack.socket("login"), asked, body).status == 429


def test_signups_that_succeed_are_not_limited_and_taken_names_are_by_64(limited):
    with limited.client() as client:
        for turn in range(120):
            fields = dict(username=new_name(), password=new_password(), delivery="body")
            answer = client.post("/auth/signup", fields, [(ADDRESS, f"2001:db8:5:5::{turn:x}")])
            assert answer.status == 201, answer
        taken = dict(username=fields["username"], password=new_password())
        statuses = []
        while 429 not in statuses and len(statuses) < 150:
            statuses.append(client.post("/auth/signup", taken, [(ADDRESS, f"2001:db8:5:5:{len(statuses):x}::")]).status)
        assert statuses[:100] == [409] * 100 and statuses[-1] == 429
        other = client.post("/auth/signup", taken, [(ADDRESS, "2001:db8:5:6::1")])
        assert (other.status, other.code) == (409, "username_taken")


def test_a_stranger_cannot_keep_the_owner_from_a_new_password(limited, address):
    user = limited.sign_up()
    lock_out(limited, user.name, address)
    wrong = dict(current_password=new_password(), new_password=new_password())
    assert [user.client.post("/auth/password", wrong).status for _ in range(FREE + 1)] == [401] * FREE + [429]
    time.sleep(1.1)
    change = dict(current_password=user.password, new_password=new_password())
    assert user.client.post("/auth/password", change).status == 204


def test_forged_refresh_tokens_are_limited_by_network_with_few_writes_and_hold_up_nobody_else(limited):
    user = limited.sign_up()
    address = "2001:db8:7:7::1"
    facts = dict(REMOTE_ADDR=address, CONTENT_LENGTH="0", CONTENT_TYPE="")
    forged = fastcgi.post("/auth/refresh", b"", facts | dict(HTTP_COOKIE=f"__Host-refresh={'A' * 70}"))
    answers = []
    with fastcgi.Peer(limited.stack.socket("refresh")) as peer:
        for _ in range(12_000):
            answers.append(peer.ask(forged, keep=True))
            if answers[-1].status == 429:
                break
    assert 10_000 <= len(answers) < 12_000 and {answer.status for answer in answers[:-1]} == {403}
    assert answers[-1].set_cookies == [] and int(answers[-1].header("Retry-After")) >= 1
    with sqlite3.connect(f"file:{limited.store}?mode=ro", uri=True) as database:
        query = "SELECT failures FROM attempts WHERE subject = 'refresh-network 2001:db8:7:7::/64'"
        assert database.execute(query).fetchone()[0] >= 9_000
    mine = dict(REMOTE_ADDR=address, HTTP_COOKIE=f"__Host-refresh={user.refresh}", CONTENT_LENGTH="0", CONTENT_TYPE="")
    answer = fastcgi.ask(limited.stack.socket("refresh"), fastcgi.post("/auth/refresh", b"", mine))
    assert answer.status == 200


def test_a_refresh_that_is_repeated_counts_as_one_that_is_not(limited):
    user = limited.sign_up()
    token, session = user.refresh, limited.session_of(user.access)
    asked = dict(REMOTE_ADDR="192.0.2.1", HTTP_COOKIE=f"__Host-refresh={token}", CONTENT_LENGTH="0", CONTENT_TYPE="")
    counted, turns = None, 0
    with fastcgi.Peer(limited.stack.socket("refresh")) as peer:
        with contextlib.closing(sqlite3.connect(f"file:{limited.store}?mode=ro", uri=True)) as database:
            # A hundred a second are forgotten, and fifty more go to the store.
            while not counted and turns < 20:
                turns += 1
                for _ in range(100):
                    assert peer.ask(fastcgi.post("/auth/refresh", b"", asked), keep=True).status == 200
                query = "SELECT failures FROM attempts WHERE subject = ?"
                counted = database.execute(query, [f"refresh {session}"]).fetchone()
    assert counted, turns
