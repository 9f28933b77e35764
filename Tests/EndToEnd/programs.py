"""A program run alone, outside the stack: to hand it sockets and signals as systemd or a shell would."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import tempfile

import fastcgi
from site_under_test import ACCESS_KIND, BUILD, eventually


def binary(program):
    if program == "verify" and ACCESS_KIND == "session":
        program = "verify-session"
    return str(pathlib.Path(BUILD) / f"fcgi-auth-{program}")


def command(site, program, *arguments):
    return [binary(program), "--config", str(site.configuration), *arguments]


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.endswith("SAN_OPTIONS")}
    return kept | extra


@contextlib.contextmanager
def listening(backlog=2048):
    """A listening unix socket of the test's own, and its path."""
    with tempfile.TemporaryDirectory(prefix="fcgi-auth-") as directory:
        path = pathlib.Path(directory) / "socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(backlog)
            yield listener, path


class Running:
    """A started program; on leaving it is ended and its standard error is in log."""

    def __init__(self, arguments, stdin=subprocess.DEVNULL, env=None, **options):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            arguments, stdin=stdin, stdout=subprocess.DEVNULL, stderr=self.errors, env=env or environment(), **options
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.close()

    @property
    def log(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    @property
    def alive(self):
        return self.process.poll() is None

    def end(self, signum=signal.SIGTERM, seconds=5):
        self.process.send_signal(signum)
        return self.process.wait(seconds)


@contextlib.contextmanager
def alone(site, program, **options):
    """The program on a socket at descriptor 0: the process and the socket's path."""
    with listening() as (listener, path):
        with Running(command(site, program), stdin=listener, **options) as running:
            assert eventually(lambda: answers(path, program)), running.log
            yield running, path


PLACES = dict(
    verify="/_auth/verify", signup="/auth/signup", login="/auth/login", refresh="/auth/refresh",
    logout="/auth/logout", account="/auth/me",
)  # fmt: skip


def answers(path, program):
    """Whether the program answers a harmless request with its own status."""
    with contextlib.suppress(OSError):
        return fastcgi.ask(path, fastcgi.get(PLACES[program]), timeout=2).status in (401, 405)
    return False
