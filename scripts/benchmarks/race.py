"""Contestants side by side: started, proven to refuse what they must, and loaded in turn, round by round."""

import contextlib
import dataclasses
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import load, processes, server
from benchmarks.contestants import Unavailable
from benchmarks.report import Column

BASE = "nginx"  # answers its own subrequest


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclasses.dataclass
class Turn:
    """One contestant's share of a round: processor time in microseconds a request.

    others   what everybody else on the machine took of it meanwhile, as a share of all processors
    """

    load: load.Load
    nginx: float
    verifier: float | None
    others: float


@dataclasses.dataclass
class Entry:
    contestant: object
    turns: list = dataclasses.field(default_factory=list)
    at_rest: float | None = None  # MiB
    loaded: float | None = None


# What one contestant may have, while the others are measured.
TROUBLE = (Unavailable, load.WrongAnswer, OSError, RuntimeError, subprocess.SubprocessError)


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
            except TROUBLE as error:
                fail(contestant, getattr(error, "stderr", None) or str(error))
        if not running:
            raise SystemExit("nobody could be started")
        nginx = server.Server(directory / "nginx", running)
        stopping.callback(nginx.stop)
        for contestant in running:
            prove(contestant)
        yield nginx, [contestant for contestant in running if not contestant.failure]


def fail(contestant, reason):
    """Keeps why, with the last that its program has said of itself."""
    contestant.failure = " ".join(f"{reason} {contestant.last_words()}".split())[:300]
    say(f"{contestant.name} IS NOT MEASURED: {contestant.failure}")


def prove(contestant):
    """A good credential passes and each bad one does not, or speed means nothing."""
    if (found := server.status(contestant.port, contestant.good)) != 200:
        return fail(contestant, f"a good credential was answered {found}")
    for reason, headers in contestant.refused.items():
        if (found := server.status(contestant.port, headers)) not in (401, 403):
            return fail(contestant, f"{reason}: answered {found}")


def turn(nginx, contestant, seconds):
    watched = {"nginx": nginx.worker} | ({"verifier": contestant.pid} if contestant.pid else {})
    began, busy, client = time.monotonic(), processes.busy_seconds(), processes.children_seconds()
    before = {who: processes.processor_seconds(pid) for who, pid in watched.items()}
    ((name, value),) = contestant.good.items()
    result = load.wrk(f"http://127.0.0.1:{contestant.port}/file", f"{name}: {value}", seconds)
    spent = {who: processes.processor_seconds(pid) - before[who] for who, pid in watched.items()}
    others = processes.busy_seconds() - busy - (processes.children_seconds() - client) - sum(spent.values())
    share = max(0.0, others / (time.monotonic() - began) / os.cpu_count())
    costs = {who: seconds / result.requests * 1e6 for who, seconds in spent.items()}
    return Turn(result, costs["nginx"], costs.get("verifier"), share)


def race(contestants, rounds, seconds):
    """An Entry for each contestant, in their order. Each round begins one place further on, so that none is always first."""
    with started(contestants) as (nginx, running):
        entries = {each.name: Entry(each) for each in contestants}
        for each in running:
            if each.pid:
                entries[each.name].at_rest = processes.resident(each.pid)
        for number in range(rounds):
            shift = number % max(1, len(running))
            for each in running[shift:] + running[:shift]:
                try:
                    entries[each.name].turns.append(turn(nginx, each, seconds))
                except TROUBLE as error:
                    fail(each, str(error))
            running = [each for each in running if not each.failure]
            say(f"round {number + 1} of {rounds}")
        for each in running:
            if each.pid:
                entries[each.name].loaded = processes.resident(each.pid)
    return list(entries.values())


def measured(entries, name):
    return next((each for each in entries if each.contestant.name == name and not each.contestant.failure), None)


def within_rounds(entry, other, pick):
    """The median of a figure's ratios, each of one round."""
    return statistics.median(pick(mine) / pick(theirs) for mine, theirs in zip(entry.turns, other.turns))


def more(entry, other):
    """Microseconds of the verifier for a request, in the middle of the rounds; None where there is none."""
    pairs = [(mine.verifier, its.verifier) for mine, its in zip(entry.turns, other.turns if other else [])]
    return statistics.median(mine - its for mine, its in pairs) if pairs and None not in pairs[0] else None


def row(entry, entries, beside):
    """Medians of the rounds by name; None is what does not apply. `beside` is whom to compare with, besides nginx."""
    who = {"who": entry.contestant.name, "checks": entry.contestant.checks}
    if entry.contestant.failure:
        return who | {"failure": entry.contestant.failure}

    def median(pick):
        found = [pick(each) for each in entry.turns]
        return None if None in found else statistics.median(found)

    def of(name, pick):
        other = measured(entries, name)
        return other and within_rounds(entry, other, pick)

    return who | {
        "rate": median(lambda each: each.load.rate), "of nginx": of(BASE, lambda each: each.load.rate),
        f"of {beside}": of(beside, lambda each: each.load.rate), f"p99 of {beside}": of(beside, lambda each: each.load.p99),
        f"over {beside}": more(entry, measured(entries, beside)),
        "p50": median(lambda each: each.load.p50), "p99": median(lambda each: each.load.p99),
        "nginx": median(lambda each: each.nginx), "verifier": median(lambda each: each.verifier),
        "at rest": entry.at_rest, "loaded": entry.loaded}


def columns(beside):
    return [
        Column("who", "who"), Column("checks", "checks"), Column("requests/s", "rate", "{:.0f}"),
        Column("of `return 204`", "of nginx", "{:.2f}"), Column(f"of {beside}", f"of {beside}", "{:.2f}"),
        Column("p50 ms", "p50", "{:.2f}"), Column("p99 ms", "p99", "{:.2f}"), Column("nginx µs", "nginx", "{:.1f}"),
        Column("verifier µs", "verifier", "{:.1f}"), Column("MiB at rest", "at rest", "{:.1f}"),
        Column("MiB after", "loaded", "{:.1f}")]


def steadiness(entries):
    """How far the machine was the same from round to round; nothing where there is nobody to tell by."""
    if not (base := measured(entries, BASE)):
        return []
    rates = [each.load.rate for each in base.turns]
    others = statistics.median(each.others for entry in entries for each in entry.turns)
    return [
        f"Rounds: {len(rates)}, in which `return 204` made {min(rates):.0f} to {max(rates):.0f} requests/s."
        f" Others took {others:.0%} of the machine meanwhile."]


def compared(entries, name, other):
    """One contestant beside another in a sentence; nothing where one is not there."""
    mine, theirs = measured(entries, name), measured(entries, other)
    if not (mine and theirs):
        return []
    rate, p99 = (within_rounds(mine, theirs, pick) for pick in (lambda each: each.load.rate, lambda each: each.load.p99))
    return [
        f"`{name}` beside `{other}`, medians of rounds: {rate:.2f} of the requests/s, p99 {p99:.2f} times,"
        f" {more(mine, theirs):+.1f} µs of verifier a request."]
