"""fcgi-authctl, the admin's command line (DESIGN.md 8)."""

import contextlib
import os
import pathlib
import pty
import re
import select
import time
import uuid

import pytest
from site_under_test import BUILD, SECRET_MARK, eventually, new_name, new_password


@pytest.fixture
def ctl(site):
    return lambda *arguments, input=None: site.ctl(*arguments, input=input, check=False)


def listed(value, name):
    return value[name] if isinstance(value, dict) else value


def names(site):
    return {user["username"] for user in listed(site.ctl_json("user", "list"), "users")}


def add(site, *options):
    name, password = new_name("added"), new_password()
    site.ctl("user", "add", name, *options, input=password + "\n")
    return name, password


def log_in(site, name, password):
    with site.client() as client:
        return client.post("/auth/login", dict(username=name, password=password))


def test_an_added_user_can_log_in(site):
    name, password = add(site)
    assert log_in(site, name, password).json["user"]["username"] == name


def test_an_added_user_has_the_email_and_roles_given(site):
    name, password = add(site, "--email", "mia@example.org", "--roles", "admin,editor")
    user = log_in(site, name, password).json["user"]
    assert (user["email"], sorted(user["roles"])) == ("mia@example.org", ["admin", "editor"])


@pytest.mark.parametrize(
    "arguments, input",
    [
        (["user", "add", "two words"], "a password that is long enough\n"),
        (["user", "add", "NAME"], "short\n"),
        (["user", "add", "NAME"], "\n"),
        (["user", "add", "NAME"], None),
        (["user", "add", "NAME", "--email", "nobody"], "a password that is long enough\n"),
        (["user", "add", "NAME", "--roles", "no role"], "a password that is long enough\n"),
        (["user", "show", "NAME"], None),
        (["user", "disable", "NAME"], None),
        (["user", "enable", "NAME"], None),
        (["user", "delete", "NAME", "--yes"], None),
        (["user", "roles", "NAME"], None),
        (["user", "roles", "NAME", "admin"], None),
        (["user", "password", "NAME"], "a password that is long enough\n"),
        (["session", "list", "NAME"], None),
        (["session", "revoke", "--user", "NAME"], None),
        (["session", "revoke", str(uuid.uuid4())], None),
        (["key", "rotate", "--algorithm", "none"], None),
        (["key", "rotate", "--delay", "soon"], None),
        (["user", "nonsense"], None),
        (["nonsense"], None),
        (["user", "add"], None),
        (["session", "revoke"], None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_refusal_is_told_on_standard_error_with_a_status_that_is_not_0(site, ctl, arguments, input):
    before = names(site)
    result = ctl(*[new_name() if word == "NAME" else word for word in arguments], input=input)
    assert result.returncode not in (0, None) and result.returncode > 0, result
    assert result.stderr.strip() and "Fatal error" not in result.stderr
    assert names(site) == before


def test_a_name_that_is_taken_is_refused(site, user, ctl):
    result = ctl("user", "add", user.name.upper(), input=new_password() + "\n")
    assert result.returncode == 1 and result.stderr.strip()
    assert site.log_in(user)


def test_list_shows_every_user(site, user):
    assert user.name in names(site)
    assert user.name in site.ctl("user", "list").stdout


def test_show_tells_all_but_the_digest(site):
    user = site.sign_up(email="mia@example.org", roles=["admin"])
    shown = site.ctl_json("user", "show", user.name)
    shown = shown.get("user", shown)
    assert (shown["id"], shown["username"], shown["email"], shown["roles"]) == (
        user.id,
        user.name,
        "mia@example.org",
        ["admin"],
    )
    assert "argon2" not in site.ctl("user", "show", user.name).stdout


def test_a_disabled_user_can_not_log_in_until_enabled(site, user):
    site.ctl("user", "disable", user.name)
    assert log_in(site, user.name, user.password).status == 401
    site.ctl("user", "enable", user.name)
    assert log_in(site, user.name, user.password).status == 200


def test_a_deleted_user_is_gone_and_the_name_is_free(site, user):
    site.ctl("user", "delete", user.name, "--yes")
    assert user.name not in names(site)
    assert site.sign_up(name=user.name).id != user.id
    assert site.status_of(user.access) == 401


def test_a_password_is_set(site, user):
    new = new_password()
    site.ctl("user", "password", user.name, input=new + "\n")
    assert log_in(site, user.name, user.password).status == 401
    assert log_in(site, user.name, new).status == 200


def test_roles_are_printed_set_added_removed_and_cleared(site, user):
    def roles():
        return set(site.ctl("user", "roles", user.name).stdout.replace(",", " ").split())

    site.ctl("user", "roles", user.name, "editor", "admin")
    assert {"admin", "editor"} <= roles()
    site.ctl("user", "roles", user.name, "--add", "author")
    site.ctl("user", "roles", user.name, "--remove", "admin")
    assert roles() & {"admin", "editor", "author"} == {"editor", "author"}
    site.ctl("user", "roles", user.name, "--none")
    assert not roles() & {"admin", "editor", "author"}


def test_sessions_are_listed_and_revoked(site, user):
    other, body = site.log_in(user)
    sessions = listed(site.ctl_json("session", "list", user.name), "sessions")
    assert {session["id"] for session in sessions} == {
        site.session_of(token) for token in (user.access, body["access_token"])
    }
    site.ctl("session", "revoke", site.session_of(user.access))
    assert [user.client.get("/private/").status, other.get("/private/").status] == [401, 200]


def test_keys_are_listed_and_rotated(new_site):
    site = new_site()
    before = listed(site.ctl_json("key", "list"), "keys")
    site.ctl("key", "rotate", "--now")
    after = listed(site.ctl_json("key", "list"), "keys")
    assert len(before) == 1 and len(after) == 2
    assert before[0]["kid"] in {key["kid"] for key in after}
    assert not any("d" in key or "k" in key for key in after)


def test_migrate_can_be_repeated(site):
    for _ in range(2):
        site.ctl("migrate")


def test_config_tells_each_value_and_where_it_came_from(site):
    text = site.ctl("config").stdout
    assert all(name in text for name in ("AUTH_ISSUER", "AUTH_ACCESS_TTL", "AUTH_LOG_LEVEL")), text
    assert site.base_url in text and "default" in text


@pytest.mark.parametrize("words", [["user", "list"], ["session", "list"], ["key", "list"], ["config"]], ids=" ".join)
def test_every_listing_can_be_json(site, words):
    assert site.ctl_json(*words)


def test_a_hostile_name_or_user_agent_does_not_reach_the_terminal_raw(site, user):
    with site.client() as client:
        login = dict(username=user.name, password=user.password)
        assert client.post("/auth/login", login, [("User-Agent", "\x1b[31mred\u009b".encode())]).status in (200, 400)
    for words in (["session", "list", user.name], ["session", "list", user.name, "--json"]):
        text = site.ctl(*words).stdout
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), text


def on_a_terminal(site, *arguments, answers=()):
    """Runs the command on a terminal of its own, typing each answer when it asks. Its output and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(
            str(pathlib.Path(BUILD) / "fcgi-authctl"), ["fcgi-authctl", "--config", str(site.configuration), *arguments]
        )
    shown, waiting, deadline = b"", list(answers), time.monotonic() + 10
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline:
            ready, _, _ = select.select([terminal], [], [], 0.3)
            if ready:
                data = os.read(terminal, 4096)
                if not data:
                    break
                shown += data
            elif waiting:
                os.write(terminal, waiting.pop(0).encode() + b"\n")
    assert eventually(lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT), 5)
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_on_a_terminal_the_password_is_asked_twice_and_not_shown(site):
    name, password = new_name("typed"), new_password()
    shown, status = on_a_terminal(site, "user", "add", name, answers=[password, password])
    assert status == 0, shown
    assert SECRET_MARK not in shown
    assert log_in(site, name, password).status == 200


def test_two_passwords_that_differ_are_refused(site):
    name = new_name("typed")
    shown, status = on_a_terminal(site, "user", "add", name, answers=[new_password(), new_password()])
    assert status != 0 and SECRET_MARK not in shown
    assert name not in names(site)


def test_the_command_line_works_without_any_program_running(new_site):
    site = new_site()
    site.stack.stop()
    name, password = add(site)
    site.stack.start()
    assert log_in(site, name, password).status == 200


def test_help_lists_every_command(ctl):
    text = ctl("--help").stdout
    assert all(word in text for word in ("user", "session", "key", "migrate", "config")), text
