"""Tokens that must not be believed, signed with the site's own key where that is no reason (N-J1 to N-J8)."""

import base64
import json
import time
import uuid

import pytest
from client import bearer
from echo import Echo
from jose import jwks
from site_under_test import eventually
from tokens import Forge, claims, decode, encode

pytestmark = pytest.mark.jwt("forged JWTs, which are no access ids")

CLAIMS = ["iss", "aud", "sub", "sid", "iat", "exp", "jti", "username", "roles"]


@pytest.fixture(scope="module")
def forge(site):
    return Forge(site, site.sign_up().access)


def test_a_forged_token_that_changes_nothing_is_accepted(site, forge):
    """Without this the refusals below would prove nothing."""
    assert site.status_of(forge.token()) == 200
    assert site.status_of(forge.token(jti=str(uuid.uuid4()))) == 200


NOW = int(time.time())
BAD_CLAIMS = [
    dict(iss="https://evil.example"), dict(iss="https://localhost"), dict(aud="other"), dict(aud=[]),
    dict(aud=["other"]),
    dict(exp=NOW - 10), dict(exp=str(NOW + 600)), dict(exp=NOW + 600.5), dict(exp=-1), dict(exp=True), dict(exp=None),
    dict(exp=NOW + 10**9), dict(exp=2**63), dict(iat=NOW + 5000, exp=NOW + 5600), dict(iat="x"), dict(iat=NOW - 5000),
    dict(nbf=NOW + 600), dict(nbf="x"), dict(sub="nobody"), dict(sub=5), dict(sub=""), dict(sid="x"), dict(sid=None),
    dict(roles="admin"), dict(roles=[5]), dict(roles=None), dict(roles=["a,b"]), dict(username=5), dict(username=None),
    dict(jti=5), dict(email=5), dict(roles=["admin\n"]), dict(roles=["admin", ""]), dict(sid=str(uuid.uuid4()).upper()),
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=str)
def test_a_claim_that_is_wrong_is_refused_though_the_signature_is_right(site, forge, changes):
    assert site.status_of(forge.token(**changes)) == 401


@pytest.mark.parametrize("text", ["a\r\nRemote-Groups: admin", "a\nb", "a\0b", "\x7f", "a\u0085b"])
def test_no_claim_can_break_out_of_its_header(site, forge, client, text):
    """Refused or encoded: what reaches the application is one line."""
    for token in (forge.token(username=text), forge.token(email=text)):
        answer = client.get("/app/", bearer(token))
        if answer.status == 200:
            seen = Echo(answer)
            assert not seen.header("Remote-Groups") and all(value.isprintable() for _, value in seen.headers), (
                seen.headers
            )


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_is_missing_is_refused(site, forge, name):
    assert site.status_of(forge.token(without=(name,))) == 401


def test_a_token_is_refused_in_the_second_it_expires(short_site):
    user = short_site.sign_up()
    end = claims(user.access)["exp"]
    assert eventually(lambda: time.time() >= end, 5, 0.001)
    assert short_site.status_of(user.access) == 401


BAD_HEADERS = [
    dict(alg="none"), dict(alg="NONE"), dict(alg="nOnE"), dict(alg=" none"), dict(alg=None), dict(alg=["EdDSA"]),
    dict(alg="HS256"),
    dict(alg="ES256"), dict(alg="eddsa"), dict(alg="RS256"), dict(alg=""), dict(typ="JWT"), dict(typ="rt+jwt"),
    dict(typ=None),
    dict(typ=""), dict(kid="unknown"), dict(kid=None), dict(kid=5), dict(kid="../../etc/passwd"),
    dict(kid="' OR 1=1--"),
    dict(kid="x" * 3500), dict(kid=""), dict(crit=["exp"]), dict(crit=[]), dict(b64=False, crit=["b64"]), dict(jku="https://evil"),
    dict(x5u="https://evil"), dict(jwk={"kty": "OKP"}), dict(x5c=["x"]), dict(zip="DEF"), dict(cty="JWT"),
    dict(kid="a\0b"),
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_HEADERS, ids=lambda value: str(value)[:40])
def test_a_header_that_is_wrong_is_refused_though_the_signature_is_right(site, forge, changes):
    assert site.status_of(forge.token(header=changes)) == 401


def test_an_unsigned_token_is_refused(site, forge):
    for algorithm in ("none", "None", "EdDSA"):
        parts = (forge.header | {"alg": algorithm}, forge.claims)
        signed = ".".join(encode(json.dumps(part).encode()) for part in parts)
        for token in (f"{signed}.", signed, f"{signed}.AA", f"{signed}.{'A' * 86}"):
            assert site.status_of(token) == 401


def test_a_token_keyed_with_the_public_key_is_refused(site, forge):
    """The classic confusion: HMAC with the bytes everybody can read."""
    public = jwks(site)["keys"][0]
    for secret in (public["x"].encode(), decode(public["x"]), b""):
        key = {"kty": "oct", "k": encode(secret or b"\0")}
        assert site.status_of(forge.token(header={"alg": "HS256"}, key=key)) == 401


def test_a_token_of_an_unknown_key_is_refused(site, forge):
    stranger = dict(forge.key, d=encode(bytes(range(32))))
    assert site.status_of(forge.token(key=stranger)) == 401


def test_a_token_of_another_site_is_refused(site, short_site):
    assert site.status_of(short_site.sign_up().access) == 401


def test_a_member_that_comes_twice_is_refused(site, forge):
    head, body = json.dumps(forge.header), json.dumps(forge.claims)
    assert site.status_of(forge.raw(head, body)) == 200
    for name in ("sub", "exp", "roles", "x"):
        assert site.status_of(forge.raw(head, '{"%s":1,"%s":1,' % (name, name) + body[1:])) == 401
        assert site.status_of(forge.raw(head, body[:-1] + ',"sub":%s}' % json.dumps(forge.claims["sub"]))) == 401
    assert site.status_of(forge.raw(head[:-1] + ',"alg":"EdDSA"}', body)) == 401


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b'"x"', b"{}", b"\xef\xbb\xbf{}", b"{\xff}", b"[" * 2000, b"{} {}", b'{"exp":1e400}'],
)
def test_a_payload_that_is_no_object_of_claims_is_refused(site, forge, payload):
    assert site.status_of(forge.raw(json.dumps(forge.header), payload)) == 401


def damaged(token):
    head, body, signature = token.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    yield from (token[:-1], token + "A", token + "=", token + "==", token + ".", "." + token, token + "." + signature)
    yield from (f"{head}.{body}", f"{head}..{signature}", f".{body}.{signature}", f"{head}=.{body}.{signature}")
    yield f"{head}.{body}.{signature[:-1]}{last[last.index(signature[-1]) ^ 1]}"  # bits that belong to no byte
    yield f"{head}.{body}.{base64.b64encode(decode(signature)).decode()}"
    yield from (
        token.replace(".", "%2E"),
        token.replace(".", ". "),
        token + " x",
        token.upper(),
        "x" * 8000,
        "." * 4000,
    )


def test_a_damaged_token_is_refused(site, user):
    for token in damaged(user.access):
        assert site.status_of(token) in (400, 401), token
    assert site.status_of(user.access) == 200


def test_a_token_with_any_byte_changed_is_refused(site, user):
    with site.client() as client:
        for at in range(0, len(user.access), 7):
            other = "A" if user.access[at] != "A" else "B"
            assert site.status_of(user.access[:at] + other + user.access[at + 1 :], client) == 401, at


def test_a_refresh_token_is_no_access_token(site, user):
    assert site.status_of(user.refresh) == 401
    assert user.client.get("/private/", [("Cookie", f"__Host-access={user.refresh}")]).status == 401
