"""Every refusal of every endpoint, as a table: what is asked of whom, and the code it must be refused with."""

import contextlib
import dataclasses
import sqlite3
import time
import uuid

from client import Client, _Connection, bearer
from cookies import CookieJar
from site_under_test import REFRESH, new_name, new_password
from troubles import missing

SESSION = "/auth/sessions/" + str(uuid.uuid4())
POSTS = ["/auth/signup", "/auth/strength", "/auth/login", "/auth/refresh", "/auth/logout", "/auth/password"]
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
    lines: int = 1  # at most so many in the logs

    def __str__(self):
        return f"{self.name} {self.target.split('/')[2]}{' form' if self.is_form else ''}"


REFUSALS = []


def refusal(name, target, status, code, fields=None, by_form=False, only_form=False, **options):
    """Adds a case; the decorated function prepares it and may return other fields or another client."""

    def add(prepare):
        for is_form in (True,) if only_form else (False, True) if by_form else (False,):

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


def plain(name, target, status, code, send, is_form=False):
    """A case that needs no preparation: `send` gets the user's client."""
    REFUSALS.append(Refusal(name, target, status, code, lambda scene: lambda: send(scene.user.client), is_form))


# -- What every endpoint refuses alike ------------------------------------------------------------

for target, method in [(target, "GET") for target in POSTS] + [(target, "POST") for target in READS] + [(SESSION, "GET")]:
    plain("wrong method", target, 405, "method_not_allowed", lambda c, t=target, m=method: c.request(m, t))
for target in POSTS:
    cross = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")]
    plain("cross-site", target, 403, "cross_origin", lambda c, t=target, h=cross: c.post(t, {}, h))
    plain("cross-site", target, 403, "cross_origin", lambda c, t=target, h=cross: c.form(t, {}, h), is_form=True)
    for name, body in [("cut", b"{"), ("doubled", b'{"scope":"local","scope":"global"}'), ("array", b"[]")]:
        plain(f"{name} JSON", target, 400, "malformed_body", lambda c, t=target, b=body: c.post(t, b))
    for name, body in [("doubled", b"scope=local&scope=global"), ("broken UTF-8", b"username=%ff")]:
        plain(name, target, 400, "malformed_body", lambda c, t=target, b=body: c.form(t, b), is_form=True)
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


def over(scene):
    kept = CookieJar(scene.user.client.jar)
    assert scene.user.client.post("/auth/logout").status == 204
    scene.user.client.jar.update(kept)
    return dict(fields=dict(current_password=scene.user.password, new_password=new_password()))


refusal("a session that is over", "/auth/password", 401, "unauthenticated")(over)
# nginx has tried to renew it.
refusal("a session that is over", "/auth/password", 401, "unauthenticated", only_form=True, logged_out=True)(over)
refusal("no password", "/auth/strength", 422, "invalid_fields", {})(nothing)
refusal("a number for a password", "/auth/strength", 422, "invalid_fields", dict(password=5))(nothing)


# -- The store is gone --------------------------------------------------------------------------------

for target, fields in {
    SIGNUP: lambda scene: dict(username=new_name(), password=new_password()),
    LOGIN: lambda scene: dict(username=scene.user.name, password=scene.user.password),
    REFRESHING: lambda scene: {}, "/auth/logout": lambda scene: {},
    "/auth/password": lambda scene: dict(current_password=scene.user.password, new_password=new_password()),
}.items():  # fmt: skip

    @refusal("no store", target, 503, "unavailable", by_form=target != "/auth/password")
    def without_store(scene, fields=fields):
        scene.undo.enter_context(missing(scene.site))
        return dict(fields=fields(scene))


# The last of them. verify is asked first, and says by itself that it can't read the store, if that is what it reads.
refusal("no store", "/auth/password", 503, "unavailable", only_form=True, lines=2)(without_store)
