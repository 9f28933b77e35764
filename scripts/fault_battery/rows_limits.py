"""Descriptors and memory that run out, and clients that are slow (R-12, R-15)."""

import contextlib
import os
import resource
import socket
import tempfile
import threading
import time
from pathlib import Path

from faulty_site import Control, FaultySite
from figures import Figure, percentile, row
from ledger import Ledger
from rows_disk import THREADS
from site_under_test import PROGRAMS

LONGEST_RECOVERY = 5.0  # seconds


def limit(site, kind, headroom):
    """Sets each program's soft limit to what it uses now and so much more; returns how to undo it."""
    before = {}
    for name, pid in site.pids().items():
        before[pid] = resource.prlimit(pid, kind)
        resource.prlimit(pid, kind, (used(pid, kind) + headroom, before[pid][1]))

    def undo():
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, kind, limits)

    return undo


def used(pid, kind):
    if kind == resource.RLIMIT_NOFILE:
        return max(map(int, os.listdir(f"/proc/{pid}/fd"))) + 1
    return int(open(f"/proc/{pid}/statm").read().split()[0]) * resource.getpagesize()


def no_threads(site, control):
    """No thread can be started, of the programs that run and of one that starts meanwhile; returns how to undo it."""
    control[THREADS] = 1
    site.stack.kill("login")

    def undo():
        control[THREADS] = 0

    return undo


def shortages(site, control):
    """Each begins when called and returns how to undo it."""
    for kind, headrooms in ((resource.RLIMIT_NOFILE, (0, 1, 2, 4)), (resource.RLIMIT_AS, (0, 1 << 20, 8 << 20))):
        for headroom in headrooms:
            yield lambda: limit(site, kind, headroom)
    yield lambda: no_threads(site, control)


@row("R-12", "no descriptors, then no memory, then no threads, for a time")
def exhausted(size):
    seconds, recoveries, ended = size.pick(20, 2), [], 0
    with tempfile.TemporaryDirectory() as directory:
        control = Control(Path(directory) / "control")
        with FaultySite(shim="failing_io", variables={"FAULT_CONTROL": control.path}) as site:
            ledger = Ledger(site)
            with ledger.load(6):
                time.sleep(0.5)
                for begin in shortages(site, control):
                    before = site.pids()
                    undo = begin()
                    waiting = [connection(site, name) for name in PROGRAMS for _ in range(20)]
                    time.sleep(seconds / 4)
                    undo()
                    for peer in waiting:
                        peer.close()
                    recoveries.append(recovery(site))
                    ended += sum(before[name] != pid for name, pid in site.pids().items())
                time.sleep(0.5)
            figure = Figure(f"{len(recoveries)} shortages, {ledger.did()}", **ledger.compare(100))
    figure.measures = {"failed_meanwhile": len(ledger.failed), "programs_ended": ended,
                       "slowest_recovery_ms": round(1000 * max(recoveries))}
    return figure.expect(max(recoveries) < LONGEST_RECOVERY, "recovery took too long")


def recovery(site):
    """Seconds until a new user can sign up and log in."""
    start = time.monotonic()
    while time.monotonic() - start < 2 * LONGEST_RECOVERY:
        with contextlib.suppress(Exception):
            site.log_in(site.sign_up())[0].close()
            break
        time.sleep(0.02)
    return time.monotonic() - start


def connection(site, program):
    """A silent connection to a program's own socket, which takes a descriptor of it."""
    peer = socket.socket(socket.AF_UNIX)
    peer.setblocking(False)
    with contextlib.suppress(OSError):
        peer.connect(str(site.stack.socket(program)))
    return peer


@row("R-15", "clients that send a byte a second, through nginx")
def slow(size):
    count, seconds = size.pick(1000, 100), size.pick(20, 4)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with FaultySite() as site:
        calm = times(site, seconds)
        peers, done = [], threading.Event()
        head = b"POST /auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n"
        with site.client() as client:
            for number in range(count):
                plain = socket.create_connection(("127.0.0.1", site.stack.port))
                peer = client.context.wrap_socket(plain, server_hostname="localhost")
                # Half of them are slow in the header, half in the body.
                peer.sendall(head + b"X: " if number % 2 else head + b"\r\n{")
                peers.append(peer)

        def drip():
            while not done.wait(1):
                for peer in peers:
                    with contextlib.suppress(OSError):
                        peer.send(b"x")

        thread = threading.Thread(target=drip)
        thread.start()
        ledger = Ledger(site)
        busy = times(site, seconds, ledger)
        done.set()
        thread.join()
        for peer in peers:
            peer.close()
        result = ledger.compare()
        slow_failures = ledger.failed
    figure = Figure(f"{count} slow clients beside {len(busy)} requests ({len(calm)} when calm)", **result)
    figure.measures = {"calm_p99_ms": percentile(calm, 0.99), "p99_ms": percentile(busy, 0.99),
                       "ratio": f"{percentile(busy, 0.99) / max(percentile(calm, 0.99), 0.1):.2f}"}
    return figure.expect(not slow_failures, f"others' requests failed: {slow_failures[:2]}")


def times(site, seconds, ledger=None):
    """Seconds of each request of two ordinary clients."""
    ledger = ledger or Ledger(site)
    with ledger.load(2):
        time.sleep(seconds)
    return list(ledger.times)
