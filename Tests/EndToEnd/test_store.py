"""The store busy, gone and back: 503 with Retry-After, never a 401, no cookie cleared (DESIGN.md 6)."""

import contextlib
import sqlite3
import threading
import time

import pytest
from site_under_test import ACCESS_KIND, eventually, new_name, new_password
from tokens import wait_until_expired
from troubles import locked, missing

LONGEST_WAIT = 5.0  # seconds a request may be kept waiting for a busy store


@pytest.fixture(scope="module")
def site(new_site):
    return new_site(AUTH_ACCESS_TTL="1m")


def requests(user):
    """Every request that needs the store, by name."""
    new = new_password()
    login = dict(username=user.name, password=user.password)
    return {
        "signup": lambda: user.client.post("/auth/signup", dict(username=new_name(), password=new)),
        "login": lambda: user.client.post("/auth/login", login),
        "refresh": lambda: user.client.post("/auth/refresh"),
        "logout": lambda: user.client.post("/auth/logout"),
        "me": lambda: user.client.get("/auth/me"),
        "sessions": lambda: user.client.get("/auth/sessions"),
        "password": lambda: user.client.post("/auth/password", dict(current_password=user.password, new_password=new)),
    }


NAMES = ["signup", "login", "refresh", "logout", "me", "sessions", "password"]


def assert_unavailable(answer):
    assert answer.status == 503, answer
    assert answer.code and int(answer.header("Retry-After")) > 0
    assert answer.set_cookies == []


# Readers of a store in WAL mode need no lock.
TROUBLES = [(missing, name) for name in NAMES] + [(locked, name) for name in NAMES if name not in ("me", "sessions")]


@pytest.mark.parametrize("trouble, name", TROUBLES)
def test_without_the_store_the_answer_is_503_and_afterwards_all_is_as_before(site, trouble, name):
    user = site.sign_up()
    with trouble(site):
        start = time.monotonic()
        assert_unavailable(requests(user)[name]())
        assert time.monotonic() - start < LONGEST_WAIT
    assert user.client.get("/private/").status == 200
    assert requests(user)[name]().status in (200, 201, 204), name


def test_a_form_is_told_too(site):
    user = site.sign_up()
    with missing(site):
        answer = user.client.form("/auth/login", dict(username=user.name, password=user.password))
    assert answer.status in (303, 503) and answer.set_cookies == []
    if answer.status == 303:
        assert answer.header("Location").startswith("/login?error=")
        assert "invalid_credentials" not in answer.header("Location")


@pytest.mark.parametrize(
    "trouble", [locked, pytest.param(missing, marks=pytest.mark.jwt("ids are looked up in the store"))]
)
def test_valid_tokens_are_verified_without_the_store(site, trouble):
    user = site.sign_up()
    with trouble(site):
        times = []
        for _ in range(20):
            start = time.monotonic()
            assert user.client.get("/private/").status == 200
            times.append(time.monotonic() - start)
    assert max(times) < 0.5


@pytest.mark.parametrize("trouble", [locked, missing])
def test_an_expired_token_without_the_store_is_503_and_no_login_page(short_site, trouble):
    user = short_site.sign_up()
    wait_until_expired(user.access)
    with trouble(short_site):
        for ask in (user.client.get, user.client.navigate):
            answer = ask("/private/")
            assert answer.status == 503 and answer.header("Retry-After"), answer
            assert answer.set_cookies == [] and answer.header("Location") is None
    assert user.client.get("/private/").status == 200


def test_a_logout_that_could_not_be_kept_is_not_told_as_done(site):
    user = site.sign_up()
    cookies = [("Cookie", user.client.jar.header())]
    with missing(site):
        assert_unavailable(user.client.post("/auth/logout", headers=cookies))
    assert user.client.post("/auth/logout", headers=cookies).status == 204
    assert site.status_of(user.access) == 401


def test_a_busy_store_is_waited_for_a_little(site):
    user = site.sign_up()
    answers = []
    asker = threading.Thread(target=lambda: answers.append(user.client.post("/auth/refresh")))
    with locked(site):
        asker.start()
        time.sleep(0.5)
    asker.join()
    assert answers[0].status == 200


def test_the_store_comes_back_without_a_restart_of_any_program(site):
    pids = {name: site.stack.pid(name) for name in ("signup", "login", "refresh", "logout", "account")}
    user = site.sign_up()
    with missing(site):
        for ask in requests(user).values():
            assert ask().status == 503
    assert eventually(
        lambda: site.client().post("/auth/login", dict(username=user.name, password=user.password)).status == 200
    )
    assert pids == {name: site.stack.pid(name) for name in pids}


def test_the_store_is_in_wal_mode(site):
    with contextlib.closing(sqlite3.connect(site.store)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_store_holds_no_token_and_no_password(site):
    user = site.sign_up()
    user.client.post("/auth/refresh")
    data = b"".join(path.read_bytes() for path in site.state.glob("store.sqlite*"))
    for secret in (user.password, user.refresh, user.access, user.access.rpartition(".")[2]):
        assert secret.encode() not in data


def test_the_store_is_not_readable_by_others(site):
    for path in site.state.glob("store.sqlite*"):
        assert path.stat().st_mode & 0o007 == 0, path


def test_a_damaged_store_is_503_and_nobody_is_let_in_or_thrown_out(new_site):
    damaged = new_site()
    user = damaged.sign_up()
    pids = {name: damaged.stack.pid(name) for name in ("login", "refresh", "account")}
    for end in ("-wal", "-shm"):
        damaged.store.with_name(damaged.store.name + end).unlink(missing_ok=True)
    damaged.store.write_bytes(b"not a database, " * 4096)
    for name in ("login", "refresh", "me", "signup", "logout"):
        answer = requests(user)[name]()
        assert answer.status == 503 and answer.set_cookies == [], (name, answer)
    assert user.client.get("/private/").status == (200 if ACCESS_KIND == "jwt" else 503)
    assert pids == {name: damaged.stack.pid(name) for name in pids}


def test_a_store_of_a_later_version_is_refused(new_site):
    """A program that does not know a schema must not write to it."""
    later = new_site()
    with contextlib.closing(sqlite3.connect(later.store)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(schema_migrations)")]
        assert columns, "no table of migrations"
        row = database.execute("SELECT * FROM schema_migrations ORDER BY 1 DESC LIMIT 1").fetchone()
        database.execute(f"INSERT INTO schema_migrations VALUES ({','.join('?' * len(row))})", (9999, *row[1:]))
        database.commit()
    assert later.ctl("migrate", check=False).returncode != 0
