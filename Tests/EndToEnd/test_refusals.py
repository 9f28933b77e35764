"""Every refusal of every endpoint: one problem+json with its code, in under a second, at most one log line, and the
store as it was. The cases are in refusals.py.

`overloaded` needs a flood and is tested where the flood is. Counting an attempt is what throttling is: its own
tables are left out of the comparison, and nothing else is.
"""

import contextlib
import sqlite3
import time
import urllib.parse

import pytest
from refusals import REFRESHING, REFUSALS, SIGNUP, Refusal, Scene
from site_under_test import ACCESS, REFRESH, new_name

LONGEST = 1.0  # seconds
COUNTERS = {"attempts"}  # how often somebody has tried
PAGES = {"/auth/signup": "/signup", "/auth/strength": "/signup", "/auth/login": "/login", "/auth/refresh": "/login"}


def logs(site):
    return {path: path.read_text(errors="replace") for path in (site.state / "log").glob("*.log")}


def stored(site):
    """Every table but the counters, as sorted rows; empty while the store is away."""
    if not site.store.exists():
        return {}
    with contextlib.closing(sqlite3.connect(f"file:{site.store}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in tables
                if name not in COUNTERS}


@pytest.fixture(scope="module")
def site(new_site):
    return new_site(AUTH_ARGON2_MEMORY="7MiB", AUTH_ARGON2_TIME="1", AUTH_LOGIN_ATTEMPTS="3")


@pytest.fixture
def scene(site):
    user = site.sign_up()
    with contextlib.ExitStack() as undo:
        yield Scene(site, user, undo)
    user.client.close()


def assert_refused(answer, case):
    request_id = answer.header("X-Request-ID")
    assert request_id, answer
    if case.is_form:
        assert answer.status == 303, answer
        parts = urllib.parse.urlsplit(answer.header("Location"))
        page = "/login" if case.code == "unauthenticated" else PAGES.get(case.target, "/account")
        assert parts.netloc == "" and parts.path == page, answer
        query = urllib.parse.parse_qs(parts.query)
        assert query["error"] == [case.code], answer
        assert ("retry_after" in query) == (case.status in (429, 503)), answer
        return
    assert (answer.status, answer.code) == (case.status, case.code), answer
    problem = answer.json
    assert problem["status"] == case.status and problem["title"] and problem["detail"] and problem["type"]
    assert problem["request_id"] == request_id
    assert ("errors" in problem) == (case.code == "invalid_fields")
    if case.status in (429, 503):
        assert int(answer.header("Retry-After")) >= 1


def timed(send):
    start = time.monotonic()
    answer = send()
    return answer, time.monotonic() - start


@pytest.mark.parametrize("case", REFUSALS, ids=str)
def test_a_refusal_is_one_problem_at_once_with_one_log_line_and_nothing_changed(scene, case):
    site, send = scene.site, case.ask(scene)
    secrets = {scene.user.password, scene.user.access, *scene.user.client.jar.values()}
    time.sleep(0.02)  # what the preparation made the programs say
    logged, before = logs(site), stored(site)
    answer, seconds = timed(send)
    assert_refused(answer, case)
    cleared = {cookie.name for cookie in answer.set_cookies}
    assert cleared == ({ACCESS, REFRESH} if case.logged_out else set()), answer
    assert all(cookie.cleared for cookie in answer.set_cookies)
    assert stored(site) == before, "a refusal changed the store"
    time.sleep(0.02)
    new = [line for path, text in logs(site).items() for line in text[len(logged.get(path, "")) :].splitlines()]
    assert len(new) <= case.lines, new
    assert not [secret for secret in secrets if secret in "".join(new)]
    # A machine busy with other things gets a second chance; what hangs by itself hangs again.
    assert seconds < LONGEST or timed(send)[1] < LONGEST


@pytest.mark.parametrize("form", [False, True])
def test_a_reused_refresh_token_ends_its_session_and_no_other(scene, form):
    """The one refusal that changes something, by design: a copy of the token is about (N-S6)."""
    site, user = scene.site, scene.user
    other, _ = site.log_in(user)
    old = user.refresh
    for _ in range(2):
        assert user.client.post("/auth/refresh").status == 200
    user.client.jar[REFRESH] = old
    logged, before = logs(site), stored(site)
    answer = (user.client.form if form else user.client.post)("/auth/refresh", {})
    assert_refused(answer, Refusal("reused", REFRESHING, 403, "refresh_reused", None, form))
    after = stored(site)
    assert {name for name in after if after[name] != before[name]} == {"sessions", "revocations"}
    assert len(set(before["sessions"]) - set(after["sessions"])) == 1
    time.sleep(0.02)
    new = [line for path, text in logs(site).items() for line in text[len(logged.get(path, "")) :].splitlines()]
    assert len(new) == 1 and "refresh_reused" in new[0], new
    assert other.get("/private/").status == 200


def test_a_closed_signup_refuses_without_looking_at_the_fields(new_site):
    site = new_site(AUTH_SIGNUP="closed")
    before = stored(site)
    with site.client() as client:
        for is_form in (False, True):
            answer = (client.form if is_form else client.post)(SIGNUP, dict(username=new_name(), password="x"))
            assert_refused(answer, Refusal("closed", SIGNUP, 403, "signup_closed", None, is_form))
    assert stored(site) == before
    assert len([line for line in site.stack.log("signup") if "signup_refused" in line]) == 2
