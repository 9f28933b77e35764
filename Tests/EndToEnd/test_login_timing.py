"""A refused login tells nobody who has an account, neither by its answer nor by its time (N-E1, R-21)."""

import sqlite3

import pytest
from site_under_test import new_name, new_password

LOGINS = 150
TOLERANCE = 0.05  # of the medians; scripts/timing is the exact one


@pytest.mark.parametrize("kinds", [1, 4])
def test_unknown_wrong_and_disabled_take_one_time_whatever_kinds_of_digests_are_stored(new_site, kinds):
    site = new_site(AUTH_LOGIN_ATTEMPTS="100")
    import timing

    # On a busy machine medians of so few differ by chance: told is what differs by more than that as well.
    names = timing.make_accounts(site.stack, kinds)
    for kind, _, share, t in timing.judge(timing.measure(timing.Clients(site.stack), names, LOGINS)):
        assert abs(share) < TOLERANCE or abs(t) < timing.LARGEST_T, (kind, share, t)


def essence(answer):
    """Status, all headers in their order but for date and request id, and the body but for that id."""
    headers = [(name, "" if name in ("Date", "X-Request-ID") else value) for name, value in answer.headers]
    return answer.status, headers, {name: value for name, value in answer.json.items() if name != "request_id"}


def test_every_refusal_is_the_same_to_the_last_header(site):
    user, disabled, unreadable, without = (site.sign_up() for _ in range(4))
    site.ctl("user", "disable", disabled.name)
    with sqlite3.connect(site.store) as database:
        database.execute("UPDATE accounts SET digest = '!' WHERE username = ?", [unreadable.name])
        database.execute("UPDATE accounts SET digest = NULL WHERE username = ?", [without.name])
    database.close()
    tries = [(new_name(), user.password), (user.name, new_password()), (disabled.name, disabled.password)]
    tries += [(unreadable.name, unreadable.password), (without.name, without.password), (without.name, "")]
    answers = []
    for name, password in tries:
        with site.client() as client:
            answers.append(essence(client.post("/auth/login", dict(username=name, password=password))))
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers), answers


def test_a_throttled_unknown_name_is_answered_as_a_throttled_known_one(new_site):
    site = new_site(AUTH_LOGIN_ATTEMPTS="1")
    user, answers = site.sign_up(), []
    for name in (user.name, new_name()):
        with site.client() as client:
            for _ in range(3):
                answer = client.post("/auth/login", dict(username=name, password=new_password()))
        status, headers, body = essence(answer)
        answers.append((status, headers, body))
    assert answers[0][0] == 429
    assert answers[0] == answers[1]
