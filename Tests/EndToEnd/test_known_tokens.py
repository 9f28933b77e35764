"""verify remembers tokens that it has verified; each use is judged anew all the same (DESIGN.md 4)."""

import json
import time

import fastcgi
import pytest
from site_under_test import ACCESS, eventually
from tokens import header, wait_until_expired

pytestmark = pytest.mark.jwt("ids are looked up each time")


def ask(site, token, **parameters):
    asked = fastcgi.get("/_auth/verify", {"HTTP_COOKIE": f"{ACCESS}={token}"} | parameters)
    return fastcgi.ask(site.stack.socket("verify"), asked)


def make_known(site, token):
    """Asks until the answer comes from memory: the second one does."""
    first, second = ask(site, token), ask(site, token)
    assert (first.status, first.headers) == (second.status, second.headers) == (204, first.headers)
    return first


def test_a_known_token_is_answered_as_at_first_sight(site):
    user = site.sign_up(email="known@example.org", roles=["admin"])
    first = make_known(site, user.access)
    assert first.header("X-Auth-User") == user.name and first.header("X-Auth-Email") == "known@example.org"
    bearer = fastcgi.get("/_auth/verify", dict(HTTP_AUTHORIZATION=f"Bearer {user.access}"))
    assert fastcgi.ask(site.stack.socket("verify"), bearer).headers == first.headers


def test_a_known_token_is_refused_right_after_logout(site):
    for _ in range(50):
        user = site.sign_up()
        make_known(site, user.access)
        assert user.client.post("/auth/logout").status == 204
        assert ask(site, user.access).status == 401


def test_a_known_token_expires(short_site):
    user = short_site.sign_up()
    make_known(short_site, user.access)
    wait_until_expired(user.access)
    told = ask(short_site, user.access)
    assert (told.status, told.header("X-Auth-Reason")) == (401, "token_expired")


def test_a_known_token_is_asked_for_its_roles_each_time(site):
    user = site.sign_up(roles=["editor"])
    make_known(site, user.access)
    for policy, status in {
        "role:editor": 204, "role:admin": 403, "role:admin|editor": 204, f"user:{user.name}": 204, "user:root": 403,
        "role:editor role:admin": 403, "nonsense": 403, "": 204,
    }.items():  # fmt: skip
        assert ask(site, user.access, AUTH_REQUIRE=policy).status == status, policy


def test_a_token_like_a_known_one_is_not_known(site, user):
    make_known(site, user.access)
    token = user.access
    for place in range(0, len(token), 7):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert ask(site, other).status == 401, place
    for other in (token[:-1], token + "A", token[1:], token + "=", token.swapcase()):
        assert ask(site, other).status == 401, other


def test_a_known_token_beside_another_is_refused(site, user):
    make_known(site, user.access)
    cookie = f"{ACCESS}={user.access}; {ACCESS}=other"
    assert ask(site, "", HTTP_COOKIE=cookie).status == 401
    assert ask(site, user.access, HTTP_AUTHORIZATION="Basic YTpi").status == 401
    twice = [*fastcgi.get("/_auth/verify").items()]
    twice += [("HTTP_COOKIE", f"{ACCESS}={user.access}"), ("HTTP_COOKIE", f"{ACCESS}=other")]
    assert fastcgi.ask(site.stack.socket("verify"), twice).status == 401


def test_nobody_known_is_let_in_while_the_journal_is_missing(new_site):
    site = new_site()
    user = site.sign_up()
    make_known(site, user.access)
    away = site.journal.with_name("away")
    site.journal.rename(away)
    told = ask(site, user.access)
    assert (told.status, told.header("X-Auth-Reason")) == (403, "unavailable")
    away.rename(site.journal)
    assert ask(site, user.access).status == 204


def test_a_known_token_ends_with_its_key(new_site):
    """Its key is taken out of verify.json, as an admin does whose key has leaked."""
    site = new_site()
    old = site.sign_up()
    make_known(site, old.access)
    site.ctl("key", "rotate", "--now")
    assert eventually(lambda: header(site.log_in(old)[1]["access_token"])["kid"] != header(old.access)["kid"], 5, 0.2)
    assert ask(site, old.access).status == 204
    keys = site.keys / "verify.json"
    document = json.loads(keys.read_text())
    document["keys"] = [key for key in document["keys"] if key["kid"] != header(old.access)["kid"]]
    keys.write_text(json.dumps(document))
    assert eventually(lambda: ask(site, old.access).status == 401, 3, 0.1)


def test_forged_tokens_in_any_number_end_no_known_one(site, user):
    """Each costs a signature check, on threads of their own."""
    make_known(site, user.access)
    head, payload, signature = user.access.split(".")
    peers = [fastcgi.Peer(site.stack.socket("verify")) for _ in range(64)]
    try:
        for number, peer in enumerate(peers):
            forged = f"{head}.{payload}.{number:02}{signature[2:]}"
            asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={forged}"))
            peer.send(fastcgi.message(asked, keep=True))
        began = time.monotonic()
        assert ask(site, user.access).status == 204
        assert time.monotonic() - began < 5
        assert {peer.read_answer().status for peer in peers} <= {401}
    finally:
        for peer in peers:
            peer.socket.close()
