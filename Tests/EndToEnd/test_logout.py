"""POST and DELETE /auth/logout: DESIGN.md 3 and 4."""

import pytest
from client import bearer
from site_under_test import ACCESS, REFRESH
from tokens import wait_until_expired


def assert_cleared(answer):
    assert answer.status == 204, answer
    assert answer.body == b""
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}, answer


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_logout_answers_204_and_ends_the_session(site, user, method):
    access, refresh = user.access, user.refresh
    assert_cleared(user.client.request(method, "/auth/logout"))
    assert site.status_of(access) == 401
    assert user.client.post("/auth/refresh", headers=[("Cookie", f"{REFRESH}={refresh}")]).status == 403


@pytest.mark.parametrize("cookies", ["", f"{ACCESS}=x; {REFRESH}=y", f"{REFRESH}=" + "A" * 70])
def test_a_logout_answers_the_same_without_a_session(client, cookies):
    assert_cleared(client.post("/auth/logout", headers=[("Cookie", cookies)] if cookies else []))


def test_a_second_logout_answers_the_same(user):
    headers = [("Cookie", user.client.jar.header())]
    for _ in range(2):
        assert_cleared(user.client.post("/auth/logout", headers=headers))


def test_a_logout_leaves_other_sessions_alone(site, user):
    other, _ = site.log_in(user)
    user.client.post("/auth/logout", dict(scope="local"))
    assert other.get("/private/").status == 200
    assert other.post("/auth/refresh").status == 200


def test_scope_others_ends_every_session_but_this(site, user):
    others = [site.log_in(user) for _ in range(3)]
    cookies = [("Cookie", user.client.jar.header())]
    assert user.client.post("/auth/logout", dict(scope="others")).status == 204
    for other, body in others:
        assert site.status_of(body["access_token"]) == 401
        assert other.post("/auth/refresh").status == 403
    assert user.client.get("/private/", cookies).status == 200
    assert user.client.post("/auth/refresh", headers=cookies).status == 200


def test_scope_global_ends_every_session(site, user):
    others = [site.log_in(user) for _ in range(3)]
    assert_cleared(user.client.post("/auth/logout", dict(scope="global")))
    for token in [user.access, *(body["access_token"] for _, body in others)]:
        assert site.status_of(token) == 401
    for other, _ in others:
        assert other.post("/auth/refresh").status == 403


def test_scope_global_leaves_other_users_alone(site, user):
    bystander = site.sign_up()
    user.client.post("/auth/logout", dict(scope="global"))
    assert bystander.client.get("/private/").status == 200


def test_a_user_can_log_in_again_after_global(site, user):
    user.client.post("/auth/logout", dict(scope="global"))
    again, _ = site.log_in(user)
    assert again.get("/private/").status == 200


@pytest.mark.parametrize("scope", ["everything", "", 5, ["global"]])
def test_an_unknown_scope_is_refused_and_ends_nothing(user, scope):
    answer = user.client.post("/auth/logout", dict(scope=scope))
    assert answer.status in (400, 422) and answer.set_cookies == [], answer
    assert user.client.get("/private/").status == 200


def test_a_logout_after_the_access_token_expired_ends_the_session(short_site):
    user = short_site.sign_up()
    refresh = user.refresh
    wait_until_expired(user.access)
    assert_cleared(user.client.post("/auth/logout"))
    assert user.client.post("/auth/refresh", headers=[("Cookie", f"{REFRESH}={refresh}")]).status == 403


def test_a_logout_with_the_access_token_alone_ends_the_session(site, user):
    with site.client() as client:
        assert client.post("/auth/logout", headers=bearer(user.access)).status == 204
    assert site.status_of(user.access) == 401
    assert user.client.post("/auth/refresh").status == 403


def test_a_logout_with_the_refresh_cookie_of_before_ends_the_session(site, user):
    """A tab that lost the race of a refresh must be able to log out too."""
    before = user.refresh
    access = user.client.post("/auth/refresh").json["access_token"]
    with site.client() as tab:
        assert_cleared(tab.post("/auth/logout", headers=[("Cookie", f"{REFRESH}={before}")]))
    assert site.status_of(access) == 401


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_get_logs_nobody_out(user, method):
    assert user.client.request(method, "/auth/logout").status == 405
    assert user.client.get("/private/").status == 200
