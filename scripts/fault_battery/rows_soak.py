"""Long runs of ordinary use: memory, descriptors, the log's size, and who is told to be who (R-17, R-23)."""

import os
import threading
import time

import test_identity_mixing as mixing
from client import bearer
from faulty_site import FaultySite
from figures import Figure, row
from ledger import Ledger

LARGEST_GROWTH = 2 << 20  # bytes a program may grow while the second half of the run goes on
LARGEST_LOG = 9 << 20  # of the store's write-ahead log: journal_size_limit and what one transaction adds


def resident(pid):
    return int(open(f"/proc/{pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def verifies(site, ledger, count):
    """So many verifies of one live session by four clients, beside whatever else goes on."""
    user = site.sign_up()
    cookies, wrong = bearer(user.access), ledger.false_401

    def ask(share):
        with site.client() as client:
            for _ in range(share):
                if client.get("/private/", cookies, cookies=False).status != 200:
                    wrong.append("a live session")

    threads = [threading.Thread(target=ask, args=(count // 4,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@row("R-17", "a soak: memory, descriptors and the log stay as they are")
def soaked(size):
    count = size.pick(100_000, 6_000)
    with FaultySite() as site:
        ledger = Ledger(site)
        largest_log = 0
        start = time.monotonic()
        with ledger.load(2, pause=0.002):
            verifies(site, ledger, count // 2)
            pids = site.pids()
            before = {name: (resident(pid), descriptors(pid)) for name, pid in pids.items()}
            middle = time.monotonic()
            verifies(site, ledger, count // 2)
            largest_log = site.store.with_name(site.store.name + "-wal").stat().st_size
        seconds = time.monotonic() - middle
        growth = {name: resident(pid) - before[name][0] for name, pid in pids.items()}
        more = {name: descriptors(pid) - before[name][1] for name, pid in pids.items()}
        unchanged = pids == site.pids()
        figure = Figure(f"{count} verifies beside {ledger.did()} in {time.monotonic() - start:.0f} s", **ledger.compare(100))
    worst = max(growth, key=growth.get)
    figure.measures = {
        "verify_growth_KiB": growth["verify"] // 1024, "largest_growth": f"{worst}:{growth[worst] // 1024}KiB in {seconds:.0f}s",
        "more_descriptors": max(more.values()), "log_KiB": largest_log // 1024,
    }  # fmt: skip
    figure.expect(unchanged, "a program was started anew").expect(largest_log <= LARGEST_LOG, "the log grows")
    figure.expect(max(more.values()) <= 8, f"descriptors: {more}")
    return figure.expect(max(growth.values()) <= LARGEST_GROWTH, f"memory: {growth}")


@row("R-23", "100 users interleaved are never taken for one another")
def unmixed(size):
    mixing.VERIFICATIONS = size.pick(50_000, 4_000)
    wrong = []
    with FaultySite() as site:
        for test in (mixing.test_100_users_interleaved_through_20000_verifications_are_never_mixed,
                     mixing.test_100_users_on_shared_kept_connections_of_the_verifier_are_never_mixed):
            try:
                test(site)
            except AssertionError as error:
                wrong.append(str(error)[:300])
    return Figure(f"{2 * mixing.VERIFICATIONS} verifies of {mixing.USERS} users", wrongly_allowed=wrong)
