""" "delivery": "body", for clients without a cookie jar: DESIGN.md 3."""

import pytest
from client import bearer
from site_under_test import REFRESH, ask_until_admitted, new_name, new_password

BODY = dict(delivery="body")


@pytest.fixture
def phone(site, client):
    """A client without cookies that has just signed up, and the answer."""
    answer = ask_until_admitted(client, "/auth/signup", dict(username=new_name(), password=new_password()) | BODY)
    assert answer.status == 201, answer
    return client, answer


def refresh(client, token):
    return client.post("/auth/refresh", dict(refresh_token=token) | BODY)


def test_signup_gives_the_refresh_token_in_the_body_and_no_cookie(phone):
    _, answer = phone
    assert set(answer.json) == {"user", "access_token", "token_type", "expires_in", "refresh_token"}
    assert answer.set_cookies == []
    assert answer.header("Cache-Control") == "no-store"


def test_login_gives_the_refresh_token_in_the_body_and_no_cookie(user, client):
    answer = client.post("/auth/login", dict(username=user.name, password=user.password) | BODY)
    assert answer.status == 200 and answer.json["refresh_token"], answer
    assert answer.set_cookies == []


def test_cookies_are_given_when_nothing_is_said(user, client):
    assert "refresh_token" not in client.post("/auth/login", dict(username=user.name, password=user.password)).json


def test_a_refresh_rotates_it_in_the_body(site, phone):
    client, first = phone
    answer = refresh(client, first.json["refresh_token"])
    assert answer.status == 200 and answer.set_cookies == [], answer
    assert answer.json["refresh_token"] != first.json["refresh_token"]
    assert site.session_of(answer.json["access_token"]) == site.session_of(first.json["access_token"])


def test_a_lost_answer_gets_the_same_successor(phone):
    client, first = phone
    tokens = {refresh(client, first.json["refresh_token"]).json["refresh_token"] for _ in range(3)}
    assert len(tokens) == 1


def test_reuse_ends_the_session(site, phone):
    client, first = phone
    second = refresh(client, first.json["refresh_token"]).json
    third = refresh(client, second["refresh_token"]).json
    answer = refresh(client, first.json["refresh_token"])
    assert (answer.status, answer.code) == (403, "refresh_reused")
    assert site.status_of(third["access_token"]) == 401
    assert refresh(client, third["refresh_token"]).status == 403


def test_the_access_token_works_as_a_bearer_token(site, phone):
    assert site.status_of(phone[1].json["access_token"]) == 200


def test_a_logout_with_the_token_in_the_body_ends_the_session(site, phone):
    client, first = phone
    answer = client.post("/auth/logout", dict(refresh_token=first.json["refresh_token"]))
    assert answer.status == 204, answer
    assert site.status_of(first.json["access_token"]) == 401
    assert refresh(client, first.json["refresh_token"]).status == 403


@pytest.mark.parametrize("delivery", ["cookie?", "", 5, ["body"]])
def test_an_unknown_delivery_is_refused(user, client, delivery):
    fields = dict(username=user.name, password=user.password, delivery=delivery)
    answer = client.post("/auth/login", fields)
    assert (answer.status, answer.code) == (422, "invalid_fields"), answer
    assert {error["field"] for error in answer.json["errors"]} == {"delivery"}


def test_a_refresh_without_the_token_is_401_refresh_missing(client):
    answer = client.post("/auth/refresh", BODY)
    assert (answer.status, answer.code) == (401, "refresh_missing")


@pytest.mark.parametrize("token", ["garbage", "", 5])
def test_a_refresh_with_garbage_is_refused(client, token):
    assert refresh(client, token).status in (400, 401, 403, 422)


def test_a_cookie_is_never_turned_into_a_token_that_scripts_can_read(user):
    """HttpOnly would mean nothing if a script could ask for the cookie's successor in the body."""
    answer = user.client.post("/auth/refresh", BODY)
    assert b"refresh_token" not in answer.body or answer.status != 200, answer
    assert user.client.jar.get(REFRESH, "-") not in answer.body.decode()


def test_bearer_of_a_body_session_lists_it(phone):
    client, first = phone
    assert client.get("/auth/me", bearer(first.json["access_token"])).status == 200
