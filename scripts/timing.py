"""What scripts/timing prints: medians of interleaved refused logins, and Welch's t between them.

As dudect does it, the slowest tail is cut before the t-test: what lies above the 90th percentile of all
kinds together is the machine's noise, the same limit for every kind. Medians are of everything.
"""

import argparse
import http.client
import json
import random
import secrets
import shutil
import ssl
import statistics
import tempfile
import time

import demo_site
from stack import Stack

KINDS = ("unknown", "wrong", "disabled")
ACCOUNTS = 60  # of each kind that has accounts
CROP = 0.9  # of the logins, the quickest
LARGEST_DIFFERENCE = 0.01  # of the medians
UNSEEN = 0.0002  # seconds between medians that no network shows: for answers of a millisecond, of which 1 % is nothing
LARGEST_T = 4.5
WAIT = 30  # seconds for an answer
CHEAP = {"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"}

# Digests of nobody's password, in the forms that a store may mix.
FOREIGN = (
    "$6$rounds=20000$saltsalt$" + "a" * 86,
    "$2b$10$" + "a" * 53,
    "$pbkdf2-sha256$60000$c2FsdHNhbHQ$" + "A" * 43,
)


class Clients:
    """Connections of their own for addresses of this machine, so that no network meets its limit."""

    def __init__(self, stack):
        self.stack, self.kept = stack, {}
        self.context = ssl.create_default_context(cafile=str(stack.state / "tls/cert.pem"))

    def log_in(self, address, name):
        """Seconds until a refusal, with its status."""
        if address not in self.kept:
            self.kept[address] = http.client.HTTPSConnection(
                "localhost", self.stack.port, timeout=WAIT, context=self.context, source_address=(address, 0))
        body = json.dumps({"username": name, "password": "not the password " + secrets.token_hex(8)})
        start = time.perf_counter()
        self.kept[address].request("POST", "/auth/login", body, {"Content-Type": "application/json"})
        answer = self.kept[address].getresponse()
        answer.read()
        return time.perf_counter() - start, answer.status


def make_accounts(stack, kinds):
    """Names by kind. With several kinds of digests a share of all accounts has each, and unknown names are
    many, so that what they cost is drawn from all of them."""
    lines = []
    names = {kind: [f"{kind}-{secrets.token_hex(6)}" for _ in range(ACCOUNTS)] for kind in KINDS}
    if kinds > 1:
        names["unknown"] = [f"unknown-{secrets.token_hex(6)}" for _ in range(10 * ACCOUNTS)]
    own = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
    if stack.settings.get("AUTH_ARGON2_TIME") == "1":
        own = own.replace("m=19456,t=2", "m=7168,t=1")
    digests = (own, *FOREIGN)[:kinds]
    for kind in KINDS[1:]:
        for number, name in enumerate(names[kind]):
            user = {"username": name, "digest": digests[number % len(digests)], "disabled": kind == "disabled"}
            lines.append(json.dumps(user))
    done = stack.ctl("user", "import", "--allow-lookalikes", "-", input="\n".join(lines) + "\n")
    if done.returncode:
        raise SystemExit(done.stderr)
    return names


def measure(clients, names, logins):
    """Seconds of each login by kind, one of each in turn, in an order drawn anew."""
    times = {kind: [] for kind in KINDS}
    for turn in range(-20, logins // len(KINDS)):
        address = f"127.0.{1 + turn % 20}.{1 + turn // 20 % 200}"
        for kind in random.sample(KINDS, len(KINDS)):
            seconds, status = clients.log_in(address, names[kind][turn % len(names[kind])])
            if status != 401:
                raise SystemExit(f"a login of kind {kind} was answered {status}, not 401")
            if turn >= 0:
                times[kind].append(seconds)
    return times


def measure_throttled(clients, names, logins):
    """The same of one name of each kind that must wait. Between two waits one more login is looked at."""
    times = {kind: [] for kind in KINDS}
    while min(map(len, times.values())) < logins // len(KINDS):
        for kind in random.sample(KINDS, len(KINDS)):
            seconds, status = clients.log_in("127.0.30.1", names[kind][0])
            if status == 429:
                times[kind].append(seconds)
    return times


def welch(first, second):
    spread = statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    return (statistics.fmean(first) - statistics.fmean(second)) / spread**0.5


def judge(times):
    """(kind, difference of medians in seconds and as a share, t) of each of the others against unknown."""
    limit = sorted(sum(times.values(), []))[int(CROP * sum(map(len, times.values()))) - 1]
    cropped = {kind: [value for value in values if value <= limit] for kind, values in times.items()}
    for kind in KINDS[1:]:
        base = statistics.median(times["unknown"])
        difference = statistics.median(times[kind]) - base
        yield kind, difference, difference / base, welch(cropped[kind], cropped["unknown"])


def report(title, times, unseen=0.0):
    """Prints what came of one measurement; whether it tells one kind from another."""
    broken = False
    for kind, values in times.items():
        print(f"{title}{kind:9} {len(values):6} logins, median {1000 * statistics.median(values):.3f} ms")
    for kind, difference, share, t in judge(times):
        told = (abs(share) >= LARGEST_DIFFERENCE or abs(t) >= LARGEST_T) and abs(difference) >= unseen
        broken |= told
        print(f"{title}{kind:9} against unknown: medians {100 * share:+.2f} %, t {t:+.2f}{'  TELLS' if told else ''}")
    return broken


def settings(cheap):
    return {"AUTH_LOGIN_ATTEMPTS": "100"} | (CHEAP if cheap else {})


def main():
    options = argparse.ArgumentParser(description="Compares the times of refused logins.")
    options.add_argument("--logins", type=int, default=10_000)
    options.add_argument("--kinds", type=int, default=1, choices=range(1, 2 + len(FOREIGN)))
    options.add_argument("--cheap", action="store_true", help="the cheapest argon2 that is allowed")
    given = options.parse_args()
    state = tempfile.mkdtemp(prefix="fcgi-auth-timing-")
    try:
        with Stack(state, env=settings(given.cheap), build_dir=demo_site.REPOSITORY / ".build/release") as stack:
            names, clients = make_accounts(stack, given.kinds), Clients(stack)
            broken = report("", measure(clients, names, given.logins))
            broken |= report("throttled ", measure_throttled(clients, names, given.logins // 5), UNSEEN)
    finally:
        shutil.rmtree(state, ignore_errors=True)
    raise SystemExit(1 if broken else 0)


if __name__ == "__main__":
    main()
