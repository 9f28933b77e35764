"""Renewal in place: an expired token and a good refresh cookie do not make a page bounce (DESIGN.md 3 and 4)."""

import threading

import pytest
from echo import Echo
from site_under_test import ACCESS, REFRESH, new_password
from tokens import session_of_refresh_token, wait_until_expired


@pytest.fixture
def expired(short_site):
    """A user whose access token has just expired."""
    user = short_site.sign_up()
    wait_until_expired(user.access)
    yield user
    user.client.close()


def assert_cleared(answer):
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}, answer


def at_once(site, count, cookies, ask):
    """The answers of so many connections, opened ahead, that ask at one moment with the same cookies."""
    clients = [site.client() for _ in range(count)]
    barrier, answers = threading.Barrier(count), [None] * count

    def run(number):
        client = clients[number]
        client.jar.update(cookies)
        client.connect()
        barrier.wait(30)
        answers[number] = ask(client, number)
        client.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_page_with_an_expired_token_is_served_and_the_cookies_renewed(short_site, expired):
    before = session_of_refresh_token(expired.refresh)
    answer = expired.client.navigate("/private/")
    assert answer.status == 200
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}
    assert session_of_refresh_token(answer.cookie(REFRESH).value) == before
    assert short_site.session_of(answer.cookie(ACCESS).value) == before


def test_a_valid_token_is_not_renewed(user):
    assert user.client.get("/private/").set_cookies == []


def test_the_application_sees_who_was_renewed(expired):
    assert Echo(expired.client.get("/app/")).user == expired.name


def test_a_browser_that_has_dropped_the_expired_cookie_is_renewed(expired):
    del expired.client.jar[ACCESS]
    assert expired.client.navigate("/private/").status == 200
    assert expired.client.jar[ACCESS]


def test_a_garbled_access_cookie_is_renewed(expired):
    expired.client.jar[ACCESS] = "garbage"
    assert expired.client.navigate("/private/").status == 200


def test_forty_parallel_requests_get_one_successor_and_nobody_is_logged_out(short_site):
    user = short_site.sign_up()
    for _ in range(3):
        wait_until_expired(user.client.jar[ACCESS])
        before = user.refresh
        answers = at_once(short_site, 40, user.client.jar, lambda client, _: client.get("/private/"))
        assert [answer.status for answer in answers] == [200] * 40
        successors = {answer.cookie(REFRESH).value for answer in answers}
        assert len(successors) == 1 and before not in successors
        user.client.jar.take(answers[0].set_cookies)
    assert user.client.post("/auth/refresh").status == 200


def test_pages_posts_and_refreshes_in_parallel_agree(short_site, expired):
    def ask(client, number):
        if number % 3 == 0:
            return client.post("/auth/refresh")
        return client.request("POST", "/app/", body=b"x" * 5000) if number % 3 == 1 else client.navigate("/private/")

    answers = at_once(short_site, 30, expired.client.jar, ask)
    assert {answer.status for answer in answers} == {200}
    assert len({answer.cookie(REFRESH).value for answer in answers}) == 1


def test_a_lost_answer_does_no_harm(expired):
    cookies = [("Cookie", expired.client.jar.header())]
    values = {expired.client.get("/private/", cookies).cookie(REFRESH).value for _ in range(3)}
    assert len(values) == 1
    assert expired.client.get("/private/").status == 200


def test_the_loser_of_a_race_clears_no_cookie(short_site, expired):
    answers = at_once(short_site, 20, expired.client.jar, lambda client, _: client.post("/auth/refresh"))
    assert not [cookie for answer in answers for cookie in answer.set_cookies if cookie.cleared]


def test_theft_seen_in_renewal_ends_the_session(short_site, expired):
    stolen = expired.client.jar.header()
    expired.client.post("/auth/refresh")
    expired.client.post("/auth/refresh")
    newest = expired.client.jar[ACCESS]
    with short_site.client() as thief:
        answer = thief.navigate("/private/", [("Cookie", stolen)])
        assert answer.status == 302 and answer.header("Location").startswith("/login")
        assert_cleared(answer)
    assert short_site.status_of(newest) == 401
    assert expired.client.post("/auth/refresh").status == 403


@pytest.mark.parametrize("end", ["logout", "disable", "delete"])
def test_an_ended_session_is_not_renewed_and_its_cookies_are_cleared(short_site, expired, end):
    cookies = [("Cookie", expired.client.jar.header())]
    if end == "logout":
        expired.client.post("/auth/logout")
    else:
        short_site.ctl("user", end, expired.name, *(["--yes"] if end == "delete" else []))
    answer = expired.client.navigate("/private/", cookies)
    assert answer.status == 302
    assert_cleared(answer)
    answer = expired.client.get("/private/", cookies)
    assert (answer.status, answer.header("Content-Type")) == (401, "application/problem+json")
    assert_cleared(answer)


def test_a_refusal_without_cookies_sets_none(short_site):
    with short_site.client() as client:
        assert client.navigate("/private/").set_cookies == []
        assert client.get("/private/").set_cookies == []


def test_renewal_does_not_widen_a_policy(short_site, expired):
    answer = expired.client.get("/admin/")
    assert answer.status == 403, answer


def test_a_role_given_meanwhile_counts_in_renewal(short_site, expired):
    short_site.ctl("user", "roles", expired.name, "admin")
    assert expired.client.get("/admin/").status == 200


def test_a_renewed_head_request_keeps_its_method(expired):
    answer = expired.client.request("HEAD", "/private/")
    assert (answer.status, answer.body) == (200, b"")


def test_many_users_are_renewed_without_being_mixed(short_site):
    """Twenty users, each with a jar of its own, asking while their tokens expire again and again."""
    users = [short_site.sign_up() for _ in range(20)]
    wrong = []

    def browse(user):
        for _ in range(60):
            answer = user.client.get("/app/")
            if answer.status != 200 or Echo(answer).user != user.name:
                wrong.append((user.name, answer))

    threads = [threading.Thread(target=browse, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_no_refusal_of_nginx_loses_the_cookies_of_a_renewal(new_site):
    """A browser that keeps the old refresh token is taken for a thief once the new one is in use."""
    site = new_site("location /ours/ { include snippets/fcgi-auth-protect.conf; include snippets/fcgi-auth-errors.conf; }")
    client, fields = site.sign_up().client, dict(current_password="x", new_password=new_password())
    site.stack.programs["account"].stop()
    site.stack.socket("account").unlink()
    for ask, statuses in (
        (lambda target: client.navigate(target), {"/private/nothing": 404, "/ours/nothing": 404, "/account": 503}),
        (lambda target: client.get(target), {"/private/nothing": 404, "/ours/nothing": 404, "/account": 503}),
        (lambda target: client.form(target, fields), {"/auth/password": 503}),
    ):
        for target, status in statuses.items():
            del client.jar[ACCESS]
            answer = ask(target)
            assert answer.status == status and {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}, answer
