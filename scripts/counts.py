"""Sums test results: `counts.py DIRECTORY NAME:STATUS ...`.

DIRECTORY holds JUnit files; each NAME is a run that ended with STATUS. A run that failed without
a failed test to show for it (it crashed, or was stopped) counts as one failure.
"""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path


def count(path: Path) -> tuple[int, int, int]:
    """Tests passed, failed and skipped in one file."""
    passed = failed = skipped = 0
    for case in xml.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(directory: str, runs: list[str]):
    passed = failed = skipped = 0
    for run in runs:
        name, status = run.split(":")
        # Swift adds its own word to the name it is given.
        files = (Path(directory) / f"{name}{end}.xml" for end in ("", "-swift-testing"))
        counts = [count(path) for path in files if path.exists()]
        own = [sum(column) for column in zip((0, 0, 0), *counts)]
        if status != "0" and own[1] == 0:
            own[1] = 1
            print(f"{name}: ended with {status} without saying which test failed")
        print(f"{name}: {own[0]} passed, {own[1]} failed" + (f", {own[2]} skipped" if own[2] else ""))
        passed, failed, skipped = passed + own[0], failed + own[1], skipped + own[2]
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or passed == 0 else 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
