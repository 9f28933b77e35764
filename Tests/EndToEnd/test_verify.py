"""What verify tells nginx, asked at its socket: three statuses and a closed list of headers (DESIGN.md 3)."""

import re
import urllib.parse

import fastcgi
import pytest
from site_under_test import ACCESS
from tokens import wait_until_expired

IDENTITY = {"X-Auth-User", "X-Auth-User-Id", "X-Auth-Email", "X-Auth-Roles", "X-Auth-Session"}


def ask(site, token=None, path="/private/", **parameters):
    asked = fastcgi.get("/_auth/verify", dict(REQUEST_URI=path) | parameters)
    if token:
        asked["HTTP_COOKIE"] = f"{ACCESS}={token}"
    return fastcgi.ask(site.stack.socket("verify"), asked)


def test_204_carries_the_identity_and_no_body(site):
    user = site.sign_up(email="mia@example.org", roles=["admin", "editor"])
    answer = ask(site, user.access)
    assert (answer.status, answer.body) == (204, b"")
    assert (answer.header("X-Auth-User"), answer.header("X-Auth-User-Id")) == (user.name, user.id)
    assert answer.header("X-Auth-Email") == "mia@example.org"
    assert sorted(answer.header("X-Auth-Roles").split(",")) == ["admin", "editor"]
    assert answer.header("X-Auth-Session")


def test_401_carries_the_challenge_the_login_page_and_the_reason(site, short_site):
    answer = ask(site, path="/private/?a=1&b=2")
    assert answer.status == 401
    assert re.fullmatch(r'Bearer( realm="[^"]*")?', answer.header("WWW-Authenticate"))
    assert answer.header("X-Auth-Login") == "/login?rd=" + urllib.parse.quote("/private/?a=1&b=2", safe="")
    user = short_site.sign_up()
    wait_until_expired(user.access)
    expired, garbage = ask(short_site, user.access), ask(site, "x.y.z")
    reasons = {one.header("X-Auth-Reason") for one in (answer, expired, garbage)}
    assert None not in reasons and len(reasons) == 3, reasons


def test_403_carries_the_reason(site, user):
    answer = ask(site, user.access, AUTH_REQUIRE="role:admin")
    assert answer.status == 403 and answer.header("X-Auth-Reason")


def test_a_refusal_carries_no_identity(site, user):
    for answer in (ask(site), ask(site, user.access + "x"), ask(site, user.access, AUTH_REQUIRE="role:admin")):
        assert not IDENTITY & {name for name, _ in answer.headers}, answer


FORGED = dict(
    HTTP_AUTH_REQUIRE="", HTTP_X_AUTH_REQUIRE="", HTTP_X_AUTH_USER="root", HTTP_X_AUTH_ROLES="admin",
    HTTP_REMOTE_USER="root",
    REMOTE_USER="root", HTTP_X_FORWARDED_USER="root", HTTP_X_ORIGINAL_URI="/", HTTP_X_ORIGINAL_METHOD="OPTIONS",
    HTTP_X_FORWARDED_FOR="127.0.0.1", HTTP_USER_AGENT="kube-probe/1.0", AUTH_TYPE="Basic",
    PATH_INFO="/", SCRIPT_NAME="/",
)  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_no_parameter_a_client_controls_changes_a_decision(site, user, name):
    forged = {name: FORGED[name]}
    assert ask(site, **forged).status == 401
    assert ask(site, user.access, AUTH_REQUIRE="role:admin", **forged).status == 403
    assert ask(site, user.access, **forged).header("X-Auth-User") == user.name


METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PROPFIND",
    "TRACE",
    "get",
    "X" * 5000,
    "",
    "GET /",
    "\xff",
]


@pytest.mark.parametrize("method", METHODS, ids=range(len(METHODS)))
def test_only_204_401_and_403_are_ever_answered_whatever_the_method(site, user, method):
    assert ask(site, REQUEST_METHOD=method).status == 401
    assert ask(site, user.access, REQUEST_METHOD=method).status in (204, 401)
    assert ask(site, user.access, REQUEST_METHOD=method, AUTH_REQUIRE="role:admin").status in (401, 403)


ODD = [
    dict(REQUEST_URI=""), dict(REQUEST_URI="//evil"), dict(REQUEST_URI="/" + "x" * 20000), dict(REQUEST_URI="/%ff%00"),
    dict(REQUEST_URI="/\r\nX-Auth-User: root"), dict(DOCUMENT_URI="/elsewhere"), dict(DOCUMENT_URI=""),
    dict(QUERY_STRING="%"),
    dict(HTTP_COOKIE="=" * 9000), dict(HTTP_AUTHORIZATION=""), dict(HTTP_AUTHORIZATION="Bearer " + "." * 9000),
    dict(REMOTE_ADDR="x\ny"), dict(REMOTE_ADDR=""), dict(CONTENT_LENGTH="-1"), dict(HTTP_HOST="evil\r\n"),
    dict(AUTH_REQUEST_ID="a\nb"),
]  # fmt: skip


@pytest.mark.parametrize("parameters", ODD, ids=range(len(ODD)))
def test_only_204_401_and_403_are_ever_answered_whatever_the_request(site, user, parameters):
    answer = ask(site, **parameters)
    assert answer.status in (401, 403, 404), answer
    assert not IDENTITY & {name for name, _ in answer.headers}
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)


def test_an_answer_is_the_same_however_often_it_is_asked(site, user):
    answers = {str(ask(site, user.access).headers) for _ in range(50)}
    assert len(answers) == 1


def test_a_site_with_a_login_page_of_its_own_is_sent_there(new_site):
    site = new_site(AUTH_LOGIN_PAGE="/signin")
    with site.client() as client:
        assert client.navigate("/private/").header("Location") == "/signin?rd=%2Fprivate%2F"
        refused = client.form("/auth/login?rd=%2Fprivate%2F", dict(username="nobody", password="wrong"))
        assert refused.header("Location").startswith("/signin?error=invalid_credentials")
