"""rd: where a form sends the browser afterwards, and where a protected page sends it before (2.9)."""

import urllib.parse

import pytest

HOSTS = ["evil.example", "evil.example@good.example", "localhost.evil.example", "evil。example", "3627734734", "[::1]"]
PREFIXES = [
    "//", "///", "////", "/\\", "\\/", "\\\\", "/\\/\\/", "/\t/", "/\n/", "/\r/", "\t//", " //", "\x00//", "/\x00/",
    "http://", "https://", "https:", "https:/", "HTTPS://", "http:\\\\", "javascript://", "data://", "ftp://", "//;@",
    "https://good.example@", "https://user:pass@", "//\\;@", "\x0b//", "\x7f//", "\u00a0//", "\u2028//", "／／", "@",
    ".", "",
]  # fmt: skip
TAILS = ["", "/", "/%2e%2e", "/%2f..", "#good.example", "?good.example"]
OTHERS = [
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,<script>alert(1)</script>", "%2f%2fevil.example",
    "/%09/evil.example\n", "/ok\r\nSet-Cookie: a=b", "/ok\nLocation: https://evil.example", "/a\\b", "/a\x00b",
    "/a\x1fb",
    "/a\x7fb", "/" + "a" * 5000, "private/", "?x", "#x", "", " ", "/private/\\..\\..", "..//evil.example",
]  # fmt: skip
ATTACKS = [prefix + host + tail for prefix in PREFIXES for host in HOSTS for tail in TAILS] + OTHERS
SAFE = [
    "/", "/private/", "/private/?a=1&b=2", "/private/?next=https://evil.example/", "/a%20b?c=%2F%2Fd",
    "/@evil.example", "/?q=a+b&c;d", "/private/?next=/../x",
    "/x?" + "a" * 1000,
]  # fmt: skip


def stays_here(client, location):
    """Whether a browser that is at /auth/login and reads this Location stays on the site (WHATWG URL)."""
    if any(ord(character) < 0x21 or ord(character) > 0x7E for character in location) or "\\" in location:
        return False
    joined = urllib.parse.urljoin(client.base_url + "/auth/login", location)
    return location.startswith("/") and not location.startswith("//") and joined.startswith(client.base_url + "/")


def rd_of(answer):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.header("Location")).query)).get("rd")


def send(client, rd, in_body):
    encoded = urllib.parse.quote(rd, safe="", errors="surrogateescape")
    if in_body:
        return client.form("/auth/logout", f"rd={encoded}".encode())
    return client.form(f"/auth/logout?rd={encoded}", {})


@pytest.mark.parametrize("in_body", [False, True], ids=["query", "body"])
def test_no_rd_leads_away_from_the_site(client, in_body):
    for rd in ATTACKS:
        answer = send(client, rd, in_body)
        assert answer.status == 303, (rd, answer)
        assert stays_here(client, answer.header("Location")), (rd, answer)


@pytest.mark.parametrize("in_body", [False, True], ids=["query", "body"])
@pytest.mark.parametrize("rd", SAFE, ids=range(len(SAFE)))
def test_a_safe_rd_is_followed_to_the_letter(client, rd, in_body):
    assert send(client, rd, in_body).header("Location") == rd


def test_an_unsafe_rd_becomes_the_start_page(client):
    for rd in ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"):
        assert send(client, rd, in_body=False).header("Location") == "/", rd


def test_an_rd_beyond_ascii_arrives_encoded(client):
    location = send(client, "/bücher/語?q=ü", in_body=False).header("Location")
    assert stays_here(client, location) and urllib.parse.unquote(location) == "/bücher/語?q=ü"


def test_two_rds_that_differ_are_not_followed_to_the_unsafe_one(client):
    for query in ("rd=//evil.example&rd=/private/", "rd=/private/&rd=//evil.example"):
        answer = client.form(f"/auth/logout?{query}", {})
        assert answer.status in (303, 400) and stays_here(client, answer.header("Location") or "/"), answer


def test_a_refused_login_keeps_no_unsafe_rd(client):
    for rd in ATTACKS[:: len(ATTACKS) // 60] + OTHERS:
        encoded = urllib.parse.quote(rd, safe="")
        answer = client.form(f"/auth/login?rd={encoded}", dict(username="two words", password="x"))
        assert stays_here(client, answer.header("Location")), (rd, answer)
        kept = rd_of(answer)
        assert kept is None or stays_here(client, kept), (rd, answer)


TARGETS = [
    "/private/", "/private/?a=1&b=2", "/private/?a=%26&b=%3D&c=%2F%3F", "/private/page.html?rd=/x&rd=/y",
    "/private/a%20b?c+d",
    "/private/?q=%E8%AA%9E", "/private/?" + "x" * 900, "/app/?a=1;b=2#", "/private/?%00=%0d%0a", "/private/?a=b?c=d&&=",
    "/private/?'\"<>|{}`^~",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=range(len(TARGETS)))
def test_a_protected_page_sends_to_login_with_the_whole_target(client, target):
    answer = client.navigate(target)
    assert answer.status == 302, answer
    location = answer.header("Location")
    path, _, query = location.partition("?")
    assert path == "/login" and query.startswith("rd=") and "&" not in query, location
    assert urllib.parse.unquote(query[3:]) == target
    assert stays_here(client, location)


def test_login_brings_the_browser_to_the_page_it_asked_for(site, user, client):
    target = "/app/x?a=1&b=two%20words&c=%2F"
    location = client.navigate(target).header("Location")
    answer = client.form("/auth/login?" + location.partition("?")[2], dict(username=user.name, password=user.password))
    assert answer.header("Location") == target
    assert client.navigate(answer.header("Location")).status == 200


@pytest.mark.parametrize("target", ["//private/", "//private//evil.example", "/private/../private//x", "///private/"])
def test_an_odd_target_is_no_way_out_after_login(user, client, target):
    location = client.navigate(target).header("Location")
    if location is None:
        return
    assert stays_here(client, location)
    answer = client.form("/auth/login?" + location.partition("?")[2], dict(username=user.name, password=user.password))
    assert stays_here(client, answer.header("Location")), answer


def test_an_overlong_target_still_leads_to_the_login_page(client):
    answer = client.navigate("/private/?" + "x" * 6000)
    assert answer.status == 302 and answer.header("Location").partition("?")[0] == "/login", answer
