"""The clock of every program steps (R-10): forward, back, to 1970, and back to the truth."""

import tempfile
import time
from pathlib import Path

from faulty_site import Control, FaultySite
from figures import Figure, row
from ledger import claims
from site_under_test import ACCESS, new_password

HOUR, YEAR = 3600, 365 * 86400
STEPS = {"+1 s": 1, "+1 h": HOUR, "-1 h": -HOUR, "+10 y": 10 * YEAR, "to 1970": None}
LEEWAY = 60  # seconds a token may seem to come from the future
ATTEMPTS = 3


class Visitors:
    """Who is there before a step: one who stays, one who has logged out."""

    def __init__(self, site):
        self.site, self.stays, self.over = site, site.sign_up(), site.sign_up()
        assert self.over.client.post("/auth/logout").status == 204
        self.client = site.client()

    def status(self, token):
        return self.site.status_of(token, self.client)

    def browser(self):
        """A browser with the cookies of who stays: a page is renewed in place when that is needed."""
        return self.stays.client.get("/private/").status

    def can_log_in(self):
        fields = dict(username=self.stays.name, password=self.stays.password)
        return self.client.post("/auth/login", fields, cookies=False).status


def during(visitors, clock, step, figure, what):
    """What must hold while the clock is wrong."""
    site, now = visitors.site, time.time() + step
    token = visitors.stays.client.jar[ACCESS]
    good = claims(token)["iat"] <= now + LEEWAY and now < claims(token)["exp"]
    status = visitors.status(token)
    if status == 200 and not good:
        figure.wrongly_allowed.append(f"{what}: a token that is not valid now")
    if status != 200 and good and abs(step) < LEEWAY:
        figure.false_401.append(f"{what}: a valid token")
    if visitors.status(visitors.over.access) == 200:
        figure.wrongly_allowed.append(f"{what}: a revoked token")
    # Guesses that are throttled while the clock is wrong must not be for ever.
    name = visitors.stays.name
    for _ in range(ATTEMPTS + 2):
        visitors.client.post("/auth/login", dict(username=name, password=new_password()), cookies=False)
    # Who signs up, logs in and out now is served by this clock.
    other = site.sign_up()
    if visitors.status(other.access) != 200:
        figure.false_401.append(f"{what}: a token of this very clock")
    if other.client.post("/auth/refresh").status != 200:
        figure.lost.append(f"{what}: a session of this very clock")
    kept = dict(other.client.jar)
    if other.client.post("/auth/logout").status != 204 or visitors.status(kept[ACCESS]) == 200:
        figure.wrongly_allowed.append(f"{what}: logged out by this clock")
    return site.sign_up(), kept


def afterwards(visitors, newcomer, gone, step, figure, what):
    """What must hold when the clock is right again; how long a name stayed locked."""
    if visitors.status(visitors.over.access) == 200:
        figure.wrongly_allowed.append(f"{what} and back: a revoked token")
    if visitors.status(gone[ACCESS]) == 200:
        figure.wrongly_allowed.append(f"{what} and back: one revoked while the clock was wrong")
    expired = claims(newcomer.access)["exp"] <= time.time()
    if visitors.status(newcomer.access) == 200 and (expired or step > LEEWAY):
        figure.wrongly_allowed.append(f"{what} and back: a token from another time")
    for who, client in (("who stayed", visitors.stays.client), ("who came meanwhile", newcomer.client)):
        answer = client.get("/private/")
        if answer.status != 200 and not (who != "who stayed" and step < -YEAR):
            figure.lost.append(f"{what} and back: the session of {who}: {answer.status}")
    start = time.monotonic()
    while visitors.can_log_in() != 200:
        if time.monotonic() - start > 40:
            figure.missed.append(f"{what} and back: a name is still locked after 40 s")
            break
        time.sleep(0.25)
    return time.monotonic() - start


@row("R-10", "clock steps of +1 h, -1 h, +10 y and to 1970, and back")
def stepped(size):
    figure, worst, done = Figure(""), 0.0, []
    with tempfile.TemporaryDirectory() as directory:
        clock = Control(Path(directory) / "clock")
        for restarting in size.pick((False, True), (False,)):
            for what, step in STEPS.items():
                clock[0] = 0
                with FaultySite(shim="shifted_clock", variables={"CLOCK_OFFSET": clock.path},
                                AUTH_LOGIN_ATTEMPTS=ATTEMPTS) as site:
                    seconds = step if step is not None else -int(time.time()) + 10
                    visitors = Visitors(site)
                    clock[0] = seconds * 1_000_000_000
                    if restarting:
                        restart(site)
                    newcomer, gone = during(visitors, clock, seconds, figure, what)
                    clock[0] = 0
                    if restarting:
                        restart(site)
                    worst = max(worst, afterwards(visitors, newcomer, gone, seconds, figure, what))
                    figure.expect(not site.crashes(), f"{what}: {site.crashes()}")
                done.append(what)
    figure.done = f"{len(done)} steps and returns ({', '.join(STEPS)})"
    figure.measures = {"longest_lockout_after_return_s": round(worst, 1)}
    figure.met = not (figure.lost or figure.wrongly_allowed or figure.false_401 or figure.missed)
    return figure


TTL = 60  # seconds of an access token where the clock drifts
DRIFTS = {"gains": 1, "loses": -1}


@row("R-10 drift", "a clock that gains or loses a second at every request, and a second that comes twice")
def drifted(size):
    figure, requests, repeated = Figure(""), 0, size.pick(50, 10)
    with tempfile.TemporaryDirectory() as directory:
        clock = Control(Path(directory) / "clock")
        with FaultySite(shim="shifted_clock", variables={"CLOCK_OFFSET": clock.path}, AUTH_ACCESS_TTL=f"{TTL}s") as site:
            for what, step in DRIFTS.items():
                for turn in range(size.pick(500, 100)):
                    clock[0] += step * 1_000_000_000
                    requests += drifting(site, clock, turn, f"{what}, turn {turn}", figure)
                clock[0] = 0
            for turn in range(repeated):
                requests += second_twice(site, clock, turn, figure)
            figure.expect(not site.crashes(), f"programs ended: {site.crashes()}")
    figure.done = f"{requests} requests by a clock that gains and then loses a second at each, {repeated} seconds twice"
    figure.met = not (figure.lost or figure.wrongly_allowed or figure.false_401 or figure.missed)
    return figure


def drifting(site, clock, turn, what, figure):
    """One request: a token is let in for its life by this clock and no longer; an ended session stays so."""
    if turn % 100 == 0:
        site.drifting, site.ended = site.sign_up(), site.sign_up()
        site.asker = site.client()
        assert site.ended.client.post("/auth/logout").status == 204
    if turn % 10 == 0 and site.status_of(site.ended.access, site.asker) == 200:
        figure.wrongly_allowed.append(f"{what}: a revoked token")
    if turn % 100 >= 80 and turn % 4 == 0:
        answer = site.drifting.client.post("/auth/refresh")
        if answer.status == 200:
            site.drifting.access = answer.json["access_token"]
        else:
            figure.lost.append(f"{what}: {answer}")
    good = claims(site.drifting.access)
    before = time.time() + clock[0] / 1e9
    status = site.status_of(site.drifting.access, site.asker)
    now = time.time() + clock[0] / 1e9
    if status == 200 and before >= good["exp"] + 1:
        figure.wrongly_allowed.append(f"{what}: an expired token")
    if status != 200 and good["iat"] - LEEWAY < before and now < good["exp"]:
        figure.false_401.append(f"{what}: {status} of a valid token")
    return 1


def second_twice(site, clock, turn, figure):
    """As a process sees a leap second: the clock goes back by one second between a login and what follows."""
    user = site.sign_up()
    clock[0] -= 1_000_000_000
    with site.client() as asker:
        if site.status_of(user.access, asker) != 200:
            figure.false_401.append(f"second {turn} again: a token made before")
        if user.client.post("/auth/refresh").status != 200:
            figure.lost.append(f"second {turn} again: the session")
        token = user.client.jar[ACCESS]
        if site.status_of(token, asker) != 200:
            figure.false_401.append(f"second {turn} again: a token made in it")
        # A logout just before the second comes again counts in it too.
        assert user.client.post("/auth/logout").status == 204
        clock[0] -= 1_000_000_000
        again = site.log_in(user)[1]["access_token"]
        for old in (user.access, token):
            if site.status_of(old, asker) == 200:
                figure.wrongly_allowed.append(f"second {turn} again: a revoked token")
        if site.status_of(again, asker) != 200:
            figure.false_401.append(f"second {turn} again: a login after a logout")
    clock[0] = 0
    return 8


def restart(site):
    for program in site.pids():
        site.stack.restart(program)
