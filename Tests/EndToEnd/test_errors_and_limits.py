"""Errors, methods, types and sizes: DESIGN.md 3."""

import json
import uuid

import pytest
from site_under_test import new_name, new_password

SESSION = f"/auth/sessions/{uuid.uuid4()}"
METHODS = {
    "/auth/signup": {"POST"},
    "/auth/strength": {"POST"},
    "/auth/login": {"POST"},
    "/auth/refresh": {"POST"},
    "/auth/logout": {"POST", "DELETE"},
    "/auth/me": {"GET"},
    "/auth/sessions": {"GET"},
    SESSION: {"DELETE"},
    "/auth/password": {"POST"},
}
WRONG = [
    (target, method)
    for target, right in METHODS.items()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")
    if method not in right
]
BODIES = ["/auth/signup", "/auth/strength", "/auth/login", "/auth/refresh", "/auth/logout", "/auth/password"]


def assert_problem(answer, status, code=None):
    assert answer.status == status, answer
    assert answer.header("Content-Type") == "application/problem+json", answer
    problem = answer.json
    assert {"type", "title", "status", "code", "detail", "request_id"} <= set(problem), problem
    assert problem["status"] == status and problem["title"] and problem["detail"] and problem["request_id"]
    assert code in (None, problem["code"]), problem


@pytest.mark.parametrize("target, method", WRONG)
def test_a_wrong_method_is_405_with_allow(user, target, method):
    answer = user.client.request(method, target)
    assert_problem(answer, 405)
    allowed = {name.strip() for name in answer.header("Allow").split(",")}
    assert METHODS[target] <= allowed <= METHODS[target] | {"HEAD", "OPTIONS"}
    assert method not in allowed


@pytest.mark.parametrize("target", ["/auth/me", "/auth/sessions", "/auth/login", "/private/", "/"])
def test_trace_is_off(client, target):
    assert client.request("TRACE", target).status == 405


def test_head_is_like_get_without_a_body(user):
    answer = user.client.request("HEAD", "/auth/me")
    assert (answer.status, answer.body) == (200, b"")


def padded(size):
    """A JSON login of exactly so many bytes."""
    frame = json.dumps(dict(username="nobody", password="")).encode()
    return json.dumps(dict(username="nobody", password="x" * (size - len(frame)))).encode()


def test_a_body_of_16_KiB_is_read(client):
    assert client.post("/auth/login", padded(16384)).status in (401, 422)


@pytest.mark.parametrize("target", BODIES)
@pytest.mark.parametrize("size", [16385, 20000, 70000, 1_000_000])
def test_a_larger_body_is_413(user, target, size):
    with_its_own_connection = user.client
    assert_problem(with_its_own_connection.post(target, padded(size)), 413)
    with_its_own_connection.close()
    assert user.client.get("/private/").status == 200


@pytest.mark.parametrize("size, status", [(16384, {401, 422}), (16385, {413}), (200_000, {413})])
def test_a_chunked_body_has_the_same_limit(client, size, status):
    body = padded(size)
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (body[at : at + 9999] for at in range(0, size, 9999))
    )
    headers = [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked")]
    assert client.request("POST", "/auth/login", headers, chunks + b"0\r\n\r\n").status in status
    client.close()


@pytest.mark.parametrize("target", BODIES)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/jsonx", "multipart/form-data; boundary=x", "application/xml", "json", None]
)
def test_another_content_type_is_415(user, target, kind):
    headers = [("Content-Type", kind)] if kind else []
    assert_problem(user.client.request("POST", target, headers, b'{"username":"a","password":"b"}'), 415)


@pytest.mark.parametrize(
    "kind",
    ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json ;x=y"],
)
def test_json_is_json_however_it_is_spelled(user, client, kind):
    body = json.dumps(dict(username=user.name, password=user.password)).encode()
    assert client.request("POST", "/auth/login", [("Content-Type", kind)], body).status == 200


MALFORMED = [
    b"", b"{", b"null", b"5", b'"text"', b"[]", b"{}{}", b"{} x", b'{"username":"a","username":"b"}',
    b'{"username":"a","user\\u006eame":"b"}', b'{"username":"\\ud800"}', b'{"username":"\xff"}',
    b"\xef\xbb\xbf{}", b'{"username":"a"', b"{'username':'a'}", b'{"a":NaN}', b'{"a":01}', b'{"a":1,}',
    b'{"username":"a\nb"}', b"[" * 8000, b'{"a":' * 2000 + b"1" + b"}" * 2000, b'{"username":"\xc0\x80"}', b"\0",
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("target", ["/auth/signup", "/auth/login"])
def test_a_malformed_body_is_400(client, target, body):
    assert_problem(client.post(target, body), 400, "malformed_body")


@pytest.mark.parametrize("target", ["/auth/refresh", "/auth/logout", "/auth/password"])
def test_two_members_of_one_name_are_refused_everywhere(user, target):
    assert_problem(user.client.post(target, b'{"scope":"local","scope":"global"}'), 400, "malformed_body")
    assert user.client.get("/private/").status == 200


def test_a_problem_of_fields_tells_field_code_and_detail(client):
    answer = client.post("/auth/signup", dict(username="", password="short"))
    assert_problem(answer, 422, "invalid_fields")
    assert all(set(error) == {"field", "code", "detail"} for error in answer.json["errors"])


def test_a_problem_never_repeats_what_was_sent(client):
    name, password = new_name("<b>&\"'"), new_password()
    for target in ("/auth/signup", "/auth/login"):
        text = client.post(target, dict(username=name, password=password[:14], email=name)).body.decode()
        assert name not in text and password[:14] not in text


def test_every_problem_has_a_request_id_of_its_own(client):
    ids = {client.post("/auth/login", b"{").json["request_id"] for _ in range(20)}
    assert len(ids) == 20


def test_a_request_id_of_the_client_is_not_adopted(client):
    headers = [("X-Request-ID", "chosen"), ("Request-ID", "chosen"), ("AUTH_REQUEST_ID", "chosen")]
    assert client.post("/auth/login", b"{", headers).json["request_id"] != "chosen"


@pytest.mark.parametrize(
    "target",
    ["/auth/", "/auth/nothing", "/auth/login/", "/auth/me/x", "/auth/sessions/a/b", "/auth/signup.php", "/auth/verify"],
)
def test_an_unknown_place_is_404(user, target):
    assert_problem(user.client.get(target), 404)


@pytest.mark.parametrize("target", ["/auth/Login", "/AUTH/login"])
def test_places_have_one_spelling(client, target):
    assert client.post(target, dict(username="x", password="y")).status == 404


@pytest.mark.parametrize("target", ["/", "/auth/me", "/auth/nothing", "/private/", "/.well-known/jwks.json"])
def test_no_answer_tells_a_version(client, target):
    answer = client.get(target)
    assert not any(character.isdigit() for character in answer.header("Server") or ""), answer
    assert answer.header("X-Powered-By") is None


@pytest.mark.parametrize("cookies", [["x=" + "y" * 7000], ["; " * 2000], ["a=b"] * 60, ["=;=;=", "\x01\xff"]])
def test_odd_cookies_are_no_trouble(user, cookies):
    answer = user.client.get(
        "/private/", [("Cookie", user.client.jar.header()), *(("Cookie", text) for text in cookies)]
    )
    assert answer.status in (200, 400, 431), answer
    user.client.close()
    assert user.client.get("/private/").status == 200


def test_a_204_has_no_body_and_no_type(user):
    answer = user.client.post("/auth/logout")
    assert (answer.status, answer.body, answer.header("Content-Type")) == (204, b"", None)
