"""Every refusal of every endpoint: one problem+json with its code, in under a second, at most one log line, and the
store as it was.

`overloaded` needs a flood and is tested where the flood is. Counting an attempt is what throttling is: its own
tables are left out of the comparison, and nothing else is.
"""

import contextlib
import dataclasses
import sqlite3
import time
import urllib.parse
import uuid

import pytest
from client import Client, _Connection, bearer
from cookies import CookieJar
from site_under_test import ACCESS, REFRESH, new_name, new_password
from test_store import missing

LONGEST = 1.0  # seconds
COUNTERS = {"attempts"}  # how often somebody has tried
PAGES = {"/auth/signup": "/signup", "/auth/login": "/login", "/auth/refresh": "/login"}  # the others: /account
SESSION = "/auth/sessions/" + str(uuid.uuid4())
POSTS = ["/auth/signup", "/auth/login", "/auth/refresh", "/auth/logout", "/auth/password"]
READS = ["/auth/me", "/auth/sessions"]


class FromAnotherNetwork(Client):
    """A client at a loopback address of its own, so that what it has used up is nobody else's."""

    address = "127.0.66.1"

    def connect(self):
        self._connection = _Connection(
            "127.0.0.1", self.port, timeout=30, context=self.context, source_address=(self.address, 0))
        self._connection.connect()
        self._used = time.monotonic()


@dataclasses.dataclass
class Scene:
    """A user who is logged in, and what a case may make of it before it asks."""

    site: object
    user: object
    undo: contextlib.ExitStack

    def sql(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.site.store)) as database:
            assert database.execute(statement, values).rowcount > 0, statement
            database.commit()

    def until_refused(self, client, target, fields, limit=150):
        for _ in range(limit):
            if client.post(target, fields).status == 429:
                return
        raise AssertionError(f"{target} takes {limit} attempts")


@dataclasses.dataclass
class Refusal:
    """`ask` makes the scene and returns a function that sends the request, JSON or a form."""

    name: str
    target: str
    status: int
    code: str
    ask: object
    is_form: bool = False
    logged_out: bool = False

    def __str__(self):
        return f"{self.name} {self.target.split('/')[2]}{' form' if self.is_form else ''}"


REFUSALS = []


def refusal(name, target, status, code, fields=None, by_form=False, **options):
    """Adds a case; the decorated function prepares it and may return other fields or another client."""

    def add(prepare):
        for is_form in (False, True) if by_form else (False,):

            def ask(scene, is_form=is_form):
                given = prepare(scene) or {}
                client = given.get("client", scene.user.client)
                sent = given.get("fields", fields)
                send = client.form if is_form else client.post
                return lambda: send(target, sent if sent is not None or not is_form else {})

            REFUSALS.append(Refusal(name, target, status, code, ask, is_form, **options))
        return prepare

    return add


def nothing(scene):
    return None


def plain(name, target, status, code, send):
    """A case that needs no preparation: `send` gets the user's client."""
    REFUSALS.append(Refusal(name, target, status, code, lambda scene: lambda: send(scene.user.client)))


# -- What every endpoint refuses alike ------------------------------------------------------------

for target, method in [(target, "GET") for target in POSTS] + [(target, "POST") for target in READS] + [(SESSION, "GET")]:
    plain("wrong method", target, 405, "method_not_allowed", lambda c, t=target, m=method: c.request(m, t))
for target in POSTS:
    cross = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")]
    plain("cross-site", target, 403, "cross_origin", lambda c, t=target, h=cross: c.post(t, {}, h))
    plain("cross-site form", target, 403, "cross_origin", lambda c, t=target, h=cross: c.form(t, {}, h))
    for name, body in [("cut", b"{"), ("doubled", b'{"scope":"local","scope":"global"}'), ("array", b"[]")]:
        plain(f"{name} JSON", target, 400, "malformed_body", lambda c, t=target, b=body: c.post(t, b))
    for name, body in [("doubled", b"scope=local&scope=global"), ("broken UTF-8", b"username=%ff")]:
        plain(f"{name} form", target, 400, "malformed_body", lambda c, t=target, b=body: c.form(t, b))
    for size in (16_385, 70_000):
        plain(f"{size} bytes", target, 413, "body_too_large", lambda c, t=target, s=size: c.post(t, b" " * s))
    plain("XML", target, 415, "unsupported_media_type",
          lambda c, t=target: c.request("POST", t, [("Content-Type", "text/xml")], b"<a/>"))
plain("cross-site", SESSION, 403, "cross_origin", lambda c: c.delete(SESSION, [("Sec-Fetch-Site", "cross-site")]))
plain("no such place", "/auth/nothing", 404, "not_found", lambda c: c.get("/auth/nothing"))
plain("no such session", SESSION, 404, "not_found", lambda c: c.delete(SESSION))
plain("no session id", "/auth/sessions/x", 404, "not_found", lambda c: c.delete("/auth/sessions/%27%20OR%201=1"))

TOKENS = {"no token": None, "garbage": "garbage", "two dots": "a.b.c", "too long": "e" * 5000}
for name, token in TOKENS.items():
    headers = bearer(token) if token else []
    for target in READS:
        plain(name, target, 401, "unauthenticated",
              lambda c, t=target, h=headers: c.get(t, h, cookies=False))
    plain(name, SESSION, 401, "unauthenticated", lambda c, h=headers: c.delete(SESSION, h, cookies=False))
    plain(name, "/auth/password", 401, "unauthenticated",
          lambda c, h=headers: c.post("/auth/password", {}, h, cookies=False))
    plain(name, "/private/", 401, "unauthenticated", lambda c, h=headers: c.get("/private/", h, cookies=False))
plain("no role", "/admin/", 403, "forbidden", lambda c: c.get("/admin/"))

# -- Sign-up ----------------------------------------------------------------------------------------

SIGNUP = "/auth/signup"
for name, fields in {
    "no fields": {}, "no password": dict(username="ann"), "no name": dict(password=new_password()),
    "a number for a name": dict(username=5, password=new_password()),
    "an empty name": dict(username="", password=new_password()),
    "a space in the name": dict(username="an na", password=new_password()),
    "a long name": dict(username="n" * 300, password=new_password()),
    "a bad address": dict(username="ann", password=new_password(), email="nobody"),
    "a short password": dict(username="ann", password="Sekret"),
    "a long password": dict(username="ann", password="Sekret" + "x" * 300),
}.items():  # fmt: skip
    refusal(name, SIGNUP, 422, "invalid_fields", fields, by_form=not isinstance(fields.get("username"), int))(nothing)


@refusal("a taken name", SIGNUP, 409, "username_taken", by_form=True)
def taken(scene):
    return dict(fields=dict(username=scene.user.name.upper(), password=new_password()))


@refusal("many taken names", SIGNUP, 429, "too_many_attempts", by_form=True)
def many_taken(scene):
    client = scene.undo.enter_context(FromAnotherNetwork(scene.site.base_url, scene.site.certificate))
    fields = dict(username=scene.user.name, password=new_password())
    scene.until_refused(client, SIGNUP, fields)
    return dict(client=client, fields=fields)


# -- Login ------------------------------------------------------------------------------------------

LOGIN = "/auth/login"
for name, fields in {
    "no fields": {}, "no password": dict(username="ann"), "no name": dict(password="Sekret"),
    "a list for a password": dict(username="ann", password=["Sekret"]),
    "an odd remember": dict(username="ann", password="Sekret", remember="perhaps"),
    "an odd delivery": dict(username="ann", password="Sekret", delivery="mail"),
}.items():  # fmt: skip
    refusal(name, LOGIN, 422, "invalid_fields", fields, by_form=not isinstance(fields.get("password"), list))(nothing)


@refusal("an unknown name", LOGIN, 401, "invalid_credentials", by_form=True)
def unknown(scene):
    return dict(fields=dict(username=new_name(), password=new_password()))


@refusal("no name at all", LOGIN, 401, "invalid_credentials", by_form=True)
def impossible(scene):
    return dict(fields=dict(username="a b", password=new_password()))


@refusal("a wrong password", LOGIN, 401, "invalid_credentials", by_form=True)
def wrong(scene):
    return dict(fields=dict(username=scene.user.name, password=new_password()))


@refusal("a disabled account", LOGIN, 401, "invalid_credentials", by_form=True)
def disabled(scene):
    scene.site.ctl("user", "disable", scene.user.name)
    return dict(fields=dict(username=scene.user.name, password=scene.user.password))


@refusal("too many wrong passwords", LOGIN, 429, "too_many_attempts", by_form=True)
def many_wrong(scene):
    client = scene.undo.enter_context(FromAnotherNetwork(scene.site.base_url, scene.site.certificate))
    scene.until_refused(client, LOGIN, dict(username=scene.user.name, password=new_password()))
    return dict(client=client, fields=dict(username=scene.user.name, password=scene.user.password))


# -- Refresh ----------------------------------------------------------------------------------------

REFRESHING = "/auth/refresh"


@refusal("no cookie", REFRESHING, 401, "refresh_missing", by_form=True)
def no_cookie(scene):
    del scene.user.client.jar[REFRESH]


@refusal("an odd delivery", REFRESHING, 422, "invalid_fields", dict(delivery="mail"), by_form=True)
def odd_delivery(scene):
    return None


@refusal("the cookie's token into a body", REFRESHING, 422, "invalid_fields", dict(delivery="body"))
def into_body(scene):
    return None


for name, change in {
    "garbage": lambda token: "garbage",
    "another code": lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
    "cut short": lambda token: token[:20],
    "too long": lambda token: token * 20,
}.items():

    @refusal(name, REFRESHING, 403, "refresh_invalid", logged_out=True, by_form=True)
    def changed(scene, change=change):
        scene.user.client.jar[REFRESH] = change(scene.user.refresh)


@refusal("logged out", REFRESHING, 403, "refresh_invalid", logged_out=True, by_form=True)
def logged_out(scene):
    kept = CookieJar(scene.user.client.jar)
    assert scene.user.client.post("/auth/logout").status == 204
    scene.user.client.jar.update(kept)


@refusal("an old session", REFRESHING, 403, "session_expired", logged_out=True, by_form=True)
def expired(scene):
    scene.sql("UPDATE sessions SET expires_at = 1, ends_at = 1 WHERE account_id = ?", scene.user.id)


@refusal("a disabled account", REFRESHING, 403, "account_disabled", logged_out=True, by_form=True)
def disabled_meanwhile(scene):
    scene.sql("UPDATE accounts SET disabled_at = 1 WHERE id = ?", scene.user.id)


# -- Logout, the account, protected places -----------------------------------------------------------

refusal("an odd scope", "/auth/logout", 422, "invalid_fields", dict(scope="everybody"), by_form=True)(nothing)
refusal("no password", "/auth/password", 422, "invalid_fields", {}, by_form=True)(nothing)


@refusal("a short password", "/auth/password", 422, "invalid_fields", by_form=True)
def short(scene):
    return dict(fields=dict(current_password=scene.user.password, new_password="Sekret"))


@refusal("a wrong password", "/auth/password", 401, "invalid_credentials", by_form=True)
def wrong_current(scene):
    return dict(fields=dict(current_password=new_password(), new_password=new_password()))


@refusal("too many wrong passwords", "/auth/password", 429, "too_many_attempts", by_form=True)
def many_wrong_current(scene):
    fields = dict(current_password=new_password(), new_password=new_password())
    scene.until_refused(scene.user.client, "/auth/password", fields)
    return dict(fields=fields)


@refusal("a session that is over", "/auth/password", 401, "unauthenticated", by_form=True)
def over(scene):
    kept = CookieJar(scene.user.client.jar)
    assert scene.user.client.post("/auth/logout").status == 204
    scene.user.client.jar.update(kept)
    return dict(fields=dict(current_password=scene.user.password, new_password=new_password()))


# -- The store is gone --------------------------------------------------------------------------------

for target, fields in {
    SIGNUP: lambda scene: dict(username=new_name(), password=new_password()),
    LOGIN: lambda scene: dict(username=scene.user.name, password=scene.user.password),
    REFRESHING: lambda scene: {}, "/auth/logout": lambda scene: {},
    "/auth/password": lambda scene: dict(current_password=scene.user.password, new_password=new_password()),
}.items():  # fmt: skip

    @refusal("no store", target, 503, "unavailable")
    def without_store(scene, fields=fields):
        scene.undo.enter_context(missing(scene.site))
        return dict(fields=fields(scene))


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
        assert parts.netloc == "" and parts.path == PAGES.get(case.target, "/account"), answer
        assert urllib.parse.parse_qs(parts.query)["error"] == [case.code], answer
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
    assert len(new) <= 1, new
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
