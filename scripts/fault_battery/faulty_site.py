"""A running site to which faults can be done: its programs started through a shim, its directories on small disks."""

import contextlib
import itertools
import mmap
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

import site_under_test
from client import Client, _Connection
from figures import NotRun
from site_under_test import BUILD, PROGRAMS, Site
from stack import Stack

HERE = pathlib.Path(__file__).parent
# As cheap as a hash may be: what is tried here is not the hash.
LIGHT = {"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"}
WRITERS = ("signup", "login", "refresh", "logout", "account")


class ShimmedStack(Stack):
    """Puts words before the command of each program: `env LD_PRELOAD=…`."""

    words = ()
    before_programs = staticmethod(lambda: None)

    def _start_programs(self):
        self.before_programs()
        super()._start_programs()

    def _start_program(self, name, command, listener=None):
        if name in PROGRAMS and self.words:
            command = ["/usr/bin/env", *self.words, *command]
        super()._start_program(name, command, listener)


class LocalClient(Client):
    """From a loopback address of its own: what one network may ask for is not what is tried here."""

    numbers = itertools.count()

    def __init__(self, base_url, certificate):
        super().__init__(base_url, certificate)
        number = next(self.numbers)
        self.address = f"127.{number // 250 % 250 + 1}.{number % 250 + 1}.1"

    def connect(self):
        self._connection = _Connection("127.0.0.1", self.port, timeout=30, context=self.context, source_address=(self.address, 0))
        self._connection.connect()
        self._used = time.monotonic()


class FaultySite(Site):
    """prepare(state)   before anything is started, as to mount a disk
    shim, variables     a C file of this folder under every program, and its environment
    before_programs     called with the site when the store is made and nothing runs yet"""

    def __init__(self, prepare=None, shim=None, variables=None, before_programs=None, **env):
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="fcgi-auth-"))
        self.undo = contextlib.ExitStack()
        self.undo.callback(shutil.rmtree, self.state, ignore_errors=True)
        try:
            if prepare:
                prepare(self)
            self.stack = ShimmedStack(self.state, env=LIGHT | {name: str(value) for name, value in env.items()} | self.settings, build_dir=BUILD)
            if shim:
                library = compiled(shim, self.state)
                self.stack.words = [f"LD_PRELOAD={library}", *(f"{k}={v}" for k, v in (variables or {}).items())]
            if before_programs:
                self.stack.before_programs = lambda: before_programs(self)
            self.stack.start()
        except BaseException:
            self.undo.close()
            raise
        site_under_test.STARTED.append(self)

    # What `prepare` may add to.
    @property
    def settings(self):
        return self.__dict__.setdefault("more_settings", {})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self in site_under_test.STARTED:
            site_under_test.STARTED.remove(self)
            self.stack.stop()
            self.undo.close()

    def client(self):
        return LocalClient(self.base_url, self.certificate)

    @property
    def store(self):
        return pathlib.Path(self.stack.settings["AUTH_STORE"].removeprefix("sqlite://"))

    @property
    def journal(self):
        return pathlib.Path(self.stack.settings["AUTH_RUNTIME"]) / "revocations"

    def pids(self):
        return {name: self.stack.pid(name) for name in PROGRAMS}

    def crashes(self):
        """Lines in which a program ended by a signal that nobody sent."""
        text = self.every_log()
        return [line for line in text.splitlines()
                if "Fatal error" in line or any(f"ended with -{number}" in line for number in (4, 6, 7, 8, 11, 31))]


def compiled(shim, directory):
    """The C file of this folder as a library to preload."""
    library = directory / f"{shim}.so"
    done = subprocess.run(["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-o", library, HERE / f"{shim}.c", "-ldl"],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise NotRun(f"no compiler: {done.stderr.strip()[:200]}")
    return library


class Control:
    """Numbers shared with a shim: 64-bit signed integers in a mapped file."""

    def __init__(self, path, count=8):
        self.path = path
        path.write_bytes(b"\0" * 8 * count)
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 8 * count)

    def __getitem__(self, index):
        return struct.unpack_from("<q", self._map, 8 * index)[0]

    def __setitem__(self, index, value):
        struct.pack_into("<q", self._map, 8 * index, value)


def mount(site, name, size, *options):
    """A small disk of its own under the state directory, gone when the site stops."""
    if os.geteuid() != 0:
        raise NotRun("needs root, to mount a small disk")
    path = site.state / name
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", "mode=0700", *options]), "tmpfs", path],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise NotRun(f"a small disk can't be mounted: {done.stderr.strip()}")
    site.undo.callback(subprocess.run, ["umount", "--lazy", str(path)], stderr=subprocess.DEVNULL)
    return path


def fill(directory):
    """Takes all the space there is; returns the file to remove."""
    path = directory / "filler"
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    return path
