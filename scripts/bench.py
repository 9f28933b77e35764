"""What scripts/bench measures and prints: figures taken in turn in one run, as tables or as JSON."""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

import demo_site
from benchmarks import aims, report

# The question by its option, and who answers it: `sections` of a file in scripts/benchmarks.
MODES = {
    "verify": ("verify_table", "everybody who can answer auth_request, side by side; what is done without any option"),
    "first-sight": ("first_sight", "tokens never seen before, against openssl speed; memory"),
    "memory": ("first_sight", "the same as --first-sight"),
    "revocations": ("revocations", "a million live revocations against none"),
    "cold": ("cold", "from a start by the first request to its answer"),
    "sizes": ("sizes", "each program's size, and scripts/run to `ready`"),
}
# Scripts of their own, given what is left of the command line.
OTHERS = {"writes": "bench_writes", "growth": "bench_growth"}


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    for name, (_, what) in MODES.items():
        parser.add_argument(f"--{name}", action="store_true", help=what)
    for name, module in OTHERS.items():
        parser.add_argument(
            f"--{name}", action="store_true", help=f"scripts/{module}.py, with options of its own: --help after this")
    parser.add_argument("--all", action="store_true", help="every question above but the last two")
    parser.add_argument("--only", metavar="NAMES", help="in --verify these alone, by commas, and nginx")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median is taken (5)")
    parser.add_argument("--seconds", type=int, default=2, help="each contestant is loaded in a round (2)")
    parser.add_argument("--tokens", type=int, default=100_000, help="in --first-sight (100000)")
    parser.add_argument("--revoked", type=int, default=1_000_000, help="in --revocations (1000000)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--into", type=Path, metavar="FILE", help="also put the tables into this document, at their places")
    return parser


def other(words):
    """The command that the words ask another script for; None for our own questions."""
    for name, module in OTHERS.items():
        if f"--{name}" in words:
            script = demo_site.REPOSITORY / "scripts" / f"{module}.py"
            if not script.exists():
                raise SystemExit(f"there is no scripts/{module}.py")
            return [sys.executable, str(script), *(word for word in words if word != f"--{name}")]
    return None


def show(section):
    print(f"{section.title}\n\n{section.text()}\n", flush=True)


def main(words):
    if command := other(words):
        os.execv(command[0], command)
    parser = options()
    given = parser.parse_args(words)
    if min(given.rounds, given.seconds, given.tokens, given.revoked) < 1:
        parser.error("counts and seconds begin at 1")
    given.only = given.only.split(",") if given.only else []
    given.build_dir = Path(os.environ.get("FCGI_AUTH_BUILD_DIR") or demo_site.REPOSITORY / ".build" / "release")
    asked = [name for name in MODES if given.all or getattr(given, name.replace("-", "_"))] or ["verify"]
    sections = [report.machine()]
    for module in dict.fromkeys(MODES[name][0] for name in asked):
        for section in importlib.import_module(f"benchmarks.{module}").sections(given):
            sections.append(section)
            if not given.json:
                show(section)
    reached = aims.section(sections)
    if given.json:
        print(json.dumps({section.key: section.rows for section in [*sections, reached]}, indent=2, ensure_ascii=False))
    elif reached.rows:
        show(reached)
    if given.into:
        # Of a part of the questions the document's table of aims would lose the others.
        report.into(given.into, [*sections, reached] if given.all else sections)


if __name__ == "__main__":
    main(sys.argv[1:])
