"""Forms, for pages without JavaScript: DESIGN.md 3."""

import html
import re
import urllib.parse

import pytest
from site_under_test import ACCESS, DEVICE, REFRESH, new_name, new_password
from troubles import missing


def location(answer):
    """Path and query of a 303 that stays on this site."""
    assert answer.status == 303, answer
    target = answer.header("Location")
    parts = urllib.parse.urlsplit(target)
    assert parts.scheme == parts.netloc == "" and target.startswith("/") and not target.startswith("//"), target
    return parts.path, dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))


def log_in(client, user, target="/auth/login", **fields):
    return client.form(target, dict(username=user.name, password=user.password) | fields)


def test_a_login_goes_to_the_start_page(user, client):
    answer = log_in(client, user)
    assert location(answer) == ("/", {})
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH, DEVICE}
    assert answer.header("Cache-Control") == "no-store"
    assert client.navigate("/private/").status == 200


@pytest.mark.parametrize("rd", ["/private/", "/private/?a=1&b=two%20words", "/app/x?rd=/y"])
def test_a_login_goes_where_rd_in_the_action_says(user, client, rd):
    answer = log_in(client, user, "/auth/login?rd=" + urllib.parse.quote(rd, safe=""))
    assert answer.status == 303 and answer.header("Location") == rd


def test_a_login_goes_where_rd_in_the_form_says(user, client):
    assert log_in(client, user, rd="/private/?a=1&b=2").header("Location") == "/private/?a=1&b=2"


def test_a_refused_login_goes_back_to_the_page_with_code_and_rd(user, client):
    answer = client.form("/auth/login?rd=%2Fprivate%2F%3Fa%3D1%26b%3D2", dict(username=user.name, password="wrong"))
    assert location(answer) == ("/login", {"error": "invalid_credentials", "rd": "/private/?a=1&b=2"})
    assert answer.set_cookies == []


def test_a_refused_login_keeps_rd_of_the_form_too(user, client):
    answer = client.form("/auth/login", dict(username=user.name, password="wrong", rd="/private/"))
    assert location(answer) == ("/login", {"error": "invalid_credentials", "rd": "/private/"})


def test_a_refused_login_has_no_other_field_than_the_code(user, client):
    """Nothing that was typed goes into an address, which is kept and logged."""
    answer = client.form("/auth/login", dict(username=user.name, password=user.password + "x", remember="on"))
    assert location(answer) == ("/login", {"error": "invalid_credentials"})


def test_a_signup_by_form_makes_the_account(site, client):
    name, password = new_name(), new_password()
    answer = client.form("/auth/signup?rd=%2Fprivate%2F", dict(username=name, password=password, email=""))
    assert location(answer) == ("/private/", {}), answer
    assert client.get("/auth/me").json["user"]["username"] == name


def test_a_taken_name_goes_back_to_the_page(user, client):
    answer = client.form("/auth/signup", dict(username=user.name, password=new_password()))
    path, query = location(answer)
    assert (path, query) == ("/signup", {"error": "username_taken", "username_error": "taken"})


def test_a_weak_password_goes_back_to_the_page(client):
    path, query = location(client.form("/auth/signup?rd=%2Fprivate%2F", dict(username=new_name(), password="short")))
    assert (path, query) == (
        "/signup", {"error": "invalid_fields", "rd": "/private/", "password_error": "too_short"})


def test_every_wrong_field_is_told_with_its_code(client):
    path, query = location(client.form("/auth/signup", dict(username="a b", email="nobody", password="")))
    assert (path, query.pop("error")) == ("/signup", "invalid_fields")
    assert set(query) == {"username_error", "email_error", "password_error"}
    assert query["password_error"] == "required" and all(re.fullmatch("[a-z_0-9]+", code) for code in query.values())


def test_a_closed_signup_goes_back_to_the_page(new_site):
    with new_site(AUTH_SIGNUP="closed").client() as client:
        path, query = location(client.form("/auth/signup", dict(username=new_name(), password=new_password())))
    assert (path, query["error"]) == ("/signup", "signup_closed")


def test_too_many_attempts_go_back_to_the_page(new_site):
    site = new_site(AUTH_LOGIN_ATTEMPTS="1")
    user = site.sign_up()
    with site.client() as client:
        client.form("/auth/login", dict(username=user.name, password=new_password()))
        path, query = location(log_in(client, user))
    assert (path, query["error"]) == ("/login", "too_many_attempts") and int(query["retry_after"]) >= 1


def test_a_logout_by_form_clears_the_cookies(site, user):
    access = user.access
    answer = user.client.form("/auth/logout?rd=%2Flogin", {})
    assert location(answer) == ("/login", {})
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}
    assert site.status_of(access) == 401


def test_a_logout_by_form_takes_a_scope(site, user):
    _, other = site.log_in(user)
    location(user.client.form("/auth/logout", dict(scope="global")))
    assert site.status_of(other["access_token"]) == 401


def test_a_password_is_changed_by_form(site, user, client):
    new = new_password()
    fields = dict(current_password=user.password, new_password=new)
    assert location(user.client.form("/auth/password?rd=%2Faccount", fields)) == ("/account", {})
    assert client.post("/auth/login", dict(username=user.name, password=new)).status == 200


def test_a_refused_password_change_goes_back_to_the_account_page(user):
    fields = dict(current_password="wrong", new_password=new_password())
    path, query = location(user.client.form("/auth/password", fields))
    assert (path, query["error"]) == ("/account", "invalid_credentials")


def test_a_short_new_password_goes_back_to_the_account_page_with_its_code(user):
    fields = dict(current_password=user.password, new_password="short")
    path, query = location(user.client.form("/auth/password?rd=%2Fprivate%2F", fields))
    assert (path, query) == (
        "/account", {"error": "invalid_fields", "rd": "/private/", "new_password_error": "too_short"})


@pytest.mark.parametrize("ticked", ["on", "true", "1"])
def test_a_ticked_remember_box_is_remembered(user, client, ticked):
    assert log_in(client, user, remember=ticked).cookie(REFRESH).attribute("Max-Age") is not None


def test_every_byte_of_a_form_field_counts(site, client):
    password = new_password() + " &=+%;# ü語\U0001f600\0end"
    name = new_name()
    assert client.form("/auth/signup", dict(username=name, password=password)).header("Location") == "/"
    with site.client() as other:
        assert other.post("/auth/login", dict(username=name, password=password)).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"username=a&username=b&password=x",
        b"username=%zz&password=x",
        b"username=%ff%fe&password=x",
        b"username=a&password=x%",
        b"username=a&password=x&password=y",
    ],
)
def test_a_malformed_form_is_refused(client, body):
    answer = client.form("/auth/login", body)
    assert answer.set_cookies == []
    assert location(answer) == ("/login", {"error": "malformed_body"})


# The page that has the form of each endpoint.
PAGES = {"/auth/login": "/login", "/auth/signup": "/signup", "/auth/refresh": "/login", "/auth/logout": "/account",
         "/auth/password": "/account", "/auth/sessions/x": "/account"}  # fmt: skip


@pytest.mark.parametrize("target, page", PAGES.items())
def test_no_refusal_of_a_program_is_told_to_a_form_in_json(user, target, page):
    """Not what can't be read, nor what is too large, nor what comes from elsewhere; `rd` of the query is kept."""
    cross = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
    for code, body, headers in (
        ("malformed_body", b"a=%zz", []), ("malformed_body", b"scope=local&scope=global", []),
        ("body_too_large", b"a=" + b"x" * 20_000, []), ("cross_origin", b"", cross),
    ):  # fmt: skip
        answer = user.client.form(target + "?rd=%2Fprivate%2F", body, headers)
        assert location(answer) == (page, {"error": code, "rd": "/private/"}), answer
        assert answer.set_cookies == []
    assert user.client.get("/private/").status == 200


def test_a_form_is_told_that_the_service_is_away(new_site):
    site = new_site()
    user = site.sign_up()
    with missing(site):
        for target, page in PAGES.items():
            path, query = location(user.client.form(target, dict(
                username=user.name, password=user.password, current_password=user.password,
                new_password=new_password())))  # fmt: skip
            assert (path, query["error"]) == (page, "unavailable") and int(query["retry_after"]) >= 1, target


def test_a_session_is_ended_by_form_and_by_no_other_post(site, user):
    _, body = site.log_in(user)
    session = f"/auth/sessions/{site.session_of(body['access_token'])}"
    assert user.client.post(session, {}).status == 405 and user.client.post(session).status == 405
    assert location(user.client.form(session + "?rd=%2Faccount", {})) == ("/account", {})
    assert site.status_of(body["access_token"]) == 401


def test_two_passwords_in_one_form_are_never_tried(user, client):
    for first, second in ((user.password, "wrong"), ("wrong", user.password)):
        fields = [("username", user.name), ("password", first), ("password", second)]
        answer = client.form("/auth/login", urllib.parse.urlencode(fields).encode())
        assert answer.set_cookies == [] and answer.header("Location") != "/", answer


def test_a_form_of_another_site_logs_nobody_in(user, client):
    headers = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
    answer = client.form("/auth/login", dict(username=user.name, password=user.password), headers)
    assert answer.set_cookies == []
    assert location(answer)[1]["error"] == "cross_origin"


@pytest.mark.parametrize("page", ["/login", "/signup", "/account"])
def test_a_page_tells_the_error_without_javascript(user, page):
    def words(target):
        text = re.sub(r"<template.*?</template>", "", user.client.navigate(target).body.decode(), flags=re.S)
        return set(re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text)))

    assert words(page + "?error=too_many_attempts") - words(page), "the page says nothing of the error"


@pytest.mark.parametrize("page", ["/login", "/signup", "/account"])
@pytest.mark.parametrize("member", ["error", "rd"])
@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>"])
def test_a_page_shows_nothing_of_its_query_unescaped(user, page, member, attack):
    for value in (attack, urllib.parse.quote(attack, safe="")):
        target = f"{page}?{member}=/{value.replace(' ', '+')}"
        text = user.client.navigate(target).body.decode()
        assert "<script>alert" not in text and "<img src" not in text and "<img+src" not in text, text


def test_the_login_page_carries_rd_into_its_form(client):
    text = client.navigate("/login?rd=%2Fprivate%2F%3Fa%3D1%26b%3D2").body.decode()
    actions = [html.unescape(action) for action in re.findall(r'<form[^>]*action="([^"]*)"', text)]
    assert "/auth/login?rd=%2Fprivate%2F%3Fa%3D1%26b%3D2" in actions, actions
