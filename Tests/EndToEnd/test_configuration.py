"""Configuration: every mistake at once, with its line and what is allowed, and nothing starts (DESIGN.md 7)."""

import os
import pathlib
import subprocess

import pytest
from programs import Running, answers, binary, command, environment, listening
from site_under_test import BUILD, PROGRAMS, eventually

MISTAKES = {
    "AUTH_ALGORITHM": ("RS256", "ES256"),
    "AUTH_ACCESS_TTL": ("15", None),
    "AUTH_SESSION_IDLE": ("-1h", None),
    "AUTH_SESSION_TTL": ("7 days", None),
    "AUTH_REFRESH_GRACE": ("soon", None),
    "AUTH_USERNAME": ("phone", "email"),
    "AUTH_SIGNUP": ("maybe", "closed"),
    "AUTH_COOKIE_SECURE": ("perhaps", "off"),
    "AUTH_COOKIE_SAMESITE": ("loose", "strict"),
    "AUTH_ARGON2_MEMORY": ("a lot", None),
    "AUTH_ARGON2_TIME": ("0", None),
    "AUTH_PASSWORD_MIN": ("7", "8"),
    "AUTH_HASH_CONCURRENCY": ("many", None),
    "AUTH_LOGIN_ATTEMPTS": ("x", None),
    "AUTH_LOG_LEVEL": ("loud", "info"),
    "AUTH_STORE": ("mysql://localhost", "sqlite"),
    "AUTH_ALLOWED_ORIGINS": ("app.example", None),
    "AUTH_TOKEN_TYP": ("at jwt", "at+jwt"),
    "AUTH_LOGIN_PAGE": ("//evil.example", None),
    "AUTH_COOKIE_DOMAIN": ("a b;c", None),
    "AUTH_ISSUER": ("", None),
    "AUTH_ACCESS_TLL": ("15m", None),
}


@pytest.fixture
def good(site):
    """The lines of a configuration that works."""
    return [line for line in site.configuration.read_text().splitlines() if line and not line.startswith("#")]


def without(lines, names):
    return [line for line in lines if line.partition("=")[0] not in names]


def start(program, path, **env):
    """The result of a start that is expected to fail, and a socket on which it must not have served."""
    with listening() as (listener, _):
        arguments = [binary(program), "--config", str(path)]
        return subprocess.run(
            arguments, stdin=listener, capture_output=True, text=True, env=environment(**env), timeout=10
        )


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_mistake_is_reported_at_once_with_its_line_and_the_program_does_not_start(good, tmp_path, program):
    path = tmp_path / "bad.conf"
    lines = without(good, MISTAKES) + [f"{name}={value}" for name, (value, _) in MISTAKES.items()]
    path.write_text("\n".join(lines) + "\n")
    result = start(program, path)
    assert result.returncode not in (0, -6, -11, -5, -4), result
    for name, (_, allowed) in MISTAKES.items():
        number = str(next(at for at, line in enumerate(lines, 1) if line.startswith(name + "=")))
        told = [line for line in result.stderr.splitlines() if name in line]
        assert told, f"nothing is said of {name}:\n{result.stderr}"
        assert any(f":{number}" in line or f"line {number}" in line for line in told), (name, number, told)
        assert allowed is None or allowed.lower() in result.stderr.lower(), (name, allowed, told)


def test_authctl_reports_them_too(good, tmp_path):
    path = tmp_path / "bad.conf"
    path.write_text("\n".join(good + ["AUTH_SIGNUP=maybe", "AUTH_ACCESS_TTL=15"]) + "\n")
    arguments = [str(pathlib.Path(BUILD) / "fcgi-authctl"), "--config", str(path), "user", "list"]
    result = subprocess.run(arguments, capture_output=True, text=True, env=environment(), timeout=10)
    assert result.returncode != 0
    assert "AUTH_SIGNUP" in result.stderr and "AUTH_ACCESS_TTL" in result.stderr


def test_a_mistake_in_the_environment_is_told_as_such(site):
    result = start("login", site.configuration, AUTH_SIGNUP="maybe", AUTH_ACCESS_TTL="15")
    assert result.returncode != 0
    assert "AUTH_SIGNUP" in result.stderr and "AUTH_ACCESS_TTL" in result.stderr and "environment" in result.stderr


@pytest.mark.parametrize(
    "line",
    ["no equals sign", "=value", "AUTH_SIGNUP", "auth_signup=open", "AUTH SIGNUP=open", "AUTH_NOTHING=1", "\x00\x01"],
)
def test_a_line_that_is_no_setting_is_reported(good, tmp_path, line):
    path = tmp_path / "bad.conf"
    path.write_text("\n".join([*good, line]) + "\n")
    result = start("login", path)
    assert result.returncode != 0 and f"{len(good) + 1}" in result.stderr, result


def test_a_setting_that_comes_twice_is_reported(good, tmp_path):
    path = tmp_path / "bad.conf"
    path.write_text("\n".join([*good, "AUTH_SIGNUP=open", "AUTH_SIGNUP=closed"]) + "\n")
    result = start("login", path)
    assert result.returncode != 0 and "AUTH_SIGNUP" in result.stderr, result


@pytest.mark.parametrize(
    "lines",
    [
        ["AUTH_COOKIE_SAMESITE=none"],
        ["AUTH_COOKIE_SAMESITE=none", "AUTH_COOKIE_SECURE=off", "AUTH_ALLOWED_ORIGINS=https://app.example"],
        ["AUTH_SESSION_IDLE=8d", "AUTH_SESSION_TTL=7d"],
        ["AUTH_ALLOWED_ORIGINS=*"],
        ["AUTH_ALLOWED_ORIGINS=null"],
        ["AUTH_ALLOWED_ORIGINS=https://app.example/path"],
    ],
    ids=" ".join,
)
def test_settings_that_contradict_each_other_are_reported(good, tmp_path, lines):
    path = tmp_path / "bad.conf"
    path.write_text("\n".join(good + lines) + "\n")
    result = start("login", path)
    assert result.returncode != 0 and lines[0].partition("=")[0] in result.stderr, result


LONG_LIVED = ["AUTH_SESSION_TTL=401d", "AUTH_SESSION_IDLE=401d", "AUTH_COOKIE_DOMAIN=" + "a." * 520 + "org"]


@pytest.mark.parametrize("line", LONG_LIVED, ids=lambda line: line[:30])
def test_a_cookie_that_browsers_would_not_keep_so_is_a_mistake(good, tmp_path, line):
    """N-C4: 400 days, and 1024 bytes of an attribute."""
    path = tmp_path / "bad.conf"
    path.write_text("\n".join([*without(good, [line.partition("=")[0]]), line]) + "\n")
    result = start("login", path)
    assert result.returncode != 0 and line.partition("=")[0] in result.stderr, result


def test_comments_and_empty_lines_are_nothing(site, good, tmp_path):
    path = tmp_path / "good.conf"
    path.write_text("# a comment\n\n" + "\n\n".join(good) + "\n  # another\n")
    with listening() as (listener, socket):
        with Running([binary("verify"), "--config", str(path)], stdin=listener) as running:
            assert eventually(lambda: answers(socket, "verify")), running.log


def test_the_environment_wins_over_the_file(site):
    arguments = [str(pathlib.Path(BUILD) / "fcgi-authctl"), "--config", str(site.configuration), "config"]
    told = subprocess.run(arguments, capture_output=True, text=True, env=environment(AUTH_ACCESS_TTL="7m"), timeout=10)
    line = next(line for line in told.stdout.splitlines() if "AUTH_ACCESS_TTL" in line)
    assert "7m" in line and "environment" in line
    line = next(line for line in told.stdout.splitlines() if "AUTH_ISSUER" in line)
    assert str(site.configuration) in line or "fcgi-auth.conf" in line


def test_a_file_that_was_named_and_is_missing_is_an_error(site, tmp_path):
    result = start("login", tmp_path / "missing.conf")
    assert result.returncode != 0 and "missing.conf" in result.stderr


@pytest.mark.parametrize(
    "program, file",
    [
        pytest.param("login", "signing.json", marks=pytest.mark.jwt("no id is signed")),
        pytest.param("verify", "verify.json", marks=pytest.mark.jwt("no id is signed")),
        ("refresh", "refresh.key"),
    ],
)
def test_a_missing_key_is_named_and_the_program_does_not_start(site, good, tmp_path, program, file):
    for name in ("verify.json", "signing.json", "refresh.key"):
        if name != file:
            (tmp_path / name).write_bytes((site.keys / name).read_bytes())
            os.chmod(tmp_path / name, 0o640)
    path = tmp_path / "keys.conf"
    path.write_text("\n".join(without(good, ["AUTH_KEYS"]) + [f"AUTH_KEYS={tmp_path}"]) + "\n")
    result = start(program, path)
    assert result.returncode != 0 and file in result.stderr, result


@pytest.mark.jwt("ids are looked up in the store")
def test_the_verifier_needs_no_store_and_no_signing_key(site, good, tmp_path):
    (tmp_path / "verify.json").write_bytes((site.keys / "verify.json").read_bytes())
    path = tmp_path / "verify.conf"
    lines = without(good, ["AUTH_KEYS", "AUTH_STORE"]) + [
        f"AUTH_KEYS={tmp_path}",
        f"AUTH_STORE=sqlite://{tmp_path}/none/none",
    ]
    path.write_text("\n".join(lines) + "\n")
    with listening() as (listener, socket):
        with Running([binary("verify"), "--config", str(path)], stdin=listener) as running:
            assert eventually(lambda: answers(socket, "verify")), running.log
    assert not (tmp_path / "none").exists()
    assert command(site, "verify")
