"""The short form of scripts/faults: nothing acknowledged is lost, nobody is wrongly let in or thrown out.

Rows that other tests have in full are not repeated: R-1 and R-3 in test_kill.py, R-7 in test_store.py, R-20 in
test_revocation.py, R-23 in test_identity_mixing.py. R-2 and R-11 are there for the most part (test_kill.py,
test_key_rollover.py), and whole in scripts/faults.
"""

import os
import pathlib
import subprocess

import pytest

BATTERY = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "fault_battery"
LONGEST = 100  # seconds
# Which kind access tokens are makes no difference to the battery: once is enough.
pytestmark = pytest.mark.jwt("the battery's sites have JWTs")
NEED_ROOT = {"R-6", "R-6 read-only", "journal full"}
ROWS = [
    "R-4", "R-5", "R-6", "R-6 read-only", "R-8", "R-9", "R-10", "R-10 drift", "R-12", "R-15", "R-17", "R-19", "R-22",
    "R-24", "journal full", "journal damaged",
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_row_of_the_battery_meets_its_target(row):
    private = ["unshare", "--mount", "--propagation", "private"] if os.geteuid() == 0 else []
    if row in NEED_ROOT and not private:
        pytest.skip("only root may mount a small disk")
    command = [*private, "/usr/bin/python3", str(BATTERY), "--short", row]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0 and f"FIGURE {row} met" in done.stdout, done.stdout + done.stderr
