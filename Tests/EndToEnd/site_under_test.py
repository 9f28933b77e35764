"""A running site for the tests: the stack as it ships, in a state directory and on a port of its own."""

import dataclasses
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time
import uuid

import fastcgi
from client import Client

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("FCGI_AUTH_BUILD_DIR") or REPOSITORY / ".build" / "release"
sys.path.insert(0, str(REPOSITORY / "scripts"))

PROGRAMS = ("verify", "signup", "login", "refresh", "logout", "account")
ACCESS, REFRESH, DEVICE = "__Host-access", "__Host-refresh", "__Host-device"
# What access tokens are on the sites under test: `jwt`, or `session` where the environment says so.
ACCESS_KIND = os.environ.get("FCGI_AUTH_ACCESS") or "jwt"
SECRET_MARK = "Sekret"  # in every password a test sends, so that one search finds any of them in a log

LOGS = []  # (state directory, text): what the sites that have stopped wrote
STARTED = []


def new_password():
    return f"{SECRET_MARK} {uuid.uuid4().hex}"


def new_name(prefix="user"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@dataclasses.dataclass
class User:
    name: str
    password: str
    id: str
    client: Client
    access: str

    @property
    def refresh(self):
        return self.client.jar[REFRESH]


# What also ends by waiting where only good names and passwords are sent: nginx turns away who logs in
# faster than it lets anybody.
OUTER_WALL = (429, 503)


class Site:
    def __init__(self, env=None, nginx_extra=""):
        from stack import Stack

        self.state = pathlib.Path(tempfile.mkdtemp(prefix="fcgi-auth-"))
        env = {"AUTH_ACCESS": ACCESS_KIND} | (env or {})
        self.stack = Stack(self.state, env=env, build_dir=BUILD, nginx_extra=nginx_extra)
        try:
            self.stack.start()
        except Exception:
            shutil.rmtree(self.state, ignore_errors=True)
            raise
        STARTED.append(self)

    def restart(self, **env):
        """The whole stack again, on the same state, with settings changed."""
        self.stack.stop()
        self.stack.settings.update(env)
        self.stack.start()

    @property
    def base_url(self):
        return self.stack.base_url

    @property
    def certificate(self):
        return str(self.state / "tls" / "cert.pem")

    @property
    def configuration(self):
        return self.state / "fcgi-auth.conf"

    @property
    def keys(self):
        return self.state / "keys"

    @property
    def store(self):
        return self.state / "store.sqlite"

    @property
    def journal(self):
        return self.state / "run" / "revocations"

    def stop(self):
        if self not in STARTED:
            return
        STARTED.remove(self)
        self.stack.stop()
        LOGS.append((self.state, self.every_log()))
        shutil.rmtree(self.state, ignore_errors=True)

    def every_log(self):
        """All that programs and nginx have written, access logs too."""
        return "\n".join(path.read_text(errors="surrogateescape") for path in sorted(self.state.rglob("*.log")))

    def client(self):
        return Client(self.base_url, self.certificate)

    def ctl(self, *arguments, input=None, check=True):
        """fcgi-authctl with this site's configuration; input is its standard input, never a terminal."""
        result = self.stack.ctl(*arguments, input=input)
        if check:
            assert result.returncode == 0, (arguments, result.stdout, result.stderr)
        return result

    def ctl_json(self, *arguments):
        return json.loads(self.ctl(*arguments, "--json").stdout)

    def sign_up(self, name=None, password=None, email=None, roles=(), client=None):
        """A new account with a client that is logged in to it."""
        client = client or self.client()
        name, password = name or new_name(), password or new_password()
        fields = dict(username=name, password=password) | (dict(email=email) if email else {})
        answer = ask_until_admitted(client, "/auth/signup", fields, OUTER_WALL)
        assert answer.status == 201, answer
        user = User(name, password, answer.json["user"]["id"], client, answer.json["access_token"])
        if roles:
            self.ctl("user", "roles", name, *roles)
            user.access = client.post("/auth/refresh").json["access_token"]
        return user

    def log_in(self, user, client=None, **fields):
        """A new session of a user: its client and the answer."""
        client = client or self.client()
        fields = dict(username=user.name, password=user.password) | fields
        answer = ask_until_admitted(client, "/auth/login", fields, OUTER_WALL)
        assert answer.status == 200, answer
        return client, answer.json

    def verify(self, token):
        """What the verifier says of an access token, which must be good: a JWT tells as much by itself, an id does not."""
        asked = fastcgi.get("/_auth/verify", dict(HTTP_AUTHORIZATION=f"Bearer {token}"))
        answer = fastcgi.ask(self.stack.socket("verify"), asked)
        assert answer.status == 204, answer
        return answer

    def session_of(self, token):
        return self.verify(token).header("X-Auth-Session")

    def roles_of(self, token):
        return sorted(self.verify(token).header("X-Auth-Roles").split(","))

    def status_of(self, token, client=None, target="/private/"):
        """What a protected location answers to this access token alone."""
        with client or self.client() as asker:
            return asker.get(target, [("Authorization", f"Bearer {token}")], cookies=False).status


def ask_until_admitted(client, target, fields, later=(503,)):
    """Hashing is admitted through a gate: past it the answer is 503 with Retry-After, and the client waits."""
    for _ in range(20):
        answer = client.post(target, fields)
        if answer.status not in later:
            return answer
        time.sleep(min(1.0, float(answer.header("Retry-After") or 1) / 4))
    return answer


def eventually(condition, seconds=5.0, interval=0.02):
    """Waits until condition() is true; False when it is not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(interval)
    return bool(condition())
