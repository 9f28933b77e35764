"""POST /auth/login: DESIGN.md 3 and 5."""

import sqlite3
import unicodedata

import pytest
from site_under_test import ACCESS, DEVICE, REFRESH, ask_until_admitted, new_name, new_password


def log_in(client, name, password, **fields):
    return ask_until_admitted(client, "/auth/login", dict(username=name, password=password) | fields)


def essence(answer):
    """All of an answer but what differs each time: the date and the request id."""
    headers = [(name, value) for name, value in answer.headers if name != "Date" and "request" not in name.lower()]
    body = {name: value for name, value in answer.json.items() if name != "request_id"}
    return answer.status, [pair for pair in headers if pair[0] != "Content-Length"], body


def test_a_login_answers_200_like_a_signup(site, user, client):
    answer = log_in(client, user.name, user.password)
    assert answer.status == 200, answer
    assert set(answer.json) == {"user", "access_token", "token_type", "expires_in"}
    assert answer.json["user"]["id"] == user.id
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH, DEVICE}
    assert answer.header("Cache-Control") == "no-store"


def test_unknown_wrong_and_disabled_get_one_answer(site, user, client):
    disabled = site.sign_up()
    site.ctl("user", "disable", disabled.name)
    answers = [
        log_in(client, new_name(), user.password),
        log_in(client, user.name, new_password()),
        log_in(client, disabled.name, disabled.password),
        log_in(client, disabled.name, new_password()),
        log_in(client, "no name at all", new_password()),
        log_in(client, user.name, "short"),
    ]
    assert (answers[0].status, answers[0].code) == (401, "invalid_credentials")
    for answer in answers[1:]:
        assert essence(answer) == essence(answers[0])


def test_a_refused_login_sets_no_cookie(user, client):
    assert log_in(client, user.name, new_password()).all("Set-Cookie") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda password: password + " ",
        lambda password: " " + password,
        lambda password: password.upper(),
        lambda password: password[:-1],
        lambda password: password + "\0",
        lambda password: password + "\0tail",
        lambda password: password.split()[0],
    ],
)
def test_a_password_is_never_trimmed_cut_or_folded(user, client, change):
    assert log_in(client, user.name, change(user.password)).code == "invalid_credentials"


def test_a_zero_byte_in_a_password_counts(site, client):
    user = site.sign_up(password=new_password() + "\0tail")
    assert log_in(client, user.name, user.password).status == 200
    assert log_in(client, user.name, user.password.replace("tail", "tale")).status == 401


def test_65_and_66_characters_differ(site, client):
    user = site.sign_up(password=(new_password() * 2)[:66])
    assert log_in(client, user.name, user.password).status == 200
    assert log_in(client, user.name, user.password[:65]).status == 401


def test_a_password_is_the_same_composed_and_decomposed(site, client):
    user = site.sign_up(password=unicodedata.normalize("NFC", new_password() + " über café"))
    assert log_in(client, user.name, unicodedata.normalize("NFD", user.password)).status == 200


def test_a_name_in_any_case_logs_in_to_the_same_account(user, client):
    assert log_in(client, user.name.upper(), user.password).json["user"]["id"] == user.id


def test_the_email_is_no_key_to_the_account(site, client):
    user = site.sign_up(email=f"{new_name()}@example.org")
    address = client.post("/auth/login", dict(username=user.name, password=user.password)).json["user"]["email"]
    assert log_in(client, address, user.password).code == "invalid_credentials"


def test_every_login_is_a_session_of_its_own(site, user):
    tokens = [site.log_in(user)[1]["access_token"] for _ in range(3)]
    assert len({site.session_of(token) for token in [*tokens, user.access]}) == 4


def test_a_value_the_client_chose_is_never_adopted(user, client):
    client.jar.update({ACCESS: "chosen", REFRESH: "chosen"})
    answer = log_in(client, user.name, user.password)
    assert answer.status == 200
    assert "chosen" not in {answer.cookie(ACCESS).value, answer.cookie(REFRESH).value}


def test_a_login_over_a_session_ends_the_old_one(site, user):
    old = user.access
    assert log_in(user.client, user.name, user.password).status == 200
    assert site.status_of(old) == 401
    assert user.client.get("/private/").status == 200


def test_the_refresh_cookie_ends_with_the_browser_unless_remembered(user, client):
    assert log_in(client, user.name, user.password).cookie(REFRESH).attribute("Max-Age") is None
    assert log_in(client, user.name, user.password, remember=False).cookie(REFRESH).attribute("Max-Age") is None
    remembered = log_in(client, user.name, user.password, remember=True)
    assert int(remembered.cookie(REFRESH).attribute("Max-Age")) > 3600


def test_remember_must_be_a_boolean(user, client):
    assert log_in(client, user.name, user.password, remember="perhaps").code == "invalid_fields"


@pytest.fixture(scope="module")
def limited_site(new_site):
    return new_site(AUTH_LOGIN_ATTEMPTS="3")


def exhaust(client, name):
    for _ in range(3):
        assert log_in(client, name, new_password()).status == 401


def test_too_many_attempts_are_429_with_retry_after_even_with_the_right_password(limited_site):
    user = limited_site.sign_up()
    with limited_site.client() as client:
        exhaust(client, user.name)
        answer = log_in(client, user.name, user.password)
        assert (answer.status, answer.code, answer.set_cookies) == (429, "too_many_attempts", [])
        assert int(answer.header("Retry-After")) > 0


def test_unknown_names_are_limited_like_known_ones(limited_site):
    with limited_site.client() as client:
        name = new_name()
        exhaust(client, name)
        assert log_in(client, name, new_password()).status == 429


def test_another_spelling_of_a_name_is_the_same_count(limited_site):
    user = limited_site.sign_up()
    with limited_site.client() as client:
        for name in (user.name, user.name.upper(), user.name.title()):
            log_in(client, name, new_password())
        assert log_in(client, user.name, user.password).status == 429


def test_a_limit_on_one_name_leaves_others_and_live_sessions_alone(limited_site):
    user, other = limited_site.sign_up(), limited_site.sign_up()
    with limited_site.client() as client:
        exhaust(client, user.name)
        assert log_in(client, other.name, other.password).status == 200
    assert user.client.get("/private/").status == 200
    assert user.client.post("/auth/refresh").status == 200


def test_a_success_begins_the_count_anew(limited_site):
    user = limited_site.sign_up()
    with limited_site.client() as client:
        for _ in range(3):
            assert log_in(client, user.name, new_password()).status == 401
            assert log_in(client, user.name, new_password()).status == 401
            assert log_in(client, user.name, user.password).status == 200


def digests(store):
    """Every PHC string the store holds, wherever it keeps them."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        values = [value for table in tables for row in database.execute(f'SELECT * FROM "{table}"') for value in row]
    return [value for value in values if isinstance(value, str) and value.startswith("$argon2")]


def test_digests_are_argon2id_with_the_defaults_and_salts_of_their_own(new_site):
    site = new_site()
    password = new_password()
    for _ in range(2):
        site.sign_up(password=password)
    kept = digests(site.store)
    assert len(set(kept)) == 2
    assert all(digest.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for digest in kept)


def test_raised_parameters_rehash_at_login(new_site):
    site = new_site()
    user = site.sign_up()
    site.restart(AUTH_ARGON2_TIME="3")
    assert site.log_in(user)[1]["user"]["id"] == user.id
    assert [digest.split("$")[3] for digest in digests(site.store)] == ["m=19456,t=3,p=1"]
    assert site.log_in(user)[1]["user"]["id"] == user.id
