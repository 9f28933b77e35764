"""kill -9, restarts and reloads under load (R-1, R-2, R-3, R-19, R-20)."""

import concurrent.futures
import contextlib
import random
import threading
import time

from client import bearer
from faulty_site import FaultySite
from figures import Figure, percentile, row
from ledger import BROKEN, BUSY, Ledger
from site_under_test import PROGRAMS, REFRESH, eventually

SETTLED = 0.2  # a program that has lived so long is started again at once


def kill(site, chance):
    with contextlib.suppress(ProcessLookupError, RuntimeError):
        site.stack.kill(chance.choice(PROGRAMS))


@row("R-1", "kill -9 of random programs under mixed load")
def killed(size):
    kills, chance = 0, random.Random(1)
    with FaultySite() as site:
        ledger = Ledger(site)
        with ledger.load(5):
            time.sleep(1)
            for _ in size.rounds(1000, 20):
                kill(site, chance)
                kills += 1
                time.sleep(chance.uniform(SETTLED / 2, SETTLED * 1.5))
        assert eventually(lambda: site.client().get("/private/").status == 401, 10), "the site did not recover"
        figure = Figure(f"{kills} kills, {ledger.did()}", **ledger.compare(size.pick(600, None)))
    figure.measures = {"role_changes": ledger.role_changes}
    return figure.expect(ledger.acknowledged > kills, "the load was no load")


@row("R-2", "kill -9 and nginx reloads, clients that do not retry")
def killed_and_reloaded(size):
    kills, chance = 0, random.Random(2)
    with FaultySite() as site:
        ledger = Ledger(site)
        with ledger.load(3, pause=0.005):
            time.sleep(1)
            for turn in size.rounds(200, 12):
                kill(site, chance)
                kills += 1
                if turn % 10 == 5:
                    site.stack.reload_nginx(20)
                time.sleep(SETTLED * 2)
        failed = len(ledger.failed)
        figure = Figure(f"{kills} kills, {kills // 10 + 1} reloads, {ledger.did()}", **ledger.compare(100))
    figure.measures = {"failed_per_kill": f"{failed / kills:.2f}"}
    return figure.expect(failed <= kills, f"{failed} requests failed by {kills} kills: {ledger.failed[:5]}")


@row("R-3", "rolling restarts of every program")
def restarted(size):
    rounds = 0
    with FaultySite() as site:
        ledger = Ledger(site)
        with ledger.load(4, pause=0.002):
            time.sleep(0.5)
            for _ in size.rounds(100, 4):
                for program in PROGRAMS:
                    site.stack.restart(program)
                rounds += 1
                time.sleep(SETTLED * 2)
        failed = list(ledger.failed)
        figure = Figure(f"{rounds} rounds of {len(PROGRAMS)} restarts, {ledger.did()}", **ledger.compare(100))
    figure.measures = {"failed": len(failed)}
    return figure.expect(not failed, f"failed: {failed[:3]}")


@row("R-19", "50 clients refresh one token at once, while refresh is killed")
def refreshed_together(size):
    chance = random.Random(19)
    lost, families, sent, kills = [], 0, 0, 0
    with FaultySite() as site, concurrent.futures.ThreadPoolExecutor(50) as pool:
        clients = [site.client() for _ in range(50)]
        user = site.sign_up()
        for turn in size.rounds(2000, 12):
            cookie = [("Cookie", f"{REFRESH}={user.client.jar[REFRESH]}")]
            if turn % 4 == 3:
                threading.Timer(chance.uniform(0, 0.02), site.stack.kill, ["refresh"]).start()
                kills += 1
            answers = list(pool.map(lambda client: refresh(client, cookie), clients))
            sent += len(answers)
            good = [answer for answer in answers if answer is not None and answer.status == 200]
            lost += [f"round {turn}: {answer}" for answer in answers
                     if answer is not None and answer.status not in BUSY | {200}]
            lost += [f"round {turn}: cookies changed by {answer}" for answer in answers
                     if answer is not None and answer.status in BUSY and answer.set_cookies]
            successors = {answer.cookie(REFRESH).value for answer in good}
            families += len(successors) > 1
            if good:
                user.client.jar[REFRESH] = good[0].cookie(REFRESH).value
            with contextlib.suppress(*BROKEN):
                user.client.get("/auth/me")
        alive = eventually(lambda: user.client.post("/auth/refresh").status == 200, 5)
    figure = Figure(f"{turn + 1} rounds of 50, {sent} refreshes, {kills} kills", lost=lost,
                    measures={"double_families": families, "alive_at_the_end": alive})
    return figure.expect(not families, "one token had two successors").expect(alive, "the session was lost")


def refresh(client, cookie):
    """The answer, after one more try when the connection broke, as a browser's next click is."""
    for _ in range(2):
        try:
            return client.post("/auth/refresh", headers=cookie, cookies=False)
        except BROKEN:
            client.close()
    return None


@row("R-20", "from the answer to a logout until verify refuses")
def revoked_at_once(size):
    allowed, delays = [], []
    with FaultySite() as site:
        user = site.sign_up()
        for turn in size.rounds(2000, 100):
            client, body = site.log_in(user, site.client())
            token = bearer(body["access_token"])
            assert user.client.get("/private/", token, cookies=False).status == 200
            assert client.post("/auth/logout").status == 204
            start = time.monotonic()
            while user.client.get("/private/", token, cookies=False).status == 200:
                allowed.append(f"round {turn}")
            delays.append(time.monotonic() - start)
            client.close()
    return Figure(f"{turn + 1} logouts, the next request of each", wrongly_allowed=allowed,
                  measures={"worst_delay_ms": 0 if not allowed else percentile(delays, 1)})
