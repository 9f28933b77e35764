"""nginx's limit_req in front of the programs: the outer wall, which turns floods away (N-R2)."""

import ipaddress
import itertools

import pytest
from site_under_test import Site, new_name, new_password

# A test says where it comes from, so that each has networks of its own.
ADDRESS = "X-Test-Address"
addresses = (str(address) for address in ipaddress.ip_network("198.18.0.0/15").hosts())


@pytest.fixture(scope="module")
def walled():
    """A site whose outer wall is low: three at once, and one a second after that."""
    server = f"set_real_ip_from 127.0.0.1; set_real_ip_from ::1; real_ip_header {ADDRESS};"
    running = Site({"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"}, server)
    for file, old, new in (
        ("conf.d/fcgi-auth.conf", "rate=100r/s", "rate=1r/m"),
        ("conf.d/fcgi-auth.conf", "rate=2000r/s", "rate=1r/m"),
        ("conf.d/fcgi-auth.conf", "rate=20r/s", "rate=1r/m"),
        ("snippets/fcgi-auth-server.conf", "burst=2000 ", "burst=2 "),
        ("snippets/fcgi-auth-server.conf", "burst=20000 ", "burst=2 "),
        ("snippets/fcgi-auth-server.conf", "burst=200 ", "burst=2 "),
    ):
        path = running.state / "nginx" / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    running.stack.reload_nginx()
    yield running
    running.stop()


@pytest.fixture
def address():
    return next(addresses)


def ask_wall(site, target, address):
    with site.client() as client:
        return client.post(target, dict(username=new_name(), password=new_password()), [(ADDRESS, address)])


@pytest.mark.parametrize(
    "target", ["/auth/login", "/auth/signup", "/auth/password", "/auth/refresh", "/auth/logout", "/auth/strength"])
def test_past_the_outer_wall_nginx_says_429_in_the_programs_words(walled, target, address):
    answers = [ask_wall(walled, target, address) for _ in range(4)]
    assert all(answer.status != 429 for answer in answers[:3])
    answer = answers[3]
    assert (answer.status, answer.code, answer.header("Retry-After")) == (429, "too_many_attempts", "1")
    assert answer.json["type"] == "urn:fcgi-auth:problem:too_many_attempts"
    assert answer.json["request_id"] == answer.header("X-Request-ID")
    assert answer.header("Cache-Control") == "no-store"
    with walled.client() as client:
        assert client.get("/private/", [(ADDRESS, address)]).status == 401


def test_the_outer_wall_counts_hashing_endpoints_together_and_spellings_as_one(walled, address):
    targets = itertools.cycle(["/auth/login", "//auth/signup", "/auth//login"])
    assert [ask_wall(walled, next(targets), address).status for _ in range(5)][3:] == [429] * 2


def test_what_is_asked_while_typing_uses_up_no_login(walled, address):
    assert [ask_wall(walled, "/auth/strength", address).status for _ in range(4)] == [200] * 3 + [429]
    assert ask_wall(walled, "/auth/login", address).status == 401


def test_the_outer_wall_counts_an_ipv6_64_as_one_and_ipv4_in_ipv6_as_ipv4(walled):  # CVE-2026-45364
    pair = [ask_wall(walled, "/auth/login", f"2001:db8:9:a:{turn:x}::1").status for turn in range(10, 15)]
    assert pair == [401] * 3 + [429] * 2
    assert ask_wall(walled, "/auth/login", "2001:db8:9:b::1").status == 401
    # The tenth byte of an address may be any, a line feed too.
    odd = [ask_wall(walled, "/auth/login", f"2001:db8:9:0a0a:0a0a:0a0a:0a0a:{turn}0a").status for turn in "1234"]
    assert odd == [401] * 3 + [429]
    mapped = [ask_wall(walled, "/auth/login", f"::ffff:198.51.100.{last}").status for last in (1, 2, 3, 4, 5)]
    assert mapped == [401] * 5
    assert [ask_wall(walled, "/auth/login", "198.51.100.9").status for _ in range(3)] == [401] * 3
    assert ask_wall(walled, "/auth/login", "::ffff:198.51.100.9").status == 429
