"""Access tokens: what they say, who can check them, and what is refused (DESIGN.md 4, N-J1 to N-J8)."""

import base64
import json
import time
import uuid

import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
from client import bearer
from site_under_test import eventually
from tokens import Forge, claims, decode, encode, header, signing_keys, wait_until_expired

CLAIMS = {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "username", "roles"}


def jwks(site):
    with site.client() as client:
        return client.get("/.well-known/jwks.json").json


def check_with_pyjwt(site, token, algorithm):
    keys = jwt.PyJWKSet.from_dict(jwks(site))
    key = next(key for key in keys.keys if key.key_id == header(token)["kid"])
    said = claims(token)
    return jwt.decode(token, key, algorithms=[algorithm], issuer=site.base_url, audience=said["aud"])


def check_with_joserfc(site, token, algorithm):
    keys = joserfc.jwk.KeySet.import_key_set(jwks(site))
    return joserfc.jwt.decode(token, keys, algorithms=[algorithm]).claims


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
    for path in ("/keys/signing.json", "/signing.json", "/.well-known/signing.json", "/.well-known/../keys/signing.json"):
        assert b'"d"' not in client.get(path).body


@pytest.fixture(scope="module")
def forge(site):
    return Forge(site, site.sign_up().access)


def test_a_forged_token_that_changes_nothing_is_accepted(site, forge):
    """Without this the refusals below would prove nothing."""
    assert site.status_of(forge.token()) == 200
    assert site.status_of(forge.token(jti=str(uuid.uuid4()))) == 200


NOW = int(time.time())
BAD_CLAIMS = [
    dict(iss="https://evil.example"), dict(iss="https://localhost"), dict(aud="other"), dict(aud=[]), dict(aud=["other"]),
    dict(exp=NOW - 10), dict(exp=str(NOW + 600)), dict(exp=NOW + 600.5), dict(exp=-1), dict(exp=True), dict(exp=None),
    dict(exp=NOW + 10**9), dict(exp=2**63), dict(iat=NOW + 5000, exp=NOW + 5600), dict(iat="x"), dict(iat=NOW - 5000),
    dict(nbf=NOW + 600), dict(nbf="x"), dict(sub="nobody"), dict(sub=5), dict(sub=""), dict(sid="x"), dict(sid=None),
    dict(roles="admin"), dict(roles=[5]), dict(roles=None), dict(roles=["a,b"]), dict(username=5), dict(username=None),
    dict(jti=5), dict(email=5), dict(username="a\r\nX-Auth-Roles: admin"), dict(email="a\nb@c.org"), dict(roles=["admin\n"]),
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=str)
def test_a_claim_that_is_wrong_is_refused_though_the_signature_is_right(site, forge, changes):
    assert site.status_of(forge.token(**changes)) == 401


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_a_claim_that_is_missing_is_refused(site, forge, name):
    assert site.status_of(forge.token(without=(name,))) == 401


def test_a_token_is_refused_in_the_second_it_expires(short_site):
    user = short_site.sign_up()
    end = claims(user.access)["exp"]
    assert eventually(lambda: time.time() >= end, 5, 0.001)
    assert short_site.status_of(user.access) == 401


BAD_HEADERS = [
    dict(alg="none"), dict(alg="NONE"), dict(alg="nOnE"), dict(alg=" none"), dict(alg=None), dict(alg=["EdDSA"]), dict(alg="HS256"),
    dict(alg="ES256"), dict(alg="eddsa"), dict(alg="RS256"), dict(alg=""), dict(typ="JWT"), dict(typ="rt+jwt"), dict(typ=None),
    dict(typ=""), dict(kid="unknown"), dict(kid=None), dict(kid=5), dict(kid="../../etc/passwd"), dict(kid="' OR 1=1--"),
    dict(kid="x" * 10000), dict(kid=""), dict(crit=["exp"]), dict(crit=[]), dict(b64=False, crit=["b64"]), dict(jku="https://evil"),
    dict(x5u="https://evil"), dict(jwk={"kty": "OKP"}), dict(x5c=["x"]), dict(zip="DEF"), dict(cty="JWT"), dict(kid="a\0b"),
]  # fmt: skip


@pytest.mark.parametrize("changes", BAD_HEADERS, ids=lambda value: str(value)[:40])
def test_a_header_that_is_wrong_is_refused_though_the_signature_is_right(site, forge, changes):
    assert site.status_of(forge.token(header=changes)) == 401


def test_an_unsigned_token_is_refused(site, forge):
    for algorithm in ("none", "None", "EdDSA"):
        signed = f"{encode(json.dumps(forge.header | {'alg': algorithm}).encode())}.{encode(json.dumps(forge.claims).encode())}"
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


def test_a_token_of_another_site_is_refused(site, es256_site):
    assert site.status_of(es256_site.sign_up().access) == 401


def test_a_member_that_comes_twice_is_refused(site, forge):
    head, body = json.dumps(forge.header), json.dumps(forge.claims)
    assert site.status_of(forge.raw(head, body)) == 200
    for name in ("sub", "exp", "roles", "x"):
        assert site.status_of(forge.raw(head, '{"%s":1,"%s":1,' % (name, name) + body[1:])) == 401
        assert site.status_of(forge.raw(head, body[:-1] + ',"sub":%s}' % json.dumps(forge.claims["sub"]))) == 401
    assert site.status_of(forge.raw(head[:-1] + ',"alg":"EdDSA"}', body)) == 401


@pytest.mark.parametrize(
    "payload", [b"", b"null", b"[]", b'"x"', b"{}", b"\xef\xbb\xbf{}", b"{\xff}", b"[" * 2000, b"{} {}", b'{"exp":1e400}']
)
def test_a_payload_that_is_no_object_of_claims_is_refused(site, forge, payload):
    assert site.status_of(forge.raw(json.dumps(forge.header), payload)) == 401


def damaged(token):
    head, body, signature = token.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    yield from (token[:-1], token + "A", token + "=", token + "==", token + ".", "." + token, token + "." + signature)
    yield from (f"{head}.{body}", f"{head}..{signature}", f".{body}.{signature}", f"{head}=.{body}.{signature}")
    yield f"{head}.{body}.{signature[:-1]}{last[last.index(signature[-1]) ^ 1]}"  # the bits no byte uses
    yield f"{head}.{body}.{base64.b64encode(decode(signature)).decode()}"
    yield from (token.replace(".", "%2E"), token.replace(".", ". "), token + " x", token.upper(), "x" * 8000, "." * 4000)


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


@pytest.fixture
def rolling_site(new_site):
    return new_site(AUTH_ACCESS_TTL="3s")


def test_keys_roll_over_at_once_without_a_false_401(rolling_site):
    site, old = rolling_site, rolling_site.sign_up()
    site.ctl("key", "rotate", "--now")
    assert site.status_of(old.access) == 200
    new = site.log_in(old)[1]["access_token"]
    assert header(new)["kid"] != header(old.access)["kid"]
    assert site.status_of(new) == 200
    assert {header(token)["kid"] for token in (old.access, new)} <= {key["kid"] for key in jwks(site)["keys"]}
    assert check_with_pyjwt(site, new, "EdDSA")["sub"] == old.id


def test_a_new_key_is_published_before_it_signs(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    before = header(user.access)["kid"]
    site.ctl("key", "rotate", "--delay", "2s")
    published = {key["kid"] for key in jwks(site)["keys"]}
    assert header(site.log_in(user)[1]["access_token"])["kid"] == before and len(published) > 1
    assert eventually(lambda: header(site.log_in(user)[1]["access_token"])["kid"] != before, 4, 0.2)
    last = site.log_in(user)[1]["access_token"]
    assert header(last)["kid"] in published and site.status_of(last) == 200


def test_rotating_under_load_makes_no_false_401(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    statuses = set()
    with site.client() as client:
        for turn in range(15):
            token = site.log_in(user, client)[1]["access_token"]
            if turn % 3 == 0:
                site.ctl("key", "rotate", "--now")
            statuses |= {site.status_of(token, client) for _ in range(10)}
    assert statuses == {200}


def test_the_old_key_is_void_once_its_last_token_has_expired(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    forge = Forge(site, user.access)
    site.ctl("key", "rotate", "--now")
    assert site.status_of(forge.token()) == 200
    wait_until_expired(site.log_in(user)[1]["access_token"])
    now = int(time.time())
    assert site.status_of(forge.token(iat=now, exp=now + 3)) == 401


def test_an_algorithm_can_be_changed_by_rotation(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    site.ctl("key", "rotate", "--now", "--algorithm", "ES256")
    new = site.log_in(user)[1]["access_token"]
    assert header(new)["alg"] == "ES256"
    assert [site.status_of(token) for token in (user.access, new)] == [200, 200]


def test_bearer_in_another_case_is_bearer(site, user, client):
    assert client.get("/private/", [("Authorization", bearer(user.access)[0][1].replace("Bearer", "BEARER"))]).status == 200
