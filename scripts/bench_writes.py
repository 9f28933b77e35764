"""What a commit for many requests gains over a commit for each, and how much of libargon2's rate logins reach:
figures taken in turn in one run. `python3 scripts/bench_writes.py [--rounds N] [--seconds N] [--json]`"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import demo_site
import write_load
from filled_store import FilledStore
from stack import HASHING_NICENESS, Stack

RELEASE = demo_site.REPOSITORY / ".build" / "release"
PRODUCTS = ("commit-probe", "hash-probe", "ungrouped-refresh", "ungrouped-logout")
PASSWORD = "a password for benchmarks"
CLIENTS = 32
MEMORY_KIB, PASSES = 19_456, 2  # the programs' defaults
MOST_REQUESTS = 30_000  # a second


def build_probes():
    for product in PRODUCTS:
        if not (RELEASE / product).exists():
            subprocess.run(["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product],
                           check=True, cwd=demo_site.REPOSITORY, stdout=subprocess.DEVNULL)


def disk(directory, seconds):
    """Waits for the disk a second, one after the other, each for 12 KiB: about what a refresh writes."""
    with open(Path(directory) / "disk", "wb") as file:
        file.write(bytes(8 << 20))
        os.fsync(file.fileno())
        count, end, block = 0, time.monotonic() + seconds, os.urandom(12 << 10)
        while time.monotonic() < end:
            os.pwrite(file.fileno(), block, count * len(block) % (8 << 20))
            os.fdatasync(file.fileno())
            count += 1
    return count / seconds


def probe(path, mode, work, threads, seconds):
    output = subprocess.run([RELEASE / "commit-probe", path, mode, work, str(threads), str(seconds)],
                            check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    rate, median, worst = map(int, output.split())
    return {"rate": rate, "p50": median, "p99": worst}


def at_the_store(directory, rounds, seconds):
    """Transactions of the programs, without HTTP. `disk` is how often one can wait for this disk."""
    configuration = Path(directory) / "probe.conf"
    path = Path(directory) / "probe.sqlite"
    configuration.write_text(f"AUTH_ISSUER=https://localhost\nAUTH_STORE=sqlite://{path}\n"
                             f"AUTH_KEYS={directory}\nAUTH_RUNTIME={directory}\n")
    subprocess.run([RELEASE / "fcgi-authctl", "--config", configuration, "migrate"], check=True, capture_output=True)
    rows = {"disk": []}
    for _ in range(rounds):
        rows["disk"].append({"rate": disk(directory, seconds / 2)})
        for work in ("refresh", "signup", "logout"):
            for mode in ("single", "group"):
                rows.setdefault(f"{work} {mode}", []).append(probe(path, mode, work, CLIENTS, seconds))
    return rows


@contextlib.contextmanager
def site(directory, name, replaced):
    """A site on the disk that `directory` is on, its journal in memory as on a real machine."""
    programs = Path(directory) / f"{name}-programs"
    programs.mkdir()
    for program in RELEASE.glob("fcgi-auth*"):
        if os.access(program, os.X_OK) and program.is_file():
            (programs / program.name).symlink_to(RELEASE / replaced.get(program.name, program.name))
    port = demo_site.free_port()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as runtime:
        with Stack(Path(directory) / name, build_dir=programs, env={"AUTH_RUNTIME": runtime},
                   nginx_http=write_load.SERVER.format(port=port)) as stack:
            stack.ctl("user", "add", "first", input=PASSWORD + "\n").check_returncode()
            store = FilledStore(stack)
            store.add_users(1000, store.digest("first"))
            yield stack, port, store


def through_nginx(directory, rounds, seconds):
    rows = {}
    replaced = {f"fcgi-auth-{verb}": f"ungrouped-{verb}" for verb in ("refresh", "logout")}
    with site(directory, "single", replaced) as single, site(directory, "group", {}) as group:
        for _ in range(rounds):
            for program in ("refresh", "logout"):
                for mode, (stack, port, store) in (("single", single), ("group", group)):
                    sessions = store.add_sessions(seconds * MOST_REQUESTS)
                    bodies = [json.dumps({"refresh_token": store.token(session)}) for session in sessions]
                    rows.setdefault(f"{program} {mode}", []).append(
                        write_load.measure(stack, port, program, bodies, seconds, CLIENTS, directory))
    return rows


def hashes(threads, seconds):
    """At the niceness of the programs that hash, so that other work on the machine costs both the same."""
    output = subprocess.run(
        ["nice", "-n", str(HASHING_NICENESS), RELEASE / "hash-probe", *map(str, (threads, seconds, MEMORY_KIB, PASSES))],
        check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    rate, processor = map(float, output.split())
    return {"rate": rate, "cpu": processor}


def logins(directory, rounds, seconds):
    """Logins with as many hashes at once as the raw library has threads: one for each processor."""
    threads = len(os.sched_getaffinity(0))
    rows = {"libargon2": [], "login": []}
    with site(directory, "login", {}) as (stack, port, _):
        for _ in range(rounds):
            rows["libargon2"].append(hashes(threads, seconds))
            bodies = [json.dumps({"username": f"user{number % 1000}", "password": PASSWORD, "delivery": "body"})
                      for number in range(seconds * 1000)]
            rows["login"].append(write_load.measure(stack, port, "login", bodies, seconds, 4 * threads, directory))
    return rows


def ratios(rows, ours, other):
    return statistics.median(a["rate"] / b["rate"] for a, b in zip(rows[ours], rows[other]))


def show(title, rows):
    print(title)
    for name, figures in rows.items():
        columns = {key: statistics.median(figure[key] for figure in figures) for key in figures[0]}
        line = f"  {name:20} {columns['rate']:10.1f}/s"
        if "p50" in columns:
            line += f"   p50 {columns['p50']:8.0f} us   p99 {columns['p99']:8.0f} us"
        if "cpu" in columns:
            line += f"   processor {columns['cpu']:8.0f} us"
        if refused := sum(figure.get("refused", 0) for figure in figures):
            line += f"   refused {refused} of {sum(figure['requests'] for figure in figures)}"
        print(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", choices=("store", "nginx", "logins"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--directory", help="on the disk to be measured; by default where temporary files are")
    arguments = parser.parse_args()
    build_probes()
    parts = {"store": at_the_store, "nginx": through_nginx, "logins": logins}
    results = {}
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        for name, part in parts.items():
            if arguments.only in (None, name):
                results[name] = part(directory, arguments.rounds, arguments.seconds)
    gains = {}
    for name, rows in results.items():
        if name == "logins":
            gains["logins of libargon2"] = ratios(rows, "login", "libargon2")
            gains["of its processor time"] = statistics.median(
                raw["cpu"] / login["cpu"] for raw, login in zip(rows["libargon2"], rows["login"]))
            continue
        for work in dict.fromkeys(row.split()[0] for row in rows if " " in row):
            gains[f"{work}, {name}"] = ratios(rows, f"{work} group", f"{work} single")
    if arguments.json:
        return print(json.dumps({"rows": results, "ratios": gains}))
    titles = {"store": f"At the store, {CLIENTS} threads", "nginx": f"Through nginx, {CLIENTS} clients",
              "logins": "Logins through nginx, and libargon2 by itself"}
    for name, rows in results.items():
        show(titles[name], rows)
    print("Ratios, medians of rounds")
    for name, ratio in gains.items():
        print(f"  {name:28} {ratio:6.2f}")


if __name__ == "__main__":
    main()
