"""A hundred users at once, and nobody is ever taken for another."""

import concurrent.futures
import random
import threading

import fastcgi
from client import bearer
from echo import Echo
from site_under_test import ACCESS

USERS, VERIFICATIONS, THREADS = 100, 20_000, 6


def many(site, count):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: site.sign_up(), range(count)))


def mixed(ask, count):
    """Runs ask(random chance) in several threads, count times in all; what it returned as wrong."""

    def worker(seed):
        chance, wrong = random.Random(seed), []
        for _ in range(count // THREADS + 1):
            wrong += ask(chance)
        return wrong

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return [error for errors in pool.map(worker, range(THREADS)) for error in errors]


def test_100_users_interleaved_through_20000_verifications_are_never_mixed(light_site):
    """Through nginx over kept connections: cookies, bearer tokens, strangers and forgeries in turn."""
    users = many(light_site, USERS)
    own = threading.local()

    def ask(chance):
        if not hasattr(own, "client"):
            own.client = light_site.client()
        user, kind = chance.choice(users), chance.random()
        if kind < 0.05:
            answer = own.client.get("/app/", bearer(user.access[:-4] + "AAAA"))
            return [answer] if answer.status != 401 else []
        if kind < 0.1:
            answer = own.client.get("/app/")
            return [answer] if answer.status != 401 else []
        headers = bearer(user.access) if kind < 0.4 else [("Cookie", f"{ACCESS}={user.access}")]
        answer = own.client.get("/app/", headers)
        return [(user.name, answer)] if answer.status != 200 or Echo(answer).user != user.name else []

    assert mixed(ask, VERIFICATIONS) == []


def test_100_users_on_shared_kept_connections_of_the_verifier_are_never_mixed(light_site):
    users = many(light_site, USERS)
    own = threading.local()

    def ask(chance):
        if not hasattr(own, "peer"):
            own.peer = fastcgi.Peer(light_site.stack.socket("verify"))
        user = chance.choice(users)
        asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}"))
        answer = own.peer.ask(asked, keep=True)
        told = (answer.header("X-Auth-User"), answer.header("X-Auth-User-Id"))
        return [] if told == (user.name, user.id) else [(user.name, answer)]

    assert mixed(ask, VERIFICATIONS) == []
