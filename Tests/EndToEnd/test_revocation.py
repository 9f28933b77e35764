"""Revocation is immediate: once it has been answered, the next request with the old token is refused (DESIGN.md 4)."""

import concurrent.futures
import contextlib
import os
import sqlite3

import pytest
from client import bearer
from site_under_test import ACCESS, ACCESS_KIND, REFRESH, eventually, new_password

ROUNDS = int(os.environ.get("E2E_ROUNDS", "1000"))
THREADS = 4


class Checker:
    """Makes sessions of a user, counts old tokens presented and those let in. One thread each."""

    def __init__(self, site):
        self.site, self.presented, self.accepted = site, 0, 0
        self.client, self.other = site.client(), site.client()

    def session(self, user):
        """The access token of a new session, in no client's jar."""
        self.other.jar.clear()
        return self.site.log_in(user, self.other)[1]["access_token"]

    def present(self, token, expect=401):
        status = self.client.get("/private/", bearer(token), cookies=False).status
        self.presented += 1
        self.accepted += status == 200
        assert status in (200, expect), status


def revoke(site, rounds, one_round):
    """Runs one_round(user, checker) so many times in several threads, each with a user of its own."""

    def worker(count):
        checker, user = Checker(site), site.sign_up()
        for _ in range(count):
            one_round(user, checker)
        return checker.presented, checker.accepted

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(worker, [rounds // THREADS] * THREADS))
    presented, accepted = (sum(column) for column in zip(*results))
    assert accepted == 0, f"{accepted} of {presented} revoked tokens were accepted"
    assert presented >= rounds


def test_a_thousand_logouts_leave_no_token_that_works(light_site):
    def one_round(user, checker):
        token = light_site.log_in(user, user.client)[1]["access_token"]
        assert user.client.post("/auth/logout").status == 204
        checker.present(token)

    revoke(light_site, ROUNDS, one_round)


def test_a_thousand_sessions_ended_by_id_leave_no_token_that_works(light_site):
    def one_round(user, checker):
        token = checker.session(user)
        assert user.client.delete(f"/auth/sessions/{light_site.session_of(token)}").status == 204
        checker.present(token)

    revoke(light_site, ROUNDS, one_round)


def test_thefts_leave_no_token_that_works(light_site):
    """Three tokens of each stolen session are presented."""

    def one_round(user, checker):
        light_site.log_in(user, user.client)
        stolen = user.refresh
        tokens = [user.client.jar[ACCESS]]
        tokens += [user.client.post("/auth/refresh").json["access_token"] for _ in range(2)]
        answer = user.client.post("/auth/refresh", headers=[("Cookie", f"{REFRESH}={stolen}")])
        assert answer.code == "refresh_reused"
        for token in tokens:
            checker.present(token)

    revoke(light_site, ROUNDS // 2, one_round)


def test_password_changes_leave_no_token_of_other_sessions_that_works(light_site):
    """Ten sessions at a time, so that a thousand tokens are presented in all."""

    def one_round(user, checker):
        tokens = [checker.session(user) for _ in range(10)]
        old, user.password = user.password, new_password()
        change = dict(current_password=old, new_password=user.password)
        assert user.client.post("/auth/password", change).status == 204
        for token in tokens:
            checker.present(token)

    revoke(light_site, ROUNDS // 10, one_round)


def test_disabled_accounts_have_no_token_that_works(light_site):
    def one_round(user, checker):
        tokens = [checker.session(user) for _ in range(10)]
        light_site.ctl("user", "disable", user.name)
        for token in tokens:
            checker.present(token)
        light_site.ctl("user", "enable", user.name)
        checker.present(tokens[0])

    revoke(light_site, ROUNDS // 10, one_round)


@pytest.mark.parametrize(
    "command",
    [
        lambda site, user: ("session", "revoke", site.session_of(user.access)),
        lambda site, user: ("session", "revoke", "--user", user.name),
        lambda site, user: ("user", "delete", user.name, "--yes"),
        lambda site, user: ("user", "disable", user.name),
    ],
    ids=["session revoke ID", "session revoke --user", "user delete", "user disable"],
)
def test_what_the_admin_ends_is_over_at_once(site, user, command):
    assert site.status_of(user.access) == 200
    site.ctl(*command(site, user))
    assert site.status_of(user.access) == 401
    assert user.client.get("/private/").status == 401


def test_a_password_set_by_the_admin_ends_every_session(site, user):
    site.ctl("user", "password", user.name, input=new_password() + "\n")
    assert site.status_of(user.access) == 401
    assert user.client.get("/private/").status == 401


def test_session_revoke_all_ends_every_session(new_site):
    site = new_site()
    users = [site.sign_up() for _ in range(5)]
    site.ctl("session", "revoke", "--all")
    assert [site.status_of(user.access) for user in users] == [401] * 5
    assert [user.client.post("/auth/refresh").status for user in users] == [403] * 5
    assert site.log_in(users[0])[0].get("/private/").status == 200


def test_a_role_given_works_in_the_next_request(site, user):
    assert user.client.get("/admin/").status == 403
    site.ctl("user", "roles", user.name, "admin")
    answer = user.client.get("/admin/")
    assert answer.status == 200
    renewed = {ACCESS, REFRESH} if ACCESS_KIND == "jwt" else set()  # an id has the new role without a renewal
    assert {cookie.name for cookie in answer.set_cookies} == renewed


def test_a_role_taken_is_gone_in_the_next_request(site):
    user = site.sign_up(roles=["admin"])
    for _ in range(20):
        old = user.client.jar[ACCESS]
        assert user.client.get("/admin/").status == 200
        site.ctl("user", "roles", user.name, "--none")
        assert site.status_of(old, target="/admin/") == (401 if ACCESS_KIND == "jwt" else 403)
        assert user.client.get("/admin/").status == 403
        assert user.client.get("/private/").status == 200
        site.ctl("user", "roles", user.name, "admin")
        user.client.post("/auth/refresh")


def test_a_change_of_roles_leaves_other_users_tokens_alone(site, user):
    bystander = site.sign_up()
    site.ctl("user", "roles", user.name, "admin")
    assert site.status_of(bystander.access) == 200


def test_revocations_outlive_a_restart_of_everything(new_site):
    site = new_site()
    user, live = site.sign_up(), site.sign_up()
    site.log_in(user)
    user.client.post("/auth/logout")
    disabled = site.sign_up()
    site.ctl("user", "disable", disabled.name)
    site.restart()
    assert [site.status_of(token) for token in (user.access, disabled.access, live.access)] == [401, 401, 200]


@pytest.fixture(scope="module")
def fragile_site(new_site):
    """A site whose journal is damaged on purpose; it is made whole after each test."""
    return new_site()


def assert_unavailable(answer):
    assert answer.status == 503, answer
    assert int(answer.header("Retry-After")) > 0 and answer.set_cookies == []


def assert_refused_as_unavailable(answer):
    assert_unavailable(answer)
    assert answer.code and answer.json["status"] == 503


def assert_page_of_unavailable(answer):
    assert_unavailable(answer)
    assert answer.header("Content-Type") == "text/html; charset=utf-8" and b"Not available right now" in answer.body


def damage_by_delete(path):
    path.unlink()


def damage_by_truncation(path):
    os.truncate(path, 0)


def damage_by_lost_records(path):
    os.truncate(path, 64)


def damage_by_another_file(path):
    path.with_suffix(".x").write_bytes(b"not a journal" * 100)
    path.with_suffix(".x").rename(path)


@pytest.mark.jwt("ids are looked up in the store, and there is no journal")
@pytest.mark.parametrize("damage", [damage_by_delete, damage_by_truncation, damage_by_lost_records, damage_by_another_file])
def test_without_its_journal_the_verifier_refuses_everything_and_comes_back(fragile_site, damage):
    user, gone = fragile_site.sign_up(), fragile_site.sign_up()
    gone.client.post("/auth/logout")
    assert fragile_site.status_of(user.access) == 200
    damage(fragile_site.journal)
    assert_refused_as_unavailable(user.client.get("/private/"))
    assert_page_of_unavailable(user.client.navigate("/private/"))
    assert_refused_as_unavailable(user.client.get("/private/", bearer(gone.access)))
    fragile_site.stack.restart("logout")
    assert eventually(lambda: user.client.get("/private/").status == 200)
    assert fragile_site.status_of(gone.access) == 401


@pytest.mark.jwt("ids are looked up in the store, and there is no journal")
def test_a_logout_while_the_journal_is_missing_is_not_forgotten(fragile_site):
    """It may be refused or done, but once it is answered 204 the token must never work again."""
    user = fragile_site.sign_up()
    fragile_site.journal.unlink()
    answer = user.client.post("/auth/logout", headers=[("Cookie", user.client.jar.header())])
    assert answer.status in (204, 503), answer
    assert fragile_site.status_of(user.access) != 200
    fragile_site.stack.restart("logout")
    assert eventually(lambda: fragile_site.status_of(fragile_site.sign_up().access) == 200)
    if answer.status == 204:
        assert fragile_site.status_of(user.access) == 401


@pytest.mark.jwt("ids are looked up in the store, and there is no journal")
def test_a_login_that_cannot_end_the_old_session_opens_none_and_counts_no_failure(fragile_site):
    def kept():
        with contextlib.closing(sqlite3.connect(f"file:{fragile_site.store}?mode=ro", uri=True)) as database:
            live = database.execute("SELECT count(*) FROM sessions WHERE revoked_at IS NULL").fetchone()
            return live, database.execute("SELECT coalesce(sum(failures), 0) FROM attempts").fetchone()

    user = fragile_site.sign_up()
    before = kept()
    fragile_site.journal.unlink()
    fragile_site.journal.mkdir()  # nothing can be given its name
    for _ in range(2):
        answer = user.client.post("/auth/login", dict(username=user.name, password=user.password))
        assert_refused_as_unavailable(answer)
    assert kept() == before
    fragile_site.journal.rmdir()
    fragile_site.log_in(user, user.client)
    assert kept()[0] == before[0]
    assert fragile_site.status_of(user.access) == 401
