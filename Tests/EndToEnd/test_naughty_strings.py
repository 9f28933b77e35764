"""The big list of naughty strings in every field: an ordinary answer each time, never a failure."""

import json
from unicodedata import normalize

import pytest
from echo import Echo
from site_under_test import REPOSITORY, ask_until_admitted, new_name, new_password

STRINGS = [
    text
    for text in json.loads((REPOSITORY / "Tests" / "Vectors" / "naughty-strings" / "blns.json").read_text())
    if not any(0xD800 <= ord(character) < 0xE000 for character in text)
]


@pytest.fixture
def client(light_site):
    with light_site.client() as fresh:
        yield fresh


@pytest.fixture
def fresh(client):
    """Signs up with these fields, as nobody."""

    def sign_up(**fields):
        client.jar.clear()
        return ask_until_admitted(client, "/auth/signup", dict(username=new_name(), password=new_password()) | fields)

    return sign_up


def test_as_a_name_each_is_accepted_and_works_or_is_refused(fresh, client):
    accepted = 0
    for text in STRINGS:
        answer = fresh(username=text)
        assert answer.status in (201, 409, 413, 422), (text, answer)
        if answer.status == 201:
            accepted += 1
            assert Echo(client.get("/app/")).user, text
            assert client.get("/auth/me").json["user"] == answer.json["user"], text
    assert accepted > 20


def test_as_a_password_each_is_accepted_and_logs_in_or_is_refused(fresh, client):
    accepted = 0
    for text in STRINGS:
        name = new_name()
        answer = fresh(username=name, password=text)
        assert answer.status in (201, 413, 422), (text, answer)
        if answer.status == 422 and 15 <= len(normalize("NFC", text)) <= 256:
            assert answer.json["errors"][0]["code"] in ("too_common", "too_weak"), (text, answer)
        else:
            assert (answer.status == 422) == (not 15 <= len(normalize("NFC", text)) <= 256), (text, answer)
        if answer.status == 201:
            accepted += 1
            form = client.form("/auth/login", dict(username=name, password=text))
            assert form.header("Location") == "/", text
    assert accepted > 100


def test_as_an_email_or_a_login_each_has_an_ordinary_answer(fresh, client):
    for number, text in enumerate(STRINGS):
        assert fresh(email=text, password="short").status in (413, 422), text
        if number % 5 == 0:
            answer = client.post("/auth/login", dict(username=text, password=new_password()))
            assert answer.status in (401, 413, 429), (text, answer)


def test_as_anything_a_client_may_say_each_has_an_ordinary_answer(user):
    own = ("Cookie", user.client.jar.header())
    for text in STRINGS:
        for body in (dict(scope=text), dict(refresh_token=text, delivery="body"), {text: text}):
            assert user.client.post("/auth/refresh", body, cookies=False).status in (400, 401, 403, 413, 422), text
        header = text.replace("\r", "").replace("\n", "").replace("\0", "").encode()
        answer = user.client.get("/app/", [own, ("User-Agent", header)])
        assert answer.status in (200, 400), text
