"""Who can be asked whether a request may pass, besides ours: built, started, and what nginx must know of it.

Every program gets a listening unix socket at descriptor 0, and nginx keeps its connections to it.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from benchmarks import tokens
from benchmarks.server import HERE, our_server, our_upstreams
from supervisor import Program, listen

ASKING = "auth_request /_auth/verify;"
LIFE = 24 * 3600  # seconds; of a good token
NJS = Path("/usr/lib/nginx/modules/ngx_http_js_module.so")
# `upstream` and the location that only nginx asks, for FastCGI and for HTTP. What is kept open and how is
# what nginx/ does for ours: fastcgi_store on, or nginx would close the connection after each subrequest.
KEPT = "upstream {name} {{ server unix:{socket} max_fails=0; keepalive 64; }}"
FASTCGI = """location = /_auth/verify {{
    internal;
    fastcgi_pass {name};
    fastcgi_keep_conn on;
    fastcgi_store on;
    fastcgi_pass_request_body off;
    fastcgi_param CONTENT_LENGTH "";
    fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param REQUEST_URI $request_uri;
    fastcgi_param SERVER_PROTOCOL $server_protocol;
}}"""
HTTP = """location = /_auth/verify {{
    internal;
    proxy_pass http://{name}/verify;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
}}"""


class Unavailable(Exception):
    """Why a contestant can't be measured here."""


class Contestant:
    """One row. `start` fills in the rest; what it leaves empty, nginx needs nothing of.

    checks      what is looked at before a request passes
    port        where nginx answers for it; the server's choice
    good        the headers of a request that must pass
    refused     headers that must not, by what is wrong with them; empty where nothing is checked
    """

    checks = "nothing"
    location, http, server, module = ASKING, "", "", ""

    def __init__(self, name):
        self.name = name
        self.port = None
        self.good, self.refused = {}, {}
        self.failure = None
        self._program, self._log = None, None

    def start(self, directory):
        """Builds and starts it in a directory of its own; raises Unavailable, OSError or CalledProcessError."""

    def stop(self):
        if self._program:
            self._program.stop((signal.SIGTERM, 3.0))
            self._program.close()

    @property
    def pid(self):
        """Of the program that decides; None where nginx does."""
        return self._program.pid() if self._program else None

    def last_words(self):
        """The last line that its program has written."""
        lines = self._log.read_text(errors="replace").splitlines() if self._log and self._log.exists() else []
        return lines[-1] if lines else ""

    def _run(self, directory, command, location, **environment):
        socket, self._log = directory / "s", directory / "log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self._program = Program(self.name, command, kept | environment, self._log, listen(socket))
        self._program.start()
        self._socket = socket
        name = self.name.replace("-", "_")
        self.http = KEPT.format(name=name, socket=socket)
        self.server = location.format(name=name)

    def _jwts(self, directory, key):
        """Takes tokens signed by `key`; returns the file with what verifies them."""
        good, expired = (tokens.token(key, tokens.claims(life)) for life in (LIFE, -1))
        self.good = cookie(good)
        self.refused = {"no token": {}, "tampered": cookie(tokens.tampered(good)), "expired": cookie(expired)}
        file = directory / "key"
        file.write_bytes(key.verification_key)
        return file


def cookie(token):
    return {"Cookie": f"__Host-access={token}"}


def some_cookie():
    """For those who do not look at it: as long as the others get."""
    return cookie(tokens.token(tokens.HS256(os.urandom(32)), tokens.claims(LIFE)))


class Nginx(Contestant):
    """What all are compared with: nginx answers its own subrequest."""

    def start(self, directory):
        self.good = some_cookie()
        self.server = "location = /_auth/verify { internal; return 204; }"


def build(directory, source):
    """Compiles one of the C programs; returns where it is."""
    program = directory / Path(source).stem
    run("gcc", "-O2", "-Wall", "-Werror", "-pthread", "-o", program, HERE / source, "-lfcgi")
    return program


class C(Contestant):
    """A responder of scripts/contestants that checks nothing; `snippets`: behind our own location."""

    def __init__(self, name, source, snippets=False):
        super().__init__(name)
        self._source, self._snippets = source, snippets

    def start(self, directory):
        program = build(directory, self._source)
        self.good = some_cookie()
        self._run(directory, [program], FASTCGI)
        if self._snippets:
            name = self.name.replace("-", "_")
            self.http = our_upstreams(name, directory).replace(f"{directory}/verify.sock", str(self._socket))
            self.server = our_server(name, directory)


class Basic(Contestant):
    """auth_basic of nginx, with the digest of a password. It knows no expiry."""

    def __init__(self, name, checks, digest):
        super().__init__(name)
        self.checks, self._digest = f"password, {checks}", digest

    def start(self, directory):
        file = directory / "users"
        file.write_text(f"bench:{self._digest}\n")
        file.chmod(0o644)
        self.location = f'auth_basic bench; auth_basic_user_file {file};'
        self.good, wrong = self._header("bench"), self._header("other")
        self.refused = {"no password": {}, "wrong password": wrong}

    @staticmethod
    def _header(password):
        pair = tokens.base64.b64encode(f"bench:{password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


class Njs(Contestant):
    checks = "HS256, expiry"

    def start(self, directory):
        if not NJS.exists():
            raise Unavailable(f"{NJS} is missing")
        # One that does not go with this nginx is found out here, not with everybody behind it.
        trial = directory / "nginx.conf"
        trial.write_text(f"load_module {NJS};\npid {directory}/pid;\nevents {{ }}\n")
        run("nginx", "-t", "-q", "-e", directory / "log", "-c", trial, PATH=f"/usr/sbin:{os.environ['PATH']}")
        secret = os.urandom(24).hex()
        self._jwts(directory, tokens.HS256(secret.encode()))
        self.module = str(NJS)
        self.http = f'js_import njs from {HERE}/njs.js;\nmap "" $njs_key {{ default "{secret}"; }}'
        self.server = "location = /_auth/verify { internal; js_content njs.verify; }"


class Foreign(Contestant):
    """A program of another language that checks JWTs; `make` builds it in a directory and returns its command."""

    def __init__(self, name, algorithm, location, make):
        super().__init__(name)
        self._algorithm, self._location, self._make = algorithm, location, make
        self.checks = f"{'Ed25519' if algorithm == 'EdDSA' else algorithm}, expiry"

    def start(self, directory):
        key = tokens.HS256(os.urandom(32)) if self._algorithm == "HS256" else tokens.Ed25519(os.urandom(32))
        file = self._jwts(directory, key)
        command, environment = self._make(directory)
        self._run(directory, [*command, self._algorithm, file], self._location, **environment)


def go(mode):
    def make(directory):
        program = directory / "verifier"
        run(tool("go"), "build", "-o", program, HERE / "verifier.go", GO111MODULE="off", GOFLAGS="")
        return [program, mode], {}

    return make


def express(_):
    if not Path("/usr/share/nodejs/express").exists():
        raise Unavailable("Debian's node-express is missing")
    return [tool("node"), HERE / "express.js"], {"NODE_ENV": "production", "NODE_PATH": "/usr/share/nodejs"}


def tool(name):
    if not (found := shutil.which(name)):
        raise Unavailable(f"{name} is missing")
    return found


def run(*command, **environment):
    subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, timeout=300,
                   env=os.environ | environment)
