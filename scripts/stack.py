#!/usr/bin/env python3
"""The whole of fcgi-auth on one machine: nginx, every program, a demo site.

`python3 scripts/stack.py --port N --state DIR` runs it until SIGINT or SIGTERM. Tests import
`Stack` and start as many as they like, each with a state directory and a port of its own.
Standard library only.
"""

import argparse
import contextlib
import fcntl
import http.client
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import demo_site
from supervisor import Program, listen

# By the names of their sockets; who listens as "verify" goes by AUTH_ACCESS.
PROGRAMS = ("verify", "signup", "login", "refresh", "logout", "account")
# Those that compute for long give way to nginx and verify, which everybody waits for.
HASHING, HASHING_NICENESS = ("signup", "login", "account"), 10
# What each program answers to a GET once it runs; any status below 500 is its own.
PROBES = ("/", "/private/", "/auth/signup", "/auth/login", "/auth/refresh", "/auth/logout", "/auth/me")
START_LIMIT = 15.0
LONGEST_SOCKET_PATH = 107  # sun_path of unix(7), less its NUL


class StackError(Exception):
    """Why the stack can't run, for a person to read."""


class Stack:
    """One running instance.

    state       directory for everything it writes; made when missing, kept on stop
    port        https port on localhost; 0 takes a free one
    env         AUTH_* settings, by name; they are also written to fcgi-auth.conf
    build_dir   where the programs are
    nginx_extra, nginx_http   configuration added to the server block, and to the http block
    """

    def __init__(self, state, port=0, env=None, build_dir=None, nginx_extra="", nginx_http=""):
        self.state = Path(state).resolve()
        self.port = port or demo_site.free_port()
        self.build_dir = Path(build_dir or demo_site.REPOSITORY / ".build" / "release").resolve()
        self.nginx_extra = nginx_extra
        self.nginx_http = nginx_http
        self.config = self.state / "fcgi-auth.conf"
        self.settings = {
            "AUTH_ISSUER": self.base_url,
            "AUTH_KEYS": str(self.state / "keys"),
            "AUTH_STORE": f"sqlite://{self.state}/store.sqlite",
            "AUTH_RUNTIME": str(self.state / "run"),
        } | {name: str(value) for name, value in (env or {}).items() if name.startswith("AUTH_")}
        self.programs: dict[str, Program] = {}
        self._lock = None
        self._sockets = self.state / "run"

    @property
    def base_url(self) -> str:
        return f"https://localhost:{self.port}"

    def start(self):
        """Returns when every program answers through https; raises StackError with the reason."""
        for path in (self.state, self.build_dir, demo_site.REPOSITORY):
            if not demo_site.SAFE_PATH.fullmatch(str(path)):
                raise StackError(f"{path}: nginx's configuration can't hold this path")
        try:
            self._make_directories()
            addresses = self._addresses()
            self._write_settings()
            with ThreadPoolExecutor() as together:
                for step in [together.submit(do) for do in (self._certificate, self._keys, self._migrate)]:
                    step.result()
            demo_site.render(
                self.state, self._sockets, self.settings, addresses, self.nginx_extra, self.nginx_http)
            self._start_programs()
            self._wait_until_ready()
        except OSError as error:
            self.stop()
            raise StackError(str(error)) from error
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """Ends everything it started: nginx finishes its requests, then the programs theirs."""
        if nginx := self.programs.pop("nginx", None):
            nginx.stop((signal.SIGQUIT, 3.0), (signal.SIGTERM, 3.0))
        ending = list(self.programs.values())
        with ThreadPoolExecutor() as together:
            list(together.map(lambda program: program.stop((signal.SIGTERM, 5.0)), ending))
        for program in ending:
            self.socket(program.name).unlink(missing_ok=True)
        self.programs.clear()
        if self._sockets != self.state / "run":
            shutil.rmtree(self._sockets, ignore_errors=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def ctl(self, *arguments, input=None) -> subprocess.CompletedProcess:
        """Runs fcgi-authctl on this state; text in and out, no exception for a refusal."""
        given = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
        return subprocess.run(
            [str(self.build_dir / "fcgi-authctl"), "--config", str(self.config), *map(str, arguments)],
            capture_output=True, text=True, timeout=60, env=self._environment(), **given)

    def socket(self, program: str) -> Path:
        return self._sockets / f"{program}.sock"

    def executable(self, program: str) -> Path:
        """The file of the program that listens under this name with these settings."""
        if program == "verify" and self.settings.get("AUTH_ACCESS", "").lower() == "session":
            program = "verify-session"
        return self.build_dir / f"fcgi-auth-{program}"

    def pid(self, program: str) -> int:
        return self.programs[program].pid()

    def kill(self, program: str, signum=signal.SIGKILL):
        """Sends a signal; the supervisor starts the program again if it dies of it."""
        self.programs[program].kill(signum)

    def restart(self, program: str, signum=signal.SIGTERM) -> int:
        """Ends the program and returns the process id of the next instance."""
        return self.programs[program].restart(signum)

    def log(self, program: str) -> list[str]:
        """The lines on its standard error since the state directory was made."""
        path = self._log(program)
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []

    def reload_nginx(self, timeout=5.0):
        """Makes nginx read its configuration again; returns when only new workers are left."""
        children = Path("/proc/{0}/task/{0}/children".format(self.pid("nginx")))
        before = set(children.read_text().split())
        self.kill("nginx", signal.SIGHUP)
        deadline = time.monotonic() + timeout
        while not (now := set(children.read_text().split())) or now & before:
            if time.monotonic() > deadline:
                raise StackError("nginx did not reload:\n" + "\n".join(self.log("nginx")[-5:]))
            time.sleep(0.01)

    def _log(self, program: str) -> Path:
        return self.state / "log" / f"{program}.log"

    def _make_directories(self):
        self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("keys", "run", "tls", "log", "nginx"):
            (self.state / name).mkdir(mode=0o700, exist_ok=True)
        self._lock = open(self.state / "lock", "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StackError(f"{self.state} is in use by another run") from error
        # /run is empty after a boot, and so is this.
        shutil.rmtree(self.state / "run")
        (self.state / "run").mkdir(mode=0o700)
        self._sockets = self.state / "run"
        if len(f"{self.state}/run/account.sock") > LONGEST_SOCKET_PATH:
            self._sockets = Path(tempfile.mkdtemp(prefix="fcgi-auth-"))
            print(f"{self.state}: too long a path for sockets; they are in {self._sockets}", file=sys.stderr)

    def _addresses(self):
        try:
            return demo_site.listen_addresses(self.port)
        except OSError as error:
            raise StackError(f"port {self.port}: {error.strerror}") from error

    def _write_settings(self):
        lines = ["# Written at each start; set AUTH_* in the environment to change a value."]
        lines += [f"{name}={value}" for name, value in self.settings.items()]
        self.config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        # The options of sanitizers are for programs built with one; others do not look.
        kept = {name: value for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "TERM") or name.endswith("SAN_OPTIONS")}
        return kept | self.settings

    def _certificate(self):
        """A certificate for localhost, for 825 days, made once."""
        key, certificate = self.state / "tls/key.pem", self.state / "tls/cert.pem"
        if not (key.exists() and certificate.exists()):
            self._run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
                "-days", "825", "-keyout", key, "-out", certificate)

    def _keys(self):
        if not (Path(self.settings["AUTH_KEYS"]) / "signing.json").exists():
            self._run(self.build_dir / "fcgi-authctl", "--config", self.config, "key", "rotate")

    def _migrate(self):
        self._run(self.build_dir / "fcgi-authctl", "--config", self.config, "migrate")

    def _run(self, *command):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env=self._environment(), timeout=60)
        if done.returncode != 0:
            raise StackError(f"{Path(command[0]).name} ended with {done.returncode}\n{done.stderr}{done.stdout}")

    def _start_programs(self):
        commands = {name: [self.executable(name), "--config", self.config] for name in PROGRAMS}
        commands["echo"] = [sys.executable, demo_site.REPOSITORY / "scripts" / "echo.py"]
        for name, command in commands.items():
            self._start_program(name, command, listen(self.socket(name)))
        arguments = ["-c", self.state / "nginx/nginx.conf", "-e", self._log("nginx"), "-g", "daemon off;"]
        self._start_program("nginx", [shutil.which("nginx", path="/usr/sbin:/usr/bin") or "nginx", *arguments])

    def _start_program(self, name, command, listener=None):
        self.programs[name] = Program(
            name, command, self._environment(), self._log(name), listener, HASHING_NICENESS if name in HASHING else 0)
        self.programs[name].start()

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_LIMIT
        waiting = list(PROBES)
        while waiting:
            status = self._probe(waiting[0])
            if status is not None and status < 500:
                waiting.pop(0)
                continue
            late = time.monotonic() > deadline
            for name, program in self.programs.items():
                if program.starts > (1 if late else 3):
                    raise StackError(f"{name} does not stay up:\n" + "\n".join(self.log(name)[-12:]))
            if late:
                raise StackError(f"{waiting[0]} answers {status} after {START_LIMIT:.0f} s")
            time.sleep(0.01)

    def _probe(self, path):
        """The status of a GET, or None while nobody answers."""
        # Only whether this machine's own nginx is up; nothing is believed or sent.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=2, context=context)
        try:
            client.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return client.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            client.close()


def follow(directory: Path, stopping: threading.Event):
    """Copies what the programs log to standard error, from where each log ends now."""
    ends = {path: path.stat().st_size for path in directory.glob("*.log")}
    while not stopping.wait(0.05):
        for path in directory.glob("*.log"):
            with contextlib.suppress(OSError), open(path, "rb") as log:
                log.seek(ends.get(path, 0))
                sys.stderr.buffer.write(log.read())
                sys.stderr.buffer.flush()
                ends[path] = log.tell()


def main():
    options = argparse.ArgumentParser(description="Runs nginx and every program until interrupted.")
    options.add_argument("--port", type=int, default=8443, help="https port on localhost (8443)")
    options.add_argument("--state", default=".state", help="directory for everything written (.state/)")
    given = options.parse_args()
    stopping = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda *_: stopping.set())
    stack = Stack(given.state, given.port, env=dict(os.environ))
    threading.Thread(target=follow, args=(stack.state / "log", stopping), daemon=True).start()
    try:
        stack.start()
        print(f"ready {stack.base_url}", flush=True)
        stopping.wait()
    except StackError as error:
        sys.exit(f"{error}")
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
