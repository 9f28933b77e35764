"""Who may change state, and who may read the answer: DESIGN.md 3 and N-C7."""

import uuid

import pytest
from site_under_test import new_name, new_password

APP = "https://app.example"
REFUSED = [
    [("Sec-Fetch-Site", "cross-site")],
    [("Sec-Fetch-Site", "same-site")],
    [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")],
    [("Sec-Fetch-Site", "nonsense")],
    [("Origin", "https://evil.example")],
    [("Origin", "null")],
    [("Origin", "https://localhost.evil.example")],
    [("Origin", "https://localhost")],
    [("Origin", "")],
]


def changes(user):
    """Every request that changes state, as method, target, body."""
    return [
        ("POST", "/auth/signup", dict(username=new_name(), password=new_password())),
        ("POST", "/auth/strength", dict(password=new_password())),
        ("POST", "/auth/login", dict(username=user.name, password=user.password)),
        ("POST", "/auth/refresh", None),
        ("POST", "/auth/logout", None),
        ("DELETE", "/auth/logout", None),
        ("POST", "/auth/password", dict(current_password=user.password, new_password=new_password())),
        ("DELETE", f"/auth/sessions/{uuid.uuid4()}", None),
    ]


def send(client, method, target, body, headers):
    if method == "POST":
        return client.post(target, body, headers)
    return client.request(method, target, headers)


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_a_change_from_another_origin_is_403_and_does_nothing(user, headers):
    for method, target, body in changes(user):
        answer = send(user.client, method, target, body, headers)
        assert (answer.status, answer.code, answer.set_cookies) == (403, "cross_origin", []), (target, answer)
        assert answer.header("Access-Control-Allow-Origin") is None
    assert user.client.get("/private/").status == 200
    assert user.client.post("/auth/refresh").status == 200


@pytest.mark.parametrize("site_header", ["same-origin", "none"])
def test_a_change_from_this_site_passes(user, site_header):
    headers = [("Sec-Fetch-Site", site_header)]
    assert user.client.post("/auth/refresh", headers=headers).status == 200
    assert user.client.post("/auth/logout", headers=headers).status == 204


def test_same_origin_passes_with_its_origin(user):
    headers = [("Sec-Fetch-Site", "same-origin"), ("Origin", user.client.base_url)]
    assert user.client.post("/auth/refresh", headers=headers).status == 200


def test_without_sec_fetch_site_the_origin_decides(user):
    assert user.client.post("/auth/refresh", headers=[("Origin", user.client.base_url)]).status == 200
    plain = user.client.base_url.replace("https:", "http:")
    assert user.client.post("/auth/refresh", headers=[("Origin", plain)]).status in (200, 403)


def test_what_is_no_browser_passes(user):
    assert user.client.post("/auth/refresh").status == 200


def test_reading_is_not_refused_but_not_shared_either(user):
    answer = user.client.get("/auth/me", [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")])
    assert answer.header("Access-Control-Allow-Origin") is None
    assert answer.status in (200, 403)


def test_answers_vary_by_what_decided(user):
    vary = ", ".join(user.client.post("/auth/refresh").all("Vary")).lower()
    assert "origin" in vary and "sec-fetch-site" in vary


def test_no_origin_is_listed_by_default(client):
    answer = preflight(client, "/auth/login", APP)
    assert answer.header("Access-Control-Allow-Origin") is None


def preflight(client, target, origin, method="POST"):
    asks = [("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "content-type")]
    return client.request("OPTIONS", target, [("Origin", origin), *asks])


@pytest.fixture(scope="module")
def shared_site(new_site):
    return new_site(AUTH_ALLOWED_ORIGINS=f"{APP} https://other.example:8443".replace(" ", ","))


@pytest.fixture
def guest(shared_site):
    with shared_site.client() as client:
        yield client


def assert_shared(answer, origin=APP):
    assert answer.header("Access-Control-Allow-Origin") == origin, answer
    assert answer.header("Access-Control-Allow-Credentials") == "true", answer
    assert "origin" in ", ".join(answer.all("Vary")).lower()


CROSS = [("Origin", APP), ("Sec-Fetch-Site", "cross-site")]


@pytest.mark.parametrize("origin", [APP, "https://other.example:8443"])
@pytest.mark.parametrize(
    "target, method", [("/auth/login", "POST"), ("/auth/logout", "DELETE"), ("/auth/sessions/x", "DELETE")]
)
def test_a_listed_origin_gets_its_preflight(guest, origin, target, method):
    answer = preflight(guest, target, origin, method)
    assert (answer.status, answer.body) == (204, b""), answer
    assert_shared(answer, origin)
    assert method in answer.header("Access-Control-Allow-Methods")
    assert "content-type" in answer.header("Access-Control-Allow-Headers").lower()


def test_a_listed_origin_may_sign_up_log_in_refresh_read_and_log_out(shared_site):
    user = shared_site.sign_up()
    steps = [
        user.client.post("/auth/signup", dict(username=new_name(), password=new_password()), CROSS),
        user.client.post("/auth/login", dict(username=user.name, password=user.password), CROSS),
        user.client.post("/auth/refresh", headers=CROSS),
        user.client.get("/auth/me", CROSS),
        user.client.get("/auth/sessions", CROSS),
        user.client.post("/auth/logout", headers=CROSS),
    ]
    assert [answer.status for answer in steps] == [201, 200, 200, 200, 200, 204]
    for answer in steps:
        assert_shared(answer)


def test_a_listed_origin_may_read_refusals_too(guest):
    for answer in (
        guest.post("/auth/login", dict(username="nobody", password=new_password()), CROSS),
        guest.post("/auth/refresh", headers=CROSS),
        guest.post("/auth/login", b"{", CROSS),
        guest.get("/auth/me", CROSS),
    ):
        assert answer.status >= 400
        assert_shared(answer)


def test_a_listed_origin_may_read_that_its_body_is_too_large(guest):
    answer = guest.post("/auth/login", b"x" * 20000, CROSS)
    assert answer.status == 413
    assert_shared(answer)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://app.example", "https://app.example:444", "https://app.example.evil.example",
     "https://evilapp.example", "https://app.example/", "https://app.example@evil.example", "null", "https://sub.app.example",
     "https://other.example", f"{APP} {APP}", f"{APP},https://evil.example"],
)  # fmt: skip
def test_an_origin_that_is_not_listed_gets_nothing(guest, origin):
    assert preflight(guest, "/auth/login", origin).header("Access-Control-Allow-Origin") is None
    answer = guest.post("/auth/refresh", headers=[("Origin", origin), ("Sec-Fetch-Site", "cross-site")])
    assert (answer.status, answer.code) == (403, "cross_origin")
    assert answer.header("Access-Control-Allow-Origin") is None


def test_two_origin_headers_are_refused(guest):
    answer = guest.post("/auth/refresh", headers=[("Origin", APP), ("Origin", "https://evil.example")])
    assert answer.status in (400, 403), answer
    assert answer.header("Access-Control-Allow-Origin") is None


def test_same_site_is_refused_unless_its_origin_is_listed(guest):
    assert guest.post("/auth/refresh", headers=[("Sec-Fetch-Site", "same-site")]).code == "cross_origin"
    assert guest.post("/auth/refresh", headers=[("Sec-Fetch-Site", "same-site"), ("Origin", APP)]).status == 401


def test_a_preflight_changes_nothing(shared_site):
    user = shared_site.sign_up()
    assert preflight(user.client, "/auth/logout", APP).set_cookies == []
    assert user.client.get("/private/").status == 200
