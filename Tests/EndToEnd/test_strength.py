"""/auth/strength: what sign-up and password change would say of a password, while it is being typed."""

import contextlib
import sqlite3

import pytest
from site_under_test import new_name, new_password

APP = "https://app.example"
WEAK = ["short", "x" * 14, "passwordpassword", "aaaaaaaaaaaaaaaaaaaa", "12345678901234567890", "qwertyuiopasdfghjkl",
        "x" * 257, "localhostlocalhost"]  # fmt: skip
STRONG = ["correct horse battery staple bracket", "Zwölf Boxkämpfer jagen Viktor", "語語語かな漢字交じりの長い文です本当"]


def ask(client, password, **fields):
    answer = client.post("/auth/strength", dict(password=password) | fields)
    assert answer.status == 200, answer
    assert set(answer.json) == {"acceptable", "score", "errors"} and 0 <= answer.json["score"] <= 4
    assert answer.json["acceptable"] == (answer.json["errors"] == []) == (answer.json["score"] >= 2), answer
    return answer.json


@pytest.mark.parametrize("password", WEAK + STRONG, ids=range(len(WEAK + STRONG)))
def test_it_says_what_signup_says(site, client, password):
    told, name = ask(client, password), new_name()
    answer = client.post("/auth/signup", dict(username=name, password=password))
    assert told["acceptable"] == (password in STRONG) == (answer.status == 201), (told, answer)
    if answer.status != 201:
        assert told["errors"] == answer.json["errors"]


def test_it_says_what_a_password_change_says(user):
    for password in (user.name + user.name, "short"):
        told = ask(user.client, password, username=user.name)
        answer = user.client.post("/auth/password", dict(current_password=user.password, new_password=password))
        assert (answer.status, told["acceptable"]) == (422, False)
        assert [(e["code"], e["detail"]) for e in told["errors"]] == [(e["code"], e["detail"]) for e in answer.json["errors"]]


def test_the_own_name_and_address_are_looked_at(client):
    name = new_name("margarethe")
    assert ask(client, f"{name}{name}")["acceptable"]
    assert ask(client, f"{name}{name}", username=name.upper())["errors"][0]["code"] == "too_similar"
    address = "margarethe.schwarzenberger@example.org"
    assert ask(client, address, email=address)["errors"][0]["code"] == "too_similar"


@pytest.mark.parametrize("name", ["", "a b", "x" * 300, "\u202e", "<b>"])
def test_a_name_that_is_not_finished_is_no_mistake(client, name):
    assert ask(client, new_password(), username=name, email=name)["acceptable"]


def test_a_longer_password_scores_no_less(client):
    words = "bracket velvet tundra mosaic lantern orchid".split()
    scores = [ask(client, " ".join(words[:count]))["score"] for count in range(1, 7)]
    assert scores == sorted(scores) and scores[0] <= 1 and scores[-1] == 4


def test_it_knows_the_sites_own_minimum(new_site):
    with new_site(AUTH_PASSWORD_MIN="20", AUTH_SIGNUP="closed").client() as client:
        assert ask(client, "bracket velvet tun")["errors"][0]["detail"] == "must have at least 20 characters"
        assert ask(client, "bracket velvet tundra")["acceptable"]


@pytest.mark.parametrize("fields", [{}, dict(password=5), dict(password=None), dict(username="ann")])
def test_without_a_password_there_is_nothing_to_say(client, fields):
    answer = client.post("/auth/strength", fields)
    assert (answer.status, answer.code) == (422, "invalid_fields")


def test_another_sites_page_may_not_ask_and_a_listed_one_may(new_site):
    with new_site(AUTH_ALLOWED_ORIGINS=APP).client() as client:
        for origin, status in (("https://evil.example", 403), (APP, 200)):
            headers = [("Origin", origin), ("Sec-Fetch-Site", "cross-site")]
            answer = client.post("/auth/strength", dict(password=new_password()), headers)
            assert answer.status == status
            assert answer.header("Access-Control-Allow-Origin") == (APP if status == 200 else None)


def test_nothing_is_kept_or_logged_of_it(new_site):
    site = new_site(AUTH_LOG_LEVEL="debug")

    def kept():
        with contextlib.closing(sqlite3.connect(site.store)) as database:
            return list(database.iterdump())

    with site.client() as client:
        ask(client, new_password())
        before, logged = kept(), site.stack.log("signup")
        for _ in range(5):
            answer = client.post("/auth/strength", dict(password="Sekret, of which nothing stays", username=new_name()))
            assert answer.status == 200 and answer.set_cookies == [] and answer.header("Cache-Control") == "no-store"
    assert kept() == before and site.stack.log("signup") == logged
    assert "nothing stays" not in site.every_log()
