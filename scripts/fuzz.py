#!/usr/bin/env python3
"""Runs the fuzz targets and prints what came of each: cases, crashes, the slowest case, cases a second.

    scripts/fuzz SECONDS [TARGET...]     every target, or those named, for SECONDS each
    scripts/fuzz 3600 json --runs 10000000   until so many cases, at most SECONDS

What libFuzzer finds worth keeping stays in .build/fuzz/corpus, inputs that break a promise in
.build/fuzz/crashes. Ends with 1 if any was found. Standard library only.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SEEDS = REPOSITORY / "Tests" / "Fuzz" / "Corpus"
NAUGHTY = REPOSITORY / "Tests" / "Vectors" / "naughty-strings" / "blns.json"
WORK = REPOSITORY / ".build" / "fuzz"
SLOWEST_ALLOWED = 10.0  # milliseconds of processor time for one case; the program itself stops past it
MEMORY = 1024  # MiB; a case that takes more is a crash


def naughty_strings():
    """The published strings as seeds of every target, one file each."""
    directory = WORK / "naughty-strings"
    if not directory.exists():
        directory.mkdir(parents=True)
        for string in json.loads(NAUGHTY.read_text(encoding="utf-8")):
            data = string.encode("utf-8", "surrogatepass")
            (directory / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return directory


class Outcome:
    def __init__(self, target, status, output, crashes):
        self.target = target
        self.crashes = crashes
        self.output = output
        self.cases = self._number(r"number_of_executed_units: (\d+)")
        self.seconds = 0.0
        slowest = self._number(r"slowest_case_us: (\d+)")
        self.slowest = slowest / 1000 if slowest is not None else None
        self.failed = status != 0 or bool(crashes) or not self.cases or (self.slowest or 0) > SLOWEST_ALLOWED

    def _number(self, pattern):
        found = re.findall(pattern, self.output)
        return int(found[-1]) if found else None

    def row(self):
        rate = f"{(self.cases or 0) / self.seconds:,.0f}" if self.seconds else "-"
        slowest = f"{self.slowest:.2f}" if self.slowest is not None else "-"
        return f"{self.target:<16}{self.cases or 0:>14,}{len(self.crashes):>9}{slowest:>13}{rate:>12}"


def run(program, target, given):
    """One target in a process of its own."""
    corpus, crashes = WORK / "corpus" / target, WORK / "crashes" / target
    corpus.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(parents=True, exist_ok=True)
    known = set(crashes.iterdir())
    seeds = [path for path in (SEEDS / target, naughty_strings()) if path.is_dir()]
    options = [f"-max_total_time={given.seconds}", "-print_final_stats=1", f"-rss_limit_mb={MEMORY}", "-timeout=20",
               f"-artifact_prefix={crashes}/", "-reload=0", f"-seed={given.seed}", "-verbosity=0"]
    if given.runs:
        options.append(f"-runs={given.runs}")
    dictionary = SEEDS / f"{target}.dict"
    if dictionary.exists():
        options.append(f"-dict={dictionary}")
    environment = dict(os.environ)
    if given.address:
        environment |= {"FUZZ_NO_TIME_LIMIT": "1", "ASAN_OPTIONS": "detect_leaks=0"}
    began = time.monotonic()
    done = subprocess.run(["nice", str(program), target, *options, str(corpus), *map(str, seeds)],
                          capture_output=True, env=environment, timeout=given.seconds + 300)
    text = (done.stdout + done.stderr).decode(errors="replace")
    (WORK / f"{target}.log").write_text(text, encoding="utf-8")
    outcome = Outcome(target, done.returncode, text, sorted(set(crashes.iterdir()) - known))
    outcome.seconds = time.monotonic() - began
    return outcome


def main():
    options = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__.split("\n")[0])
    options.add_argument("seconds", type=int, nargs="?", default=10, help="for each target (10)")
    options.add_argument("targets", nargs="*", metavar="TARGET", help="all of them if none is named")
    options.add_argument("--runs", type=int, help="end a target after so many cases")
    options.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="targets at a time (2)")
    options.add_argument("--seed", type=int, default=0, help="of the generator; 0, the default, is another each time")
    options.add_argument("--address", action="store_true", help="with the address sanitizer")
    options.add_argument("--list", action="store_true", help="only names the targets")
    options.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    given = options.parse_args()
    listed = subprocess.run([given.program, "--list"], capture_output=True, text=True, check=True).stdout.split()
    if given.list:
        return print("\n".join(listed))
    if unknown := set(given.targets) - set(listed):
        options.error(f"no such target: {', '.join(sorted(unknown))} (there are {', '.join(listed)})")
    naughty_strings()
    print(f"{'target':<16}{'cases':>14}{'crashes':>9}{'slowest, ms':>13}{'cases/s':>12}", flush=True)
    failed = []
    with ThreadPoolExecutor(given.jobs) as pool:
        for outcome in pool.map(lambda target: run(given.program, target, given), given.targets or listed):
            print(outcome.row(), flush=True)
            if outcome.failed:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n{outcome.target}: {', '.join(map(str, outcome.crashes)) or 'no input kept'}; the whole: "
              f"{WORK / outcome.target}.log")
        print("\n".join(line for line in outcome.output.splitlines() if "Fatal error" in line or "ERROR" in line))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
