"""scripts/bench itself, for a second each: what it prints can be believed."""

import json
import os
import subprocess
import sys

import pytest
from site_under_test import BUILD, REPOSITORY

pytestmark = pytest.mark.jwt(reason="it starts sites of its own, of each kind")

from benchmarks import contestants, load, race, report  # noqa: E402


def bench(*words):
    return subprocess.run(
        [sys.executable, REPOSITORY / "scripts/bench.py", *map(str, words)], capture_output=True, text=True, timeout=60,
        env=os.environ | {"FCGI_AUTH_BUILD_DIR": str(BUILD)})


def cells(line):
    return [word.strip() for word in line.strip("|").split("|")]


def test_a_short_run_prints_each_contestant_with_its_ratio_and_puts_the_table_into_a_document(tmp_path):
    document = tmp_path / "page.md"
    places = [f"<!-- bench {key} -->\nold\n<!-- end -->\n" for key in ("machine", "verify")]
    document.write_text("before\n" + "".join(places) + "after\n")
    done = bench("--only", "ed25519,c-epoll", "--rounds", 1, "--seconds", 1, "--into", document)
    assert done.returncode == 0, done.stderr
    table = done.stdout.split("Verify\n\n")[1].split("\n\n")[0]
    lines = [cells(line) for line in table.splitlines()]
    rows = {line[0]: dict(zip(lines[0], line)) for line in lines[2:]}
    assert list(rows) == ["nginx", "c-epoll", "ed25519"]
    assert rows["nginx"]["of `return 204`"] == "1.00"
    for name in ("ed25519", "c-epoll"):
        assert 0 < float(rows[name]["of `return 204`"]) < 1.5
        assert float(rows[name]["verifier µs"]) > 0 and float(rows[name]["MiB at rest"]) > 0
    written = document.read_text()
    assert "old" not in written and written.startswith("before") and written.endswith("after\n")
    assert table in written and "kernel" in written


def test_an_unknown_name_is_refused_with_the_names_there_are():
    done = bench("--only", "ed25519,apache")
    assert done.returncode != 0 and "apache" in done.stderr and "c-epoll" in done.stderr, done
    assert not done.stdout


class Careless(contestants.C):
    """Checks nothing and says that it does."""

    def start(self, directory):
        super().start(directory)
        self.refused = {"tampered": contestants.cookie("x")}


class Absent(contestants.Contestant):
    def start(self, directory):
        raise contestants.Unavailable("no compiler")


def test_who_lets_a_bad_token_in_or_can_not_be_started_is_not_measured_but_named():
    everybody = [contestants.Nginx(race.BASE), Careless("careless", "epoll.c"), Absent("absent")]
    entries = race.race(everybody, 1, 1)
    rows = [race.row(entry, entries, "careless") for entry in entries]
    assert [each.contestant.name for each in entries if each.turns] == [race.BASE]
    table = report.Section("verify", "Verify", rows, race.columns("careless")).text()
    assert "**NOT MEASURED** `careless`: tampered: answered 200" in table
    assert "**NOT MEASURED** `absent`: no compiler" in table
    assert json.loads(json.dumps(rows))[1]["failure"]


def test_the_output_of_wrk_is_read_in_every_unit_it_uses():
    # wrk pads a unit of one letter with a space.
    output = """  Latency Distribution
     50%  931.00us
     75%    1.20ms
     90%  120.00ms
     99%    1.02s{space}
  2030 requests in 2.03s, 500.00KB read
Requests/sec:   1000.50
""".format(space=" ")
    assert load.parse(output) == load.Load(requests=2030, rate=1000.5, p50=0.931, p99=1020.0)
