"""/auth/me, /auth/sessions, /auth/password and the well-known places: DESIGN.md 3."""

import re
import uuid

import pytest
from client import bearer
from site_under_test import new_password

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def sessions(client):
    answer = client.get("/auth/sessions")
    assert answer.status == 200, answer
    return answer.json["sessions"] if isinstance(answer.json, dict) else answer.json


@pytest.mark.parametrize(
    "method, target, body",
    [
        ("GET", "/auth/me", None),
        ("GET", "/auth/sessions", None),
        ("DELETE", f"/auth/sessions/{uuid.uuid4()}", None),
        ("POST", "/auth/password", b'{"current_password":"x","new_password":"y"}'),
    ],
)
def test_without_a_login_the_answer_is_401(client, method, target, body):
    answer = client.request(method, target, [("Content-Type", "application/json")] if body else [], body)
    assert answer.status == 401 and answer.code, answer
    assert answer.header("WWW-Authenticate").startswith("Bearer"), answer


def test_me_tells_the_user_and_the_session(site, user):
    answer = user.client.get("/auth/me")
    assert answer.status == 200 and set(answer.json) == {"user", "session"}, answer
    assert set(answer.json["user"]) == {"id", "username", "email", "roles", "created_at"}
    assert answer.json["user"]["username"] == user.name
    assert answer.json["session"]["id"] == site.session_of(user.access)


def test_me_is_not_kept_by_caches(user):
    assert user.client.get("/auth/me").header("Cache-Control") == "no-store"


def test_me_takes_a_bearer_token(site, user, client):
    assert client.get("/auth/me", bearer(user.access)).json["user"]["id"] == user.id


def test_me_counts_only_authorization_when_it_is_present(user):
    assert user.client.get("/auth/me", bearer("garbage")).status == 401


def test_the_list_of_sessions_marks_the_current_one(site, user):
    site.log_in(user)
    listed = sessions(user.client)
    assert len(listed) == 2
    assert [entry["id"] for entry in listed if entry["current"]] == [site.session_of(user.access)]


def test_a_listed_session_tells_times_address_and_user_agent(site, user):
    client = site.client()
    login = dict(username=user.name, password=user.password)
    token = client.post("/auth/login", login, [("User-Agent", "Tester/1.0 (ünï)".encode())]).json["access_token"]
    entry = next(entry for entry in sessions(user.client) if entry["id"] == site.session_of(token))
    assert TIME.fullmatch(entry["created_at"]) and TIME.fullmatch(entry["last_used_at"])
    assert entry["address"] == "127.0.0.1"
    assert entry["user_agent"].startswith("Tester/1.0")
    assert entry["current"] is False


def test_the_list_never_shows_tokens(site, user):
    text = user.client.get("/auth/sessions").body.decode()
    assert user.refresh not in text and user.access not in text


def test_a_long_user_agent_is_no_trouble(site, user):
    client = site.client()
    login = dict(username=user.name, password=user.password)
    assert client.post("/auth/login", login, [("User-Agent", "x" * 4000)]).status == 200
    assert all(len(entry["user_agent"] or "") <= 1024 for entry in sessions(user.client))


def test_a_session_can_be_ended_by_its_id(site, user):
    other, body = site.log_in(user)
    answer = user.client.delete(f"/auth/sessions/{site.session_of(body['access_token'])}")
    assert (answer.status, answer.body) == (204, b"")
    assert site.status_of(body["access_token"]) == 401
    assert other.post("/auth/refresh").status == 403
    assert user.client.get("/private/").status == 200
    assert len(sessions(user.client)) == 1


def test_ones_own_session_can_be_ended(site, user):
    assert user.client.delete(f"/auth/sessions/{site.session_of(user.access)}").status == 204
    assert site.status_of(user.access) == 401


def test_the_session_of_another_user_is_404_and_lives(site, user):
    other = site.sign_up()
    answer = user.client.delete(f"/auth/sessions/{site.session_of(other.access)}")
    assert answer.status == 404 and answer.code, answer
    assert other.client.get("/private/").status == 200


@pytest.mark.parametrize("name", [str(uuid.uuid4()), "x", "0" * 2000, "%27%20OR%201=1--"])
def test_an_unknown_session_is_404(user, name):
    assert user.client.delete(f"/auth/sessions/{name}").status == 404
    assert user.client.get("/private/").status == 200


@pytest.mark.parametrize("name", ["%00", "..%2f..", "%2e%2e/sessions/", "..;/"])
def test_a_session_named_by_an_odd_path_ends_nothing(user, name):
    assert user.client.delete(f"/auth/sessions/{name}").status in (400, 404, 405)
    assert user.client.get("/private/").status == 200


def test_a_new_password_works_and_the_old_one_no_more(site, user, client):
    old, new = user.password, new_password()
    answer = user.client.post("/auth/password", dict(current_password=old, new_password=new))
    assert (answer.status, answer.body) == (204, b""), answer
    assert client.post("/auth/login", dict(username=user.name, password=old)).status == 401
    assert client.post("/auth/login", dict(username=user.name, password=new)).status == 200


def test_a_new_password_ends_every_other_session_and_not_this(site, user):
    other, body = site.log_in(user)
    change = dict(current_password=user.password, new_password=new_password())
    assert user.client.post("/auth/password", change).status == 204
    assert site.status_of(body["access_token"]) == 401
    assert other.post("/auth/refresh").status == 403
    assert user.client.get("/private/").status == 200
    assert user.client.post("/auth/refresh").status == 200


def test_a_wrong_current_password_changes_nothing(site, user):
    other, _ = site.log_in(user)
    change = dict(current_password=new_password(), new_password=new_password())
    answer = user.client.post("/auth/password", change)
    assert (answer.status, answer.code) == (401, "invalid_credentials")
    assert other.get("/private/").status == 200
    assert site.log_in(user)


@pytest.mark.parametrize("wrong", ["short", "ü" * 257, 5, None])
def test_a_new_password_that_breaks_the_rules_is_422(site, user, wrong):
    answer = user.client.post("/auth/password", dict(current_password=user.password, new_password=wrong))
    assert (answer.status, answer.code) == (422, "invalid_fields")
    assert {error["field"] for error in answer.json["errors"]} == {"new_password"}
    assert site.log_in(user)


def test_guesses_of_the_current_password_are_limited(new_site):
    """Who has got hold of a session must not be able to try passwords without end."""
    user = new_site(AUTH_LOGIN_ATTEMPTS="3").sign_up()
    guess = dict(current_password=new_password(), new_password=new_password())
    statuses = [user.client.post("/auth/password", guess).status for _ in range(5)]
    assert statuses == [401] * 3 + [429] * 2


def test_change_password_has_its_well_known_place(client):
    answer = client.get("/.well-known/change-password")
    assert (answer.status, answer.header("Location")) == (303, "/account")


@pytest.mark.parametrize("page", ["/login", "/signup", "/account"])
def test_the_pages_are_there(user, page):
    answer = user.client.navigate(page)
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/html"), answer
