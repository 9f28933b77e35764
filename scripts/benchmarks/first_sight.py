"""Tokens that verify has never seen, each asked once: the signature's own cost, and what remembering them takes."""

import re
import statistics
import subprocess
import uuid

from benchmarks import load, processes, server, tokens
from benchmarks.contestants import build
from benchmarks.ours import ours
from benchmarks.race import say, started
from benchmarks.report import Column, Section
from stack import PROGRAMS

SPEED_SECONDS = 3


def minted(contestant, count, file):
    """Writes so many distinct tokens of one user, all signed by the site's own key, each of a session of its own."""
    header, said = tokens.opened(contestant.token)
    key = contestant.signing_key()
    with open(file, "w", encoding="ascii") as lines:
        for _ in range(count):
            fresh = {name: str(uuid.uuid4()) for name in ("jti", "sid") if name in said}
            lines.write(tokens.token(key, said | fresh, header) + "\n")


def openssl_verifications():
    """A second, on one core."""
    output = subprocess.run(
        ["openssl", "speed", "-seconds", str(SPEED_SECONDS), "ed25519"],
        check=True, capture_output=True, text=True, timeout=60).stdout
    return float(re.search(r"Ed25519\).*\s([\d.]+)$", output, re.M)[1])


def ask_once_each(nginx, contestant, client, file, count):
    """Requests a second, and microseconds of processor time of each that took part, the client as well."""
    watched = {"nginx": nginx.worker, "verifier": contestant.pid}
    before = {who: processes.processor_seconds(pid) for who, pid in watched.items()}
    earlier = processes.children_seconds()
    output = subprocess.run(
        [client, str(contestant.port), str(load.CONNECTIONS), file],
        check=True, capture_output=True, text=True, timeout=300).stdout
    words = output.split()
    found = dict(zip(words[::2], map(float, words[1::2])))
    if (found["answered"], found["wrong"]) != (count, 0):
        raise SystemExit(f"not every token was let in: {output}")
    costs = {who: (processes.processor_seconds(pid) - before[who]) / count * 1e6 for who, pid in watched.items()}
    costs["client"] = (processes.children_seconds() - earlier) / count * 1e6
    return {"rate": count / found["seconds"], "p50": found["p50"], "p99": found["p99"]} | costs


def measure(build_dir, rounds, count):
    """Lists of rows for the tokens' first sight and for the same tokens again, and the memory of every program at rest."""
    contestant = ours(build_dir)[0]
    first, again = [], []
    with started([contestant]) as (nginx, running):
        if not running:
            raise SystemExit(contestant.failure)
        at_rest = {name: processes.resident(contestant.stack.pid(name)) for name in PROGRAMS}
        file, client = contestant.stack.state / "tokens", build(contestant.stack.state, "each_once.c")
        say(f"signing {count} tokens")
        minted(contestant, count, file)
        for number in range(rounds):
            # A new process has seen none of them.
            contestant.stack.restart("verify")
            if server.status(contestant.port, contestant.good) != 200:
                raise SystemExit("a good token was turned away")
            rest = processes.resident(contestant.pid)
            before = openssl_verifications()
            turns = [ask_once_each(nginx, contestant, client, file, count) for _ in range(2)]
            allowed = statistics.mean((before, openssl_verifications()))
            loaded = processes.resident(contestant.pid)
            for rows, found in zip((first, again), turns):
                share = found["rate"] / allowed
                rows.append(found | {"openssl": allowed, "share": share, "at rest": rest, "loaded": loaded})
            say(f"round {number + 1} of {rounds}")
    return first, again, at_rest


def medians(rows):
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def sections(given):
    first, again, at_rest = measure(given.build_dir, given.rounds, given.tokens)
    rows = [{"what": f"{given.tokens} tokens, each for the first time"} | medians(first),
            {"what": "the same tokens again"} | medians(again)]
    yield Section(
        "first-sight", "First sight of a token (Ed25519)", rows,
        [Column("", "what"), Column("requests/s", "rate", "{:.0f}"),
         Column("openssl speed, verifications/s", "openssl", "{:.0f}"), Column("share", "share", "{:.2f}"),
         Column("p50 ms", "p50", "{:.2f}"), Column("p99 ms", "p99", "{:.2f}"),
         Column("verify µs", "verifier", "{:.1f}"), Column("nginx µs", "nginx", "{:.1f}"),
         Column("client µs", "client", "{:.1f}"), Column("MiB at rest", "at rest", "{:.1f}"),
         Column("MiB after", "loaded", "{:.1f}")])
    memory = [{"program": name, "at rest": size} for name, size in at_rest.items()]
    memory[0]["loaded"] = rows[0]["loaded"]
    yield Section(
        "memory", "Memory", memory,
        [Column("program", "program"), Column("MiB at rest", "at rest", "{:.1f}"),
         Column(f"MiB after {given.tokens} tokens", "loaded", "{:.1f}")])
