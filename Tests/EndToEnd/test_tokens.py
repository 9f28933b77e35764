"""Access tokens: what they say, and who can check them (DESIGN.md 4)."""

import time
import uuid

import jwt
import pytest
from client import bearer
from jose import check_with_joserfc, check_with_pyjwt, jwks
from tokens import claims, decode, header, signing_keys

pytestmark = pytest.mark.jwt("what a JWT says and who can check it")

CLAIMS = {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "username", "roles"}


@pytest.fixture(scope="module")
def es256_site(new_site):
    return new_site(AUTH_ALGORITHM="ES256", AUTH_TOKEN_TYP="JWT", AUTH_AUDIENCE="https://api.example")


@pytest.fixture(scope="module")
def hs256_site(new_site):
    return new_site(AUTH_ALGORITHM="HS256")


def test_a_token_says_what_the_contract_lists(site):
    user = site.sign_up(email="mia@example.org", roles=["admin"])
    said = claims(user.access)
    assert CLAIMS | {"email"} <= set(said) <= CLAIMS | {"email", "epoch"}
    assert (said["iss"], said["sub"], said["username"]) == (site.base_url, user.id, user.name)
    assert (said["roles"], said["email"]) == (["admin"], "mia@example.org")
    assert said["exp"] - said["iat"] == 900 and abs(said["iat"] - time.time()) < 5
    assert isinstance(said["aud"], str) and said["aud"]
    assert all(str(uuid.UUID(said[name])) == said[name] for name in ("sub", "sid"))


def test_a_token_is_signed_with_eddsa_and_typed_at_jwt(site, user):
    assert header(user.access) == {"alg": "EdDSA", "typ": "at+jwt", "kid": jwks(site)["keys"][0]["kid"]}


def test_no_two_tokens_have_one_id(site, user):
    tokens = [user.access] + [user.client.post("/auth/refresh").json["access_token"] for _ in range(5)]
    assert len({claims(token)["jti"] for token in tokens}) == 6


def test_the_jwks_holds_public_keys_only(site, es256_site, hs256_site):
    for running, kind in ((site, {"kty": "OKP", "crv": "Ed25519"}), (es256_site, {"kty": "EC", "crv": "P-256"})):
        keys = jwks(running)["keys"]
        assert len(keys) >= 1
        for key in keys:
            assert kind.items() <= key.items() and key["kid"] and key.get("use", "sig") == "sig"
            assert not {"d", "k", "p", "q", "nbf"} & set(key) - {"nbf"}
    assert jwks(hs256_site) == {"keys": []}


def test_the_jwks_is_served_as_a_file_anyone_may_read(client):
    answer = client.get("/.well-known/jwks.json")
    assert answer.status == 200
    assert answer.header("Content-Type").split(";")[0] in ("application/json", "application/jwk-set+json")


@pytest.mark.filterwarnings("ignore:EdDSA")  # RFC 9864 prefers the name Ed25519, which few libraries know
@pytest.mark.parametrize("check", [check_with_pyjwt, check_with_joserfc])
def test_another_library_checks_an_ed25519_token(site, user, check):
    assert check(site, user.access, "EdDSA")["sub"] == user.id


@pytest.mark.parametrize("check", [check_with_pyjwt, check_with_joserfc])
def test_another_library_checks_an_es256_token(es256_site, check):
    user = es256_site.sign_up()
    said = check(es256_site, user.access, "ES256")
    assert (said["sub"], said["aud"]) == (user.id, "https://api.example")
    assert header(user.access)["typ"] == "JWT"
    assert es256_site.status_of(user.access) == 200


def test_a_back_end_with_the_secret_checks_an_hs256_token(hs256_site):
    user = hs256_site.sign_up()
    key = next(key for key in signing_keys(hs256_site) if key["kid"] == header(user.access)["kid"])
    assert len(decode(key["k"])) >= 32
    options = dict(algorithms=["HS256"], audience=claims(user.access)["aud"])
    assert jwt.decode(user.access, decode(key["k"]), **options)["sub"] == user.id
    assert hs256_site.status_of(user.access) == 200


def test_private_keys_are_readable_by_owner_and_group_at_most(site):
    for name in ("signing.json", "refresh.key", "verify.json"):
        assert (site.keys / name).stat().st_mode & 0o137 == 0, name


def test_private_keys_are_not_served(client):
    for path in (
        "/keys/signing.json",
        "/signing.json",
        "/.well-known/signing.json",
        "/.well-known/../keys/signing.json",
    ):
        assert b'"d"' not in client.get(path).body


def test_bearer_in_another_case_is_bearer(site, user, client):
    assert (
        client.get("/private/", [("Authorization", bearer(user.access)[0][1].replace("Bearer", "BEARER"))]).status
        == 200
    )
