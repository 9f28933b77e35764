"""How large each program is, and how long the demo takes to be ready."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import demo_site
from benchmarks.report import Column, Section

PROGRAMS = [f"fcgi-auth-{name}" for name in ("verify", "verify-session", "signup", "login", "refresh", "logout", "account")]


def sections(given):
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        for name in (*PROGRAMS, "fcgi-authctl"):
            copy = shutil.copy(Path(given.build_dir) / name, directory)
            subprocess.run(["strip", copy], check=True)
            rows.append({"who": name, "size": Path(copy).stat().st_size / 1e6})
    yield Section("sizes", "Sizes", rows, [Column("program", "who"), Column("MB, stripped", "size", "{:.1f}")])
    first, second = ready()
    yield Section(
        "ready", "From scripts/run to its `ready`, everything built", [{"first": first, "second": second}],
        [Column("first start, keys too, s", "first", "{:.2f}"), Column("second start, s", "second", "{:.2f}")])


def ready():
    figures = []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(2):
            start = time.monotonic()
            port = str(demo_site.free_port())
            command = [demo_site.REPOSITORY / "scripts/run", "--port", port, "--state", f"{directory}/s"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
                if any(line.startswith("ready ") for line in process.stdout):
                    figures.append(time.monotonic() - start)
                process.terminate()
                process.communicate(timeout=20)
    if len(figures) < 2:
        raise SystemExit("scripts/run did not become ready")
    return figures
