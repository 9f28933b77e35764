"""Logs: one line an event, who and where in it, never a secret, never a raw control character (issue: Logs)."""

import json
import re

import pytest
import site_under_test as sites
from client import bearer
from site_under_test import PROGRAMS, SECRET_MARK, eventually, new_name, new_password

LINE = re.compile(
    r"<[0-7]>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z fcgi-auth(-[a-z-]+|ctl) [a-z_]+( [a-z_]+=\S*| [a-z_]+=\"[^\"]*\")*"
)
SECRETS = [
    re.compile(pattern)
    for pattern in (
        SECRET_MARK,
        r"\$argon2",
        r"eyJ[A-Za-z0-9_-]{10}",
        r"[A-Za-z0-9_-]{64,}",
        r'"d"\s*:',
        r"__Host-(access|refresh)=[^;\s\"]",
    )
]


def lines(site, program, event, *words):
    """The lines of an event that have every word, once there is one."""

    def found():
        return [
            line
            for line in site.stack.log(program)
            if f" {event} " in line + " " and all(word in line for word in words)
        ]

    eventually(found, 2)
    return found()


def test_each_event_is_one_line_with_the_user_and_the_address(site):
    user = site.sign_up()
    old = user.refresh
    other, _ = site.log_in(user)
    user.client.post("/auth/refresh")
    user.client.post("/auth/refresh")
    user.client.post("/auth/refresh", headers=[("Cookie", f"__Host-refresh={old}")])
    new = new_password()
    other.post("/auth/password", dict(current_password=user.password, new_password=new))
    third, body = site.log_in(user, password=new)
    other.delete(f"/auth/sessions/{site.session_of(body['access_token'])}")
    other.post("/auth/logout")
    for program, event in [
        ("signup", "signup_ok"), ("login", "login_ok"), ("refresh", "refresh_reused"),
        ("account", "password_changed"), ("account", "session_revoked"), ("logout", "logout"),
    ]:  # fmt: skip
        told = lines(site, program, event, user.id)
        assert told, f"no {event} of {program} for {user.id}"
        assert "127.0.0.1" in told[0] and "request_id=" in told[0], told[0]
    assert len(lines(site, "signup", "signup_ok", user.id)) == 1
    assert len(lines(site, "login", "login_ok", user.id)) == 2


def test_a_refused_login_is_logged_with_its_address_and_the_user_if_there_is_one(site, user, client):
    def refused(name):
        answer = client.post("/auth/login", dict(username=name, password=new_password()))
        return lines(site, "login", "login_refused", answer.json["request_id"])

    assert "127.0.0.1" in refused(new_name())[0]
    assert user.id in refused(user.name)[0]


def test_the_request_id_of_a_problem_is_in_the_log(site, client):
    problem = client.post("/auth/login", dict(username=new_name(), password=new_password())).json
    assert len(lines(site, "login", "login_refused", problem["request_id"])) == 1


@pytest.mark.parametrize("words, event", [
    (["user", "roles", "NAME", "admin"], "roles_changed"), (["user", "disable", "NAME"], "account_disabled"),
])  # fmt: skip
def test_what_the_admin_does_is_logged(site, user, words, event):
    result = site.ctl(*[user.name if word == "NAME" else word for word in words])
    assert [line for line in result.stderr.splitlines() if event in line and user.id in line], result.stderr


def test_every_line_has_the_same_shape(site, user):
    user.client.post("/auth/logout")
    for program in PROGRAMS:
        for line in site.stack.log(program):
            assert line.startswith("<4>supervisor: ") or LINE.fullmatch(line), (program, line)


HOSTILE = [
    "a\r\n<0>2026-01-01T00:00:00Z fcgi-auth-login login_ok user_id=forged",
    "\x1b[2J\x07",
    "\u202e\u2066bidi",
    '" x="y',
    "\0end",
    "\u0085\u2028",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_client_can_forge_a_line_or_send_a_control_character(site, user, client, text):
    before = {program: len(site.stack.log(program)) for program in PROGRAMS}
    client.post("/auth/login", dict(username=text, password=new_password()))
    client.post("/auth/signup", dict(username=text, password=new_password(), email=text))
    header = text.replace("\r\n", " ").replace("\0", "").encode()
    client.post("/auth/login", dict(username=user.name, password=user.password), [("User-Agent", header)])
    client.get("/private/", bearer(text.encode("unicode_escape").decode()))
    for program in PROGRAMS:
        for line in site.stack.log(program)[before[program] :]:
            assert line.isprintable() and line.isascii(), (program, line)
            assert LINE.fullmatch(line), (program, line)
            assert " user_id=forged" not in re.sub(r'"[^"]*"', "", line)


def test_a_password_typed_as_the_name_is_not_logged(site, client):
    for password in (new_password(), new_password().replace(" ", "")):
        client.post("/auth/login", dict(username=password, password=password))
        client.post("/auth/login", dict(username=password.upper(), password=password))
    assert not [line for line in site.stack.log("login") if SECRET_MARK.lower() in line.lower()]


def test_the_most_talkative_level_tells_no_secret_either(new_site):
    site = new_site(AUTH_LOG_LEVEL="debug")
    user = site.sign_up(email="mia@example.org")
    site.log_in(user, remember=True)
    user.client.post("/auth/refresh")
    user.client.post("/auth/login", json.dumps(dict(username=user.name, password=user.password)).encode()[:-1])
    user.client.form("/auth/login", dict(username=user.name, password=user.password))
    user.client.get("/private/", bearer(user.access + "x"))
    user.client.post("/auth/password", dict(current_password=user.password, new_password=new_password()))
    user.client.post("/auth/logout")
    assert_no_secret(site.state, site.every_log())


def assert_no_secret(where, text):
    text = re.sub(r"\?access_token=\S+", "", text)  # what a client puts in the URL is in nginx's access log
    # A password manager's question, which is as long as a secret.
    text = text.replace("/resource-that-should-not-exist-whose-status-code-should-not-be-200 ", " ")
    for secret in SECRETS:
        for found in secret.finditer(text):
            padding = len(found.group()) >= 64 and len(set(found.group())) < 16  # "xxxx…" of a test that is too long
            assert padding, (str(where), secret.pattern, text[max(0, found.start() - 200) : found.end() + 20])


@pytest.mark.last
def test_no_log_of_the_whole_session_holds_a_secret():
    """Everything any site of these tests has logged, nginx's own logs too."""
    for state, text in [*sites.LOGS, *((site.state, site.every_log()) for site in sites.STARTED)]:
        assert_no_secret(state, text)


@pytest.mark.last
def test_no_program_of_the_whole_session_has_crashed():
    for state, text in [*sites.LOGS, *((site.state, site.every_log()) for site in sites.STARTED)]:
        assert "Fatal error" not in text and "SIGSEGV" not in text, state
        assert "ended with -6" not in text and "ended with -11" not in text and "ended with -4" not in text, state
