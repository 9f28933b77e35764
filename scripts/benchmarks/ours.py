"""fcgi-auth as a contestant: a whole stack for each kind of access token, behind the shipped snippets."""

import contextlib
import http.client
import json
import ssl
import time

from benchmarks import tokens
from benchmarks.contestants import ASKING, Contestant, Unavailable, cookie
from benchmarks.server import our_server, our_upstreams
from stack import Stack, StackError

PASSWORD = "a password for benchmarks"
SHORT_LIFE, LONG_LIFE = "1s", "1d"
PROTECT = "include snippets/fcgi-auth-protect.conf;"


def sign_up(stack, name):
    """The access token of a new account."""
    # Only this machine's own nginx is asked; nothing is believed.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", stack.port, context=context, timeout=10)) as client:
        body = json.dumps({"username": name, "password": PASSWORD, "delivery": "body"})
        headers = {"Content-Type": "application/json", "Host": f"localhost:{stack.port}"}
        client.request("POST", "/auth/signup", body, headers)
        answer = client.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise StackError(f"sign-up: {answer.status} {content[:200]!r}")
        return json.loads(content)["access_token"]


class Ours(Contestant):
    """`settings` are AUTH_*; `location` is what protects the file."""

    def __init__(self, name, checks, settings, build_dir, location=ASKING):
        super().__init__(name)
        self.checks = checks
        self.location = location
        self._settings, self._build_dir = settings, build_dir
        self.stack = None
        self.token = None

    def start(self, directory):
        try:
            self._start(directory)
        except StackError as error:
            raise Unavailable(str(error)) from error

    def _start(self, directory):
        stack = self.stack = Stack(
            directory / "s", env=self._settings | {"AUTH_ACCESS_TTL": SHORT_LIFE}, build_dir=self._build_dir)
        with stack:
            expired, issued = sign_up(stack, "expired"), time.monotonic()
        stack.settings["AUTH_ACCESS_TTL"] = LONG_LIFE
        stack.start()
        good = self.token = sign_up(stack, "bench")
        self.good = cookie(good)
        self.refused = {
            "no token": {}, "tampered": cookie(tokens.tampered(good)), "expired": cookie(expired)}
        name = self.name.replace("-", "_")
        self.http = our_upstreams(name, stack.socket("verify").parent)
        self.server = our_server(name, stack.settings["AUTH_KEYS"])
        time.sleep(max(0.0, issued + 2.0 - time.monotonic()))

    def stop(self):
        if self.stack:
            self.stack.stop()

    @property
    def pid(self):
        return self.stack.pid("verify")

    def signing_key(self):
        """The Ed25519 key that signs this site's tokens, to make more of them than logins can."""
        kept = json.loads((self.stack.state / "keys/signing.json").read_text())["keys"]
        identity = tokens.opened(self.token)[0]["kid"]
        return tokens.Ed25519(tokens.decode(next(key["d"] for key in kept if key["kid"] == identity)))


def ours(build_dir):
    """One for each kind of access token; the last asks as a site does, with everything a protected location includes."""
    eddsa, es256, hs256 = ({"AUTH_ALGORITHM": name} for name in ("EdDSA", "ES256", "HS256"))
    return [
        Ours("ed25519", "Ed25519, expiry, revocation", eddsa, build_dir),
        Ours("es256", "ES256, expiry, revocation", es256, build_dir),
        Ours("hs256", "HS256, expiry, revocation", hs256, build_dir),
        Ours("session", "id in the store, expiry, revocation", {"AUTH_ACCESS": "session"}, build_dir),
        Ours("ed25519-protect", "the same as ed25519, identity passed on", eddsa, build_dir, PROTECT),
    ]
