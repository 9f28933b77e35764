"""Contestants side by side: started, proven to refuse what they must, and loaded in turn, round by round."""

import contextlib
import dataclasses
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import load, processes, server
from benchmarks.contestants import Unavailable

BASE, LEAST = "nginx", "c-epoll"  # answers its own subrequest; the C responder that checks nothing


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclasses.dataclass
class Turn:
    """One contestant's share of a round: processor time in microseconds a request."""

    load: load.Load
    nginx: float
    verifier: float | None


@dataclasses.dataclass
class Entry:
    contestant: object
    turns: list = dataclasses.field(default_factory=list)
    at_rest: float | None = None  # MiB
    loaded: float | None = None


@contextlib.contextmanager
def started(contestants):
    """The server and those that run and refuse what they must; of the others `failure` says why not."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, contextlib.ExitStack() as stopping:
        directory = Path(name)
        directory.chmod(0o755)
        running = []
        for contestant in contestants:
            say(f"starting {contestant.name}")
            place = directory / contestant.name
            place.mkdir()
            stopping.callback(contestant.stop)
            try:
                contestant.start(place)
                running.append(contestant)
            except (Unavailable, OSError, RuntimeError, subprocess.SubprocessError) as error:
                fail(contestant, getattr(error, "stderr", None) or str(error))
        if not running:
            raise SystemExit("nobody could be started")
        nginx = server.Server(directory / "nginx", running)
        stopping.callback(nginx.stop)
        for contestant in running:
            prove(contestant)
        yield nginx, [contestant for contestant in running if not contestant.failure]


def fail(contestant, reason):
    contestant.failure = " ".join(reason.split())[:200]
    say(f"{contestant.name} IS NOT MEASURED: {contestant.failure}")


def prove(contestant):
    """A good credential passes and each bad one does not, or speed means nothing."""
    if (found := server.status(contestant.port, contestant.good)) != 200:
        fail(contestant, f"a good credential was answered {found}")
    for reason, headers in contestant.refused.items():
        if (found := server.status(contestant.port, headers)) not in (401, 403):
            fail(contestant, f"{reason}: answered {found}")


def turn(nginx, contestant, seconds):
    watched = {"nginx": nginx.worker} | ({"verifier": contestant.pid} if contestant.pid else {})
    before = {who: processes.processor_seconds(pid) for who, pid in watched.items()}
    (name, value), = contestant.good.items() or [("X-Nobody", "1")]
    result = load.wrk(f"http://127.0.0.1:{contestant.port}/file", f"{name}: {value}", seconds)
    costs = {
        who: (processes.processor_seconds(pid) - before[who]) / result.requests * 1e6 for who, pid in watched.items()}
    return Turn(result, costs["nginx"], costs.get("verifier"))


def race(contestants, rounds, seconds):
    """An Entry for each contestant, in their order. Each round begins one place further on, so that none is always first."""
    with started(contestants) as (nginx, running):
        entries = {each.name: Entry(each) for each in contestants}
        for each in running:
            if each.pid:
                entries[each.name].at_rest = processes.resident(each.pid)
        for number in range(rounds):
            shift = number % len(running)
            for each in running[shift:] + running[:shift]:
                try:
                    entries[each.name].turns.append(turn(nginx, each, seconds))
                except load.WrongAnswer as error:
                    fail(each, str(error))
            running = [each for each in running if not each.failure]
            say(f"round {number + 1} of {rounds}")
        for each in running:
            if each.pid:
                entries[each.name].loaded = processes.resident(each.pid)
    return list(entries.values())


def row(entry, entries):
    """Medians of the rounds, and of the ratios within each round, as a dictionary; None is what does not apply."""
    if entry.contestant.failure:
        return {"who": entry.contestant.name, "checks": entry.contestant.checks, "failure": entry.contestant.failure}

    def median(pick):
        found = [pick(each) for each in entry.turns]
        return None if None in found else statistics.median(found)

    def of(name):
        other = next((each for each in entries if each.contestant.name == name and not each.contestant.failure), None)
        if other is None:
            return None
        return statistics.median(
            mine.load.rate / theirs.load.rate for mine, theirs in zip(entry.turns, other.turns))

    return {
        "who": entry.contestant.name, "checks": entry.contestant.checks, "rate": median(lambda each: each.load.rate),
        "of 204": of(BASE), f"of {LEAST}": of(LEAST),
        "p50": median(lambda each: each.load.p50), "p99": median(lambda each: each.load.p99),
        "nginx": median(lambda each: each.nginx), "verifier": median(lambda each: each.verifier),
        "at rest": entry.at_rest, "loaded": entry.loaded}
