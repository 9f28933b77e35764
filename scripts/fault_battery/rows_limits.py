"""Descriptors and memory that run out, and clients that are slow (R-12, R-15)."""

import contextlib
import os
import resource
import socket
import threading
import time

from faulty_site import FaultySite
from figures import Figure, percentile, row
from ledger import Ledger
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


@row("R-12", "no descriptors, then no memory, for a time")
def exhausted(size):
    seconds, recoveries, ended = size.pick(20, 2), [], 0
    with FaultySite() as site:
        ledger = Ledger(site)
        with ledger.load(6):
            time.sleep(0.5)
            for kind, headrooms in ((resource.RLIMIT_NOFILE, (0, 1, 2, 4)), (resource.RLIMIT_AS, (0, 1 << 20, 8 << 20))):
                for headroom in headrooms:
                    before = site.pids()
                    undo = limit(site, kind, headroom)
                    waiting = [connection(site, name) for name in PROGRAMS for _ in range(20)]
                    time.sleep(seconds / 4)
                    undo()
                    for peer in waiting:
                        peer.close()
                    start = time.monotonic()
                    with contextlib.suppress(Exception):
                        site.sign_up().client.close()
                    recoveries.append(time.monotonic() - start)
                    ended += sum(before[name] != pid for name, pid in site.pids().items())
            time.sleep(0.5)
        figure = Figure(f"{len(recoveries)} shortages, {ledger.did()}", **ledger.compare(100))
    figure.measures = {"failed_meanwhile": len(ledger.failed), "programs_ended": ended,
                       "slowest_recovery_ms": round(1000 * max(recoveries))}
    return figure.expect(max(recoveries) < LONGEST_RECOVERY, "recovery took too long")


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
