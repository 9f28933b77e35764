"""Cookies, to the byte: DESIGN.md 4, RFC 6265bis."""

import re

import pytest
from site_under_test import ACCESS, REFRESH, Site, new_name, new_password
from tokens import wait_until_expired

BASE = {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"}


def attributes(answer, name):
    return set(answer.cookie(name).attributes)


@pytest.fixture(scope="module")
def timed_site(new_site):
    return new_site(AUTH_ACCESS_TTL="2m", AUTH_SESSION_IDLE="3h", AUTH_SESSION_TTL="2d")


def every_way_in(site):
    """An answer of each request that sets the cookies, not remembered and remembered."""
    user = site.sign_up()
    login = dict(username=user.name, password=user.password)
    with site.client() as plain, site.client() as remembered:
        yield False, plain.post("/auth/login", login)
        yield False, plain.post("/auth/refresh")
        yield False, plain.form("/auth/login", login)
        yield True, remembered.post("/auth/login", login | dict(remember=True))
        yield True, remembered.post("/auth/refresh")


def test_cookies_have_exactly_their_attributes(timed_site):
    for remembered, answer in every_way_in(timed_site):
        assert attributes(answer, ACCESS) == BASE | {"Max-Age=120"}
        assert attributes(answer, REFRESH) == BASE | ({"Max-Age=10800"} if remembered else set())


def test_a_signup_sets_a_refresh_cookie_that_ends_with_the_browser(timed_site):
    with timed_site.client() as client:
        answer = client.post("/auth/signup", dict(username=new_name(), password=new_password()))
    assert attributes(answer, REFRESH) == BASE


def test_cookies_are_cleared_with_the_attributes_they_were_set_with(site, user):
    answer = user.client.post("/auth/logout")
    for name in (ACCESS, REFRESH):
        assert attributes(answer, name) == BASE | {"Max-Age=0"}
        assert answer.cookie(name).value == ""


def test_cookies_set_by_renewal_have_the_same_attributes(short_site):
    user = short_site.sign_up()
    wait_until_expired(user.access)
    answer = user.client.get("/private/")
    assert answer.status == 200
    assert attributes(answer, ACCESS) == BASE | {"Max-Age=1"}
    assert attributes(answer, REFRESH) == BASE


@pytest.mark.parametrize(
    "settings, prefix, extra, without",
    [
        ({"AUTH_COOKIE_DOMAIN": "example.test"}, "__Secure-", {"Domain=example.test"}, set()),
        ({"AUTH_COOKIE_SECURE": "off"}, "", set(), {"Secure"}),
        ({"AUTH_COOKIE_SAMESITE": "strict"}, "__Host-", {"SameSite=Strict"}, {"SameSite=Lax"}),
        (
            {"AUTH_COOKIE_SAMESITE": "none", "AUTH_ALLOWED_ORIGINS": "https://app.example"},
            "__Host-", {"SameSite=None"}, {"SameSite=Lax"},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_settings_change_names_and_attributes_everywhere(settings, prefix, extra, without):
    site = Site(settings)
    try:
        names = (prefix + "access", prefix + "refresh")
        expected = (BASE | extra) - without
        with site.client() as client:
            signed_up = client.post("/auth/signup", dict(username=new_name(), password=new_password()))
            assert {cookie.name for cookie in signed_up.set_cookies} == {*names, prefix + "device"}
            assert attributes(signed_up, names[0]) == expected | {"Max-Age=900"}
            assert attributes(signed_up, names[1]) == expected
            assert attributes(signed_up, prefix + "device") == expected | {f"Max-Age={180 * 86400}"}
            assert client.get("/private/").status == 200
            assert client.post("/auth/refresh").status == 200
            cleared = client.post("/auth/logout")
            assert [attributes(cleared, name) for name in names] == [expected | {"Max-Age=0"}] * 2
    finally:
        site.stop()


def test_another_prefix_is_not_read(user):
    for name in (
        "access",
        "__Secure-access",
        "__host-access",
        "__HOST-ACCESS",
        "__Host-access\t\t\x0b",
        "__Host-accessx",
    ):
        assert user.client.get("/private/", [("Cookie", f"{name}={user.access}")]).status == 401, name


@pytest.mark.parametrize("space", ["\u00a0", "\u2000", "\u0085", "\x0b", "\x0c"])
def test_only_space_and_tab_are_trimmed(user, space):
    cookie = f"{space}{ACCESS}={user.access}".encode()
    assert user.client.get("/private/", [("Cookie", cookie)]).status in (400, 401)


@pytest.mark.parametrize("form", ['{0}="{1}"', '$Version=1; {0}="{1}"', "={0}={1}", "x={0}={1}", "x=y, {0}={1}"])
def test_legacy_spellings_are_not_read(user, form):
    assert user.client.get("/private/", [("Cookie", form.format(ACCESS, user.access))]).status == 401


def test_a_cookie_is_found_among_others(user):
    for text in (f"a=b; {ACCESS}={user.access}; c=d", f"a=b;{ACCESS}={user.access};", f"a; {ACCESS}={user.access}"):
        assert user.client.get("/private/", [("Cookie", text)]).status == 200, text


def test_a_cookie_is_found_in_a_second_header(user):
    assert user.client.get("/private/", [("Cookie", "a=b"), ("Cookie", f"{ACCESS}={user.access}")]).status == 200


def duplicates(name, first, second):
    """Two cookies of one name: in one header, and in two."""
    yield [("Cookie", f"{name}={first}; {name}={second}")]
    yield [("Cookie", f"{name}={first}"), ("Cookie", f"{name}={second}")]
    yield [("Cookie", f"{name}={first}; a=b"), ("Cookie", f"c=d; {name}={second}")]


def test_two_access_cookies_that_differ_are_refused(site, user):
    other = site.sign_up()
    for values in ((user.access, other.access), (user.access, "x"), ("x", user.access), (user.access, "")):
        for headers in duplicates(ACCESS, *values):
            assert user.client.get("/private/", headers).status == 401, headers
            assert user.client.get("/auth/me", headers).status == 401, headers


def test_two_access_cookies_that_agree_are_one(user):
    for headers in duplicates(ACCESS, user.access, user.access):
        assert user.client.get("/private/", headers).status == 200


def test_two_refresh_cookies_that_differ_are_refused(site, user):
    other = site.sign_up()
    for values in ((user.refresh, other.refresh), ("x", user.refresh)):
        for headers in duplicates(REFRESH, *values):
            answer = user.client.post("/auth/refresh", headers=headers)
            assert answer.status in (400, 401, 403) and not any(not cookie.cleared for cookie in answer.set_cookies)
            assert user.client.get("/private/", headers).status == 401
    user.client.jar[REFRESH] = headers[-1][1].rpartition("=")[2]
    assert user.client.post("/auth/refresh").status == 200


def test_the_largest_cookies_fit_in_what_browsers_keep(site):
    """A name of 64 characters of four bytes, a long address, many roles: 4096 bytes with the name."""
    name = "".join(chr(0x20000 + number) for number in range(63)) + chr(0x2A000)
    user = site.sign_up(name=name, email="a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org")
    site.ctl("user", "roles", name, *(f"role-{number:02}-{'x' * 24}" for number in range(20)))
    answer = user.client.post("/auth/refresh")
    assert answer.status == 200, answer
    assert all(len(cookie.name) + len(cookie.value) <= 4096 for cookie in answer.set_cookies)
    assert user.client.get("/private/").status == 200


def test_cookie_values_need_no_quoting(user):
    for value in user.client.jar.values():
        assert re.fullmatch(r"[A-Za-z0-9._~-]+", value)
