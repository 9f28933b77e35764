"""How soon a program answers that its first request starts, as with systemd's socket activation, and who is answered.

Cold is the process, not the disk: its file was read before.
"""

import select
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.contestants import build
from benchmarks.ours import sign_up
from benchmarks.report import Column, Section
from benchmarks.revocations import fill
from benchmarks.verify_table import LEAST
from stack import PROGRAMS, Stack
from supervisor import listen

STARTS = 20
WAITING, MEANWHILE = 50, 50  # requests sent before the start, and while it starts
ANSWER_LIMIT = 10.0  # seconds
BEGIN, PARAMS, STDIN, RESPONDER = 1, 4, 5, 1  # FastCGI 1.0, sections 3.3 and 6.2
PLACES = {
    "verify": "/_auth/verify", "signup": "/auth/signup", "login": "/auth/login", "refresh": "/auth/refresh",
    "logout": "/auth/logout", "account": "/auth/me"}


def request(path, token):
    """A whole GET, after whose answer the program closes the connection."""
    parameters = {"REQUEST_METHOD": "GET", "REQUEST_URI": path, "DOCUMENT_URI": path, "REMOTE_ADDR": "127.0.0.1"}
    if token:
        parameters["HTTP_COOKIE"] = f"__Host-access={token}"
    pairs = b"".join(
        struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name.encode() + value.encode()
        for name, value in parameters.items())
    record = lambda kind, content=b"": struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content  # noqa: E731
    return b"".join([
        record(BEGIN, struct.pack(">HB5x", RESPONDER, 0)), record(PARAMS, pairs), record(PARAMS), record(STDIN)])


def send(path, message):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(ANSWER_LIMIT)
    client.connect(str(path))
    client.sendall(message)
    return client


def answer(client):
    """The status, or None when there was no answer."""
    said = b""
    try:
        while part := client.recv(65536):
            said += part
    except OSError:
        return None
    finally:
        client.close()
    _, found, rest = said.partition(b"Status: ")
    return int(rest[:3]) if found else None


def start_once(command, message, directory):
    """Seconds to the first answer, and the statuses of all."""
    path = directory / "s"
    with listen(path) as listener:
        clients = [send(path, message) for _ in range(WAITING)]
        began = time.monotonic()
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(command, stdin=listener, stdout=nowhere, stderr=nowhere, env={}) as process:
            try:
                clients += [send(path, message) for _ in range(MEANWHILE)]
                ready, _, _ = select.select(clients, [], [], ANSWER_LIMIT)
                first = time.monotonic() - began
                return (first if ready else None), [answer(client) for client in clients]
            finally:
                process.terminate()


def least():
    """The C responder that checks nothing: what starting a process and libfcgi cost."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        program = build(Path(directory), "epoll.c")
        return measure(LEAST, [program], request("/_auth/verify", None), {204})


def ours(stack, name, token, revoked=0):
    label = stack.executable(name).name + (f", {revoked:,} revocations" if revoked else "")
    command = [stack.executable(name), "--config", stack.config]
    if name == "verify":
        return measure(label, command, request(PLACES[name], token), {204})
    return measure(label, command, request(PLACES[name], None), {401, 405})


def measure(label, command, message, expected):
    times, lost = [], 0
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        for _ in range(STARTS):
            first, statuses = start_once(command, message, Path(directory))
            lost += sum(status not in expected for status in statuses)
            if first is None:
                return {"who": label, "failure": f"no answer within {ANSWER_LIMIT:.0f} s"}
            times.append(first * 1000)
    return {"who": label, "median": statistics.median(times), "worst": max(times),
            "sent": STARTS * (WAITING + MEANWHILE), "lost": lost}


def sections(given):
    rows = [least()]
    for access, names in (("jwt", PROGRAMS), ("session", ["verify"])):
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            with Stack(Path(directory) / "s", env={"AUTH_ACCESS": access}, build_dir=given.build_dir) as stack:
                token = sign_up(stack, "bench")
                rows += [ours(stack, name, token) for name in names]
                if access == "jwt":
                    fill(stack, given.revoked)
                    rows.append(ours(stack, "verify", token, given.revoked))
    yield Section(
        "cold", "Cold start, from the start of the process to the first answer", rows,
        [Column("program", "who"), Column("median ms", "median", "{:.1f}"),
         Column(f"worst of {STARTS} ms", "worst", "{:.1f}"), Column("requests sent before and meanwhile", "sent", "{:d}"), Column("lost", "lost", "{:d}")])
