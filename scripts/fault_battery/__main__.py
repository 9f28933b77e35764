"""`python3 scripts/fault_battery [--short] [ROW…]`: see scripts/faults."""

import argparse
import math
import pathlib
import sys
import time
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(ROOT / "Tests" / "EndToEnd"), str(ROOT / "scripts")]

import echo  # noqa: E402, F401  the tests' own, before scripts/echo.py can be taken for it
import figures  # noqa: E402
import rows_clock, rows_disk, rows_journal, rows_keys, rows_kill, rows_limits, rows_power, rows_soak  # noqa: E401, E402, F401
import rows_store, rows_upgrade  # noqa: E401, E402, F401


def run(row, size):
    """The row's figure; a row that breaks is one that missed its target."""
    start = time.monotonic()
    try:
        figure = figures.ROWS[row].run(size)
    except figures.NotRun as reason:
        figure = figures.Figure(f"NOT RUN: {reason}", met=False)
    except Exception:
        traceback.print_exc()
        figure = figures.Figure("BROKE: see above", met=False)
    figure.row, figure.seconds = row, time.monotonic() - start
    print(figure.line(), flush=True)
    return figure


def main():
    options = argparse.ArgumentParser(description="The reliability battery, row by row.")
    options.add_argument("rows", nargs="*", metavar="ROW", help="all of them by default")
    options.add_argument("--short", action="store_true", help="fewer rounds, for the tests")
    options.add_argument("--seconds", type=float, default=math.inf, help="a row begins no more rounds after so long")
    options.add_argument("--list", action="store_true", help="name the rows and end")
    given = options.parse_args()
    if given.list:
        for name, row in figures.ROWS.items():
            print(f"{name:14} {row.what}")
        return
    if unknown := set(given.rows) - set(figures.ROWS):
        sys.exit(f"no such row: {' '.join(sorted(unknown))}; --list names them")
    done = [run(row, figures.Size(not given.short, given.seconds)) for row in given.rows or figures.ROWS]
    print(figures.table(done))
    sys.exit(0 if all(figure.met for figure in done) else 1)


if __name__ == "__main__":
    main()
