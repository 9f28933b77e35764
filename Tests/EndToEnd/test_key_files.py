"""Key files that must not be used: a program that is given one says so and does not start (N-J8)."""

import json
import os
import subprocess

import fastcgi
import pytest
from programs import Running, answers, binary, environment, listening
from site_under_test import ACCESS, eventually
from tokens import encode

pytestmark = pytest.mark.jwt("where access tokens are ids no program reads a key set")

READERS = {"verify.json": "verify", "signing.json": "login", "refresh.key": "refresh"}


@pytest.fixture
def keys(site, tmp_path):
    """A copy of the site's keys and the configuration that names it."""
    for name in READERS:
        (tmp_path / name).write_bytes((site.keys / name).read_bytes())
        os.chmod(tmp_path / name, 0o640)
    lines = [line for line in site.configuration.read_text().splitlines() if not line.startswith("AUTH_KEYS=")]
    (tmp_path / "keys.conf").write_text("\n".join([*lines, f"AUTH_KEYS={tmp_path}"]) + "\n")
    return tmp_path


def start(keys, program):
    with listening() as (listener, _):
        arguments = [binary(program), "--config", str(keys / "keys.conf")]
        return subprocess.run(arguments, stdin=listener, capture_output=True, text=True, env=environment(), timeout=10)


def assert_refused(keys, file):
    result = start(keys, READERS[file])
    assert result.returncode not in (0, -4, -6, -11) and file in result.stderr, result
    assert "PRIVATE" not in result.stderr and '"k"' not in result.stderr


def shared(secret, **changes):
    """A key set with one HS256 key."""
    key = dict(kty="oct", alg="HS256", use="sig", kid="shared", k=encode(secret)) | changes
    return json.dumps(dict(keys=[key])).encode()


PEM = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""


@pytest.mark.parametrize("file", READERS)
@pytest.mark.parametrize("content", [b"", b"\0" * 16, b"x" * 31], ids=["empty", "16 bytes", "31 bytes"])
def test_a_key_that_is_empty_or_short_is_refused_at_the_start(keys, file, content):
    """CVE-2026-45363, for the MAC of refresh tokens too."""
    (keys / file).write_bytes(content)
    assert_refused(keys, file)


@pytest.mark.parametrize("file", ["verify.json", "signing.json"])
@pytest.mark.parametrize("secret", [b"", b"secret", b"x" * 31], ids=len)
def test_a_shared_secret_that_is_empty_or_short_is_refused_at_the_start(keys, file, secret):
    """CVE-2026-45363, CVE-2026-44351."""
    (keys / file).write_bytes(shared(secret))
    assert_refused(keys, file)


@pytest.mark.parametrize("space", [b"", b" ", b"\n\t ", b"\xef\xbb\xbf"], ids=["none", "space", "lines", "BOM"])
def test_a_pem_file_is_no_key_whatever_stands_before_it(keys, space):
    """CVE-2026-34950, CVE-2023-48223: no text of a public key is ever taken for a shared secret."""
    (keys / "verify.json").write_bytes(space + PEM)
    assert_refused(keys, "verify.json")
    # Even where somebody has put it into a JWK as one, its bytes are a secret that is public.
    (keys / "verify.json").write_bytes(space + shared(PEM, kty="OKP", crv="Ed25519", alg="HS256"))
    assert_refused(keys, "verify.json")


@pytest.mark.parametrize("space", [b" ", b"\n\n", b"\t \r\n"], ids=["space", "lines", "mixed"])
def test_white_space_before_a_key_set_changes_no_key(site, keys, user, space):
    """CVE-2026-34950: JSON allows it, so it is the same key set, with the same algorithms."""
    (keys / "verify.json").write_bytes(space + (keys / "verify.json").read_bytes())
    with listening() as (listener, path):
        with Running([binary("verify"), "--config", str(keys / "keys.conf")], stdin=listener) as running:
            assert eventually(lambda: answers(path, "verify")), running.log
            asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}"))
            assert fastcgi.ask(path, asked).header("X-Auth-User") == user.name
