"""Keys roll over without a single false 401 (DESIGN.md 4)."""

import time

import pytest
from jose import check_with_pyjwt, jwks
from site_under_test import eventually
from tokens import Forge, header, wait_until_expired

pytestmark = pytest.mark.jwt("ids are signed by no key")


@pytest.fixture
def rolling_site(new_site):
    return new_site(AUTH_ACCESS_TTL="3s")


def token_of_a_new_key(site, user):
    """A token signed by another key than the user's first; keys begin with a second, so it may take one."""
    before, latest = header(user.access)["kid"], []

    def signed_anew():
        latest.append(site.log_in(user)[1]["access_token"])
        return header(latest[-1])["kid"] != before

    assert eventually(signed_anew, 4, 0.2), "the new key does not sign"
    return latest[-1]


def test_keys_roll_over_at_once_without_a_false_401(rolling_site):
    site, old = rolling_site, rolling_site.sign_up()
    site.ctl("key", "rotate", "--now")
    assert site.status_of(old.access) == 200
    new = token_of_a_new_key(site, old)
    assert site.status_of(new) == 200
    assert {header(token)["kid"] for token in (old.access, new)} <= {key["kid"] for key in jwks(site)["keys"]}
    assert check_with_pyjwt(site, new, "EdDSA")["sub"] == old.id


def test_a_new_key_is_published_before_it_signs(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    before = header(user.access)["kid"]
    site.ctl("key", "rotate", "--delay", "2s")
    published = {key["kid"] for key in jwks(site)["keys"]}
    assert header(site.log_in(user)[1]["access_token"])["kid"] == before and len(published) > 1
    new = token_of_a_new_key(site, user)
    assert header(new)["kid"] in published and site.status_of(new) == 200


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
    token_of_a_new_key(site, user)
    wait_until_expired(site.log_in(user)[1]["access_token"])
    now = int(time.time())
    assert site.status_of(forge.token(iat=now, exp=now + 3)) == 401


def test_an_algorithm_can_be_changed_by_rotation(rolling_site):
    site, user = rolling_site, rolling_site.sign_up()
    site.ctl("key", "rotate", "--now", "--algorithm", "ES256")
    new = token_of_a_new_key(site, user)
    assert header(new)["alg"] == "ES256"
    assert [site.status_of(token) for token in (user.access, new)] == [200, 200]
