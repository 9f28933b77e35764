"""User names beside another implementation of RFC 8265: the short form of scripts/precis."""

import subprocess

import site_under_test  # puts scripts/ in the path
from precis import PROBE, REPOSITORY, compare


def test_5000_generated_strings_are_the_names_that_precis_i18n_makes_of_them_or_are_refused():  # N 2.8
    if not PROBE.exists():
        build = "swift build -c release --static-swift-stdlib --product username-probe"
        subprocess.run(build.split(), cwd=REPOSITORY, check=True, timeout=280)
    outcomes, failures = compare(5000, seed=20)
    assert not failures, failures[:5]
    assert outcomes["both accept, the same name"] > 1500 and outcomes["both refuse"] > 2000, outcomes
