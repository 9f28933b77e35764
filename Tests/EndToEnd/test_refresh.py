"""POST /auth/refresh and the life of a session: DESIGN.md 3 and 4."""

import concurrent.futures
import time

import pytest
from site_under_test import ACCESS, REFRESH

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def refresh(client, value=None):
    """A refresh with the jar's cookie, or with this value alone."""
    if value is None:
        return client.post("/auth/refresh")
    return client.post("/auth/refresh", headers=[("Cookie", f"{REFRESH}={value}")])


def assert_dead(answer, code):
    assert (answer.status, answer.code) == (403, code), answer
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}, answer


def test_a_refresh_answers_200_and_rotates_the_cookie(site, user):
    before, session = user.refresh, site.session_of(user.access)
    answer = refresh(user.client)
    assert answer.status == 200, answer
    assert set(answer.json) == {"user", "access_token", "token_type", "expires_in"}
    assert answer.json["user"]["id"] == user.id
    assert answer.cookie(REFRESH).value != before
    assert site.session_of(answer.json["access_token"]) == session
    assert answer.json["access_token"] != user.access
    assert answer.cookie(ACCESS).value == answer.json["access_token"]
    assert answer.header("Cache-Control") == "no-store"


def test_without_a_cookie_the_answer_is_401_refresh_missing(client):
    answer = refresh(client)
    assert (answer.status, answer.code) == (401, "refresh_missing")


@pytest.mark.parametrize(
    "value", ["", "garbage", "A" * 69, "A" * 70, "A" * 71, "A" * 3000, "=", "ü".encode().decode("latin-1")]
)
def test_what_is_no_refresh_token_is_refused_and_cleared(client, value):
    answer = refresh(client, value)
    if value:
        assert_dead(answer, "refresh_invalid")
    else:
        assert answer.code in ("refresh_missing", "refresh_invalid")


def test_every_prefix_and_extension_of_a_token_is_refused(user, site):
    token = user.refresh
    with site.client() as client:
        for value in [token[:size] for size in range(1, len(token))] + [token + letter for letter in "A=.-_0"]:
            assert_dead(refresh(client, value), "refresh_invalid")


def test_a_token_with_any_character_changed_is_refused(user, site):
    token = user.refresh
    with site.client() as client:
        for at, letter in enumerate(token):
            other = ALPHABET[(ALPHABET.index(letter) + 1) % 64]
            assert_dead(refresh(client, token[:at] + other + token[at + 1 :]), "refresh_invalid")
    assert refresh(user.client).status == 200


def test_an_access_token_is_no_refresh_token(user, client):
    assert_dead(refresh(client, user.access), "refresh_invalid")


def test_the_one_before_gets_the_very_same_successor(user):
    first = user.refresh
    successor = refresh(user.client).cookie(REFRESH).value
    for _ in range(3):
        answer = refresh(user.client, first)
        assert answer.status == 200 and answer.cookie(REFRESH).value == successor
    assert refresh(user.client).status == 200


def test_fifty_refreshes_of_one_token_at_once_have_one_successor(site, user):
    first = user.refresh

    def attempt(_):
        with site.client() as client:
            return refresh(client, first)

    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(attempt, range(50)))
    assert {answer.status for answer in answers} == {200}
    successors = {answer.cookie(REFRESH).value for answer in answers}
    assert len(successors) == 1
    assert refresh(user.client, successors.pop()).status == 200


def test_an_older_one_ends_the_session(site, user):
    stolen = user.refresh
    refresh(user.client)
    newest = refresh(user.client).cookie(REFRESH).value
    access = user.client.jar[ACCESS]
    with site.client() as thief:
        assert_dead(refresh(thief, stolen), "refresh_reused")
    assert site.status_of(access) == 401
    assert refresh(user.client, newest).status == 403
    assert refresh(user.client, stolen).status == 403


def test_theft_ends_that_session_only(site, user):
    other, _ = site.log_in(user)
    stolen = user.refresh
    refresh(user.client)
    refresh(user.client)
    assert refresh(user.client, stolen).code == "refresh_reused"
    assert refresh(other).status == 200


def test_a_session_that_logged_out_is_not_refreshed(user):
    token = user.refresh
    user.client.post("/auth/logout")
    answer = refresh(user.client, token)
    assert answer.status == 403 and answer.code in ("refresh_invalid", "session_expired"), answer
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}


def test_a_disabled_account_is_not_refreshed(site, user):
    site.ctl("user", "disable", user.name)
    assert_dead(refresh(user.client), "account_disabled")


def test_a_deleted_account_is_not_refreshed(site, user):
    site.ctl("user", "delete", user.name, "--yes")
    answer = refresh(user.client)
    assert answer.status == 403, answer
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}


def test_roles_are_read_again(site, user):
    site.ctl("user", "roles", user.name, "admin", "editor")
    answer = refresh(user.client)
    assert sorted(answer.json["user"]["roles"]) == ["admin", "editor"]
    assert site.roles_of(answer.json["access_token"]) == ["admin", "editor"]
    site.ctl("user", "roles", user.name, "--none")
    assert refresh(user.client).json["user"]["roles"] == []


def test_a_remembered_session_stays_remembered(site, user):
    remembered, _ = site.log_in(user, remember=True)
    assert refresh(remembered).cookie(REFRESH).attribute("Max-Age") is not None
    assert refresh(user.client).cookie(REFRESH).attribute("Max-Age") is None


def test_an_expired_access_token_does_not_stop_a_refresh(short_site):
    user = short_site.sign_up()
    time.sleep(1.2)
    assert refresh(user.client).status == 200


@pytest.fixture(scope="module")
def ending_site(new_site):
    return new_site(AUTH_SESSION_IDLE="2s", AUTH_SESSION_TTL="5s", AUTH_REFRESH_GRACE="1s", AUTH_ACCESS_TTL="1s")


def test_an_idle_session_ends(ending_site):
    user = ending_site.sign_up()
    time.sleep(2.2)
    assert_dead(refresh(user.client), "session_expired")


def test_a_session_in_use_ends_at_its_absolute_end(ending_site):
    user = ending_site.sign_up()
    start = time.monotonic()
    while (answer := refresh(user.client)).status == 200:
        assert time.monotonic() - start < 5.3, "rotation went past the absolute end"
        time.sleep(0.4)
    assert_dead(answer, "session_expired")
    assert time.monotonic() - start > 4


def test_a_remembered_cookie_never_outlives_the_session(ending_site):
    user = ending_site.sign_up()
    client, _ = ending_site.log_in(user, remember=True)
    for left in (4, 2):
        time.sleep(1.5)
        assert int(refresh(client).cookie(REFRESH).attribute("Max-Age")) <= min(2, left)


def test_after_the_grace_the_one_before_is_theft(ending_site):
    user = ending_site.sign_up()
    first = user.refresh
    refresh(user.client)
    time.sleep(1.3)
    assert_dead(refresh(user.client, first), "refresh_reused")
    assert refresh(user.client, first).status == 403
