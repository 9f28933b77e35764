"""What scripts/flood does: many logins at once, and what the site is like meanwhile.

`Flood` is used by the tests too. Standard library only.
"""

import argparse
import collections
import contextlib
import http.client
import json
import multiprocessing
import os
import re
import select
import socket
import ssl
import sys
import tempfile
import time
from pathlib import Path

from stack import HASHING, Stack
from supervisor import lower_priority

PASSWORD = "a password for the flood of logins"
ADDRESSES = 50  # of 127.0.0.0/8, so that no limit for one client hides the hashing
KNOWN = 20  # accounts; a third of the logins go to each kind of name
BASE_MEMORY = 40 << 20  # bytes of one program besides hashing: itself, and the threads that wait
MOST_OF_BOUND = 1.10
MOST_OF_CALM = 2.0
ANSWER_LIMIT = 60.0  # seconds


def context():
    # Only whether this machine's own nginx answers; nothing is believed.
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


def connect(port, tls, source="127.0.0.1", timeout=ANSWER_LIMIT):
    client = http.client.HTTPSConnection(
        "127.0.0.1", port, timeout=timeout, context=tls, source_address=(source, 0))
    client.connect()
    return client


def send(client, method, target, value=None, headers=()):
    body = json.dumps(value) if value is not None else None
    kind = {"Content-Type": "application/json"} if value is not None else {}
    client.request(method, target, body, {"Host": "localhost", **kind, **dict(headers)})


def ask(client, method, target, value=None, headers=()):
    send(client, method, target, value, headers)
    answer = client.getresponse()
    answer.content = answer.read()
    return answer


def sign_up(port, name, password=PASSWORD):
    """The access token of a new account."""
    with contextlib.closing(connect(port, context())) as client:
        answer = ask(client, "POST", "/auth/signup", dict(username=name, password=password, delivery="body"))
        if answer.status != 201:
            raise SystemExit(f"sign-up: {answer.status} {answer.content[:200]!r}")
        return json.loads(answer.content)["access_token"]


def logins(count):
    """Names and passwords: a third right, a third wrong, a third of nobody."""
    for number in range(count):
        name = f"flood-{number // 3 % KNOWN}"
        yield [(name, PASSWORD), (name, "not " + PASSWORD), (f"nobody-{number}", PASSWORD)][number % 3]


def flood(port, count, outcomes):
    """Sends all logins before any answer is read; a process of its own. Puts (status, retry, seconds) for each."""
    # Visitors' machines are elsewhere: what theirs would do is not to take this one's time.
    os.setsid()
    lower_priority(os.getpid(), 19)
    tls = context()
    clients = [connect(port, tls, f"127.0.1.{1 + number % ADDRESSES}") for number in range(count)]
    outcomes.put("connected")
    began, waiting = {}, {}
    for client, (name, password) in zip(clients, logins(count)):
        began[client] = time.monotonic()
        send(client, "POST", "/auth/login", dict(username=name, password=password))
        waiting[client.sock.fileno()] = client
    told = []
    poller = select.poll()
    for descriptor in waiting:
        poller.register(descriptor, select.POLLIN)
    while waiting:
        ready = poller.poll(ANSWER_LIMIT * 1000)
        if not ready:
            break
        for descriptor, _ in ready:
            poller.unregister(descriptor)
            client = waiting.pop(descriptor)
            try:
                answer = client.getresponse()
                answer.read()
                told.append((answer.status, answer.getheader("Retry-After"), time.monotonic() - began[client]))
            except (OSError, http.client.HTTPException) as error:
                told.append((type(error).__name__, None, time.monotonic() - began[client]))
    told += [("none", None, ANSWER_LIMIT)] * len(waiting)
    outcomes.put(told)


def measure(port, token, stop, outcomes, pause=0.005):
    """Asks for a protected page on a kept connection until told to stop; a process of its own."""
    client = connect(port, context(), "127.0.0.1")
    times, wrong = [], 0
    while not stop.is_set():
        began = time.monotonic()
        answer = ask(client, "GET", "/private/", headers={"Cookie": f"__Host-access={token}"})
        times.append((began, time.monotonic() - began))
        wrong += answer.status != 200
        time.sleep(pause)
    outcomes.put((times, wrong))


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def peak(pid):
    """Bytes that were resident at most (VmHWM)."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10


def hashing_memory(stack):
    """Bytes of all hashes together, as the login program said when it started."""
    found = re.findall(r"hashing_mebibytes=\"?(\d+)", "\n".join(stack.log("login")))
    return int(found[-1]) << 20


class Flood:
    """One flood against a running stack; what it found is in its attributes.

    statuses, longest, malformed (503 or 429 without whole seconds), calm and loaded (seconds of verify),
    peaks (bytes by program), bound (bytes of one program), died (programs that ended)
    """

    def __init__(self, stack, count, calm=5.0, during=None):
        for number in range(KNOWN):
            sign_up(stack.port, f"flood-{number}")
        token = sign_up(stack.port, "flood-visitor")
        self.bound = hashing_memory(stack) + BASE_MEMORY
        starts = {name: program.starts for name, program in stack.programs.items()}
        fork = multiprocessing.get_context("fork")
        stop, verified, told = fork.Event(), fork.Queue(), fork.Queue()
        sender = fork.Process(target=flood, args=(stack.port, count, told), daemon=True)
        visitor = fork.Process(target=measure, args=(stack.port, token, stop, verified), daemon=True)
        visitor.start()
        time.sleep(calm)
        ended = time.monotonic()
        sender.start()
        assert told.get(timeout=60) == "connected"
        began = time.monotonic()
        if during:
            during()
        outcomes = told.get(timeout=ANSWER_LIMIT + 60)
        finished = time.monotonic()
        stop.set()
        times, self.verify_failures = verified.get(timeout=30)
        sender.join(10)
        visitor.join(10)
        self.calm = [seconds for at, seconds in times if at < ended]
        self.loaded = [seconds for at, seconds in times if began <= at < finished]
        self.seconds = finished - began
        self.statuses = collections.Counter(status for status, _, _ in outcomes)
        self.longest = max(seconds for _, _, seconds in outcomes)
        self.malformed = [
            (status, retry) for status, retry, _ in outcomes
            if status in (429, 503) and not (retry and retry.isdigit() and int(retry) >= 1)]
        self.peaks = {name: peak(stack.pid(name)) for name in HASHING}
        self.died = [name for name, program in stack.programs.items() if program.starts != starts[name]]


def table(result):
    """Prints the figures; returns what is broken."""
    broken = []

    def row(name, value, held=None):
        print(f"  {name:38} {value}{'' if held is None else '   ok' if held else '   BROKEN'}")
        if held is False:
            broken.append(name)

    mebi = lambda size: f"{size / (1 << 20):.1f} MiB"  # noqa: E731
    row("answers", dict(result.statuses), set(result.statuses) <= {200, 401, 429, 503})
    row("503 and 429 without Retry-After", len(result.malformed), not result.malformed)
    row("longest answer, all", f"{result.longest:.2f} s, {result.seconds:.2f} s")
    row("processes that died", ", ".join(result.died) or 0, not result.died)
    row("memory of one program, stated bound", mebi(result.bound))
    for name, size in result.peaks.items():
        ratio = size / result.bound
        row(f"  peak of {name}", f"{mebi(size)}, ratio {ratio:.2f}", ratio <= MOST_OF_BOUND)
    for share, label in ((0.5, "median"), (0.99, "p99")):
        calm, loaded = percentile(result.calm, share), percentile(result.loaded, share)
        row(f"verify {label}: calm, flood, ratio",
            f"{calm * 1e3:.2f} ms, {loaded * 1e3:.2f} ms, {loaded / calm:.2f}",
            loaded <= MOST_OF_CALM * calm if share == 0.99 else None)
    row("verify: answers calm, flood, wrong",
        f"{len(result.calm)}, {len(result.loaded)}, {result.verify_failures}", result.verify_failures == 0)
    return broken


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--logins", type=int, default=1000, help="at once (1000)")
    options.add_argument("--calm", type=float, default=10.0, help="seconds of verify before (10)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        with Stack(Path(directory) / "s", env=dict(os.environ)) as stack:
            result = Flood(stack, given.logins, given.calm)
            print(f"{given.logins} logins at once, {os.cpu_count()} processors")
            broken = table(result)
            time.sleep(12)
            at_rest = {name: f"{resident(stack.pid(name)) / (1 << 20):.1f}" for name in HASHING}
            print(f"  MiB resident 12 s later                {at_rest}")
    if broken:
        sys.exit("broken: " + ", ".join(broken))


if __name__ == "__main__":
    main()
