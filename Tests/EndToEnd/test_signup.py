"""POST /auth/signup: DESIGN.md 3 and 5."""

import concurrent.futures
import re
import uuid

import pytest
from site_under_test import ACCESS, DEVICE, REFRESH, SECRET_MARK, ask_until_admitted, new_name, new_password
from tokens import claims


def sign_up(client, **fields):
    return ask_until_admitted(client, "/auth/signup", dict(username=new_name(), password=new_password()) | fields)


def refused_fields(answer):
    """The fields a 422 names; each must have a code and a detail."""
    assert answer.status == 422 and answer.code == "invalid_fields", answer
    assert all(error["code"] and error["detail"] for error in answer.json["errors"]), answer
    return {error["field"] for error in answer.json["errors"]}


def test_a_signup_answers_201_with_user_and_token(client):
    answer = sign_up(client)
    assert answer.status == 201, answer
    assert answer.header("Content-Type").split(";")[0] == "application/json"
    assert set(answer.json) == {"user", "access_token", "token_type", "expires_in"}
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 900


def test_the_user_in_the_answer_has_its_five_members(client):
    name = new_name()
    user = sign_up(client, username=name, email="mia@example.org").json["user"]
    assert set(user) == {"id", "username", "email", "roles", "created_at"}
    assert str(uuid.UUID(user["id"])) == user["id"]
    assert (user["username"], user["email"], user["roles"]) == (name, "mia@example.org", [])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", user["created_at"])


def test_a_signup_without_an_email_says_null(client):
    assert sign_up(client).json["user"]["email"] is None


def test_a_signup_sets_both_cookies(client):
    answer = sign_up(client)
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH, DEVICE}
    assert answer.cookie(ACCESS).value == answer.json["access_token"]


def test_a_signup_is_not_stored_by_caches(client):
    assert sign_up(client).header("Cache-Control") == "no-store"


def test_who_signed_up_is_logged_in(client):
    answer = sign_up(client)
    assert client.get("/private/").status == 200
    assert client.get("/auth/me").json["user"] == answer.json["user"]


def test_the_password_and_its_digest_are_in_no_answer(client):
    name, password = new_name(), new_password()
    answers = [
        sign_up(client, username=name, password=password),
        client.get("/auth/me"),
        client.post("/auth/refresh"),
        client.get("/auth/sessions"),
        client.post("/auth/login", dict(username=name, password=password)),
        client.post("/auth/signup", dict(username=name, password=password)),
        client.post("/auth/signup", dict(username="", password=password)),
    ]
    for answer in answers:
        everything = repr(answer.headers).encode() + answer.body
        assert SECRET_MARK.encode() not in everything and b"argon2" not in everything, answer


def test_one_email_may_belong_to_two_accounts(client):
    for _ in range(2):
        assert sign_up(client, email="shared@example.org").status == 201


@pytest.mark.jwt("about a claim")
def test_the_email_is_a_claim_of_the_token_only_when_there_is_one(client):
    assert claims(sign_up(client, email="mia@example.org").json["access_token"])["email"] == "mia@example.org"
    assert "email" not in claims(sign_up(client).json["access_token"])


def test_a_taken_name_is_refused_and_no_cookie_is_set(site, user, client):
    answer = sign_up(client, username=user.name)
    assert (answer.status, answer.code, answer.set_cookies) == (409, "username_taken", [])


def test_a_taken_name_leaves_the_first_account_as_it_was(site, user, client):
    sign_up(client, username=user.name)
    assert site.log_in(user)[1]["user"]["id"] == user.id


@pytest.mark.parametrize("spell", [str.upper, str.title, lambda name: "".join(chr(ord(c) + 0xFEE0) for c in name)])
def test_a_name_is_taken_in_every_case_and_width(client, spell):
    name = new_name().replace("-", "")
    assert sign_up(client, username=name).status == 201
    assert sign_up(client, username=spell(name)).code == "username_taken"


def test_a_name_is_kept_in_its_canonical_form(client):
    name = new_name()
    assert sign_up(client, username=name.upper()).json["user"]["username"] == name


@pytest.mark.parametrize(
    "name", ["", " ", "two words", "tab\tname", "line\nfeed", "nul\0", "rtl\u202ename", "zero\u200bwidth", "a" * 65]
)
def test_a_name_that_is_no_name_is_refused(client, name):
    assert refused_fields(sign_up(client, username=name)) == {"username"}


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c.example", "a b@example.org", "@example.org", "a@", "a\n@b.org"])
def test_an_email_that_is_no_address_is_refused(client, email):
    assert refused_fields(sign_up(client, email=email)) == {"email"}


def test_a_missing_name_and_password_are_both_named(client):
    assert refused_fields(client.post("/auth/signup", {})) == {"username", "password"}


@pytest.mark.parametrize("wrong", [5, None, True, ["x"], {"a": "b"}])
def test_a_field_of_the_wrong_type_is_refused(client, wrong):
    assert refused_fields(client.post("/auth/signup", dict(username=wrong, password=wrong))) == {"username", "password"}


def test_every_mistake_is_told_at_once(client):
    fields = dict(username="two words", password="short", email="nobody")
    assert refused_fields(client.post("/auth/signup", fields)) == {"username", "password", "email"}


@pytest.mark.parametrize("letter", ["x", "ü", "語", "😀"])
def test_fifteen_code_points_are_enough_and_fourteen_are_not(client, letter):
    # No sequence, which would be too weak, and no letter twice.
    fourteen = "".join(chr(ord(letter) + step * 5 % 14) for step in range(14))
    assert refused_fields(sign_up(client, password=fourteen)) == {"password"}
    assert sign_up(client, password=fourteen + letter).status == 201


def test_256_code_points_are_accepted_and_257_refused(client):
    password = new_password() + "ü" * 256
    assert sign_up(client, password=password[:256]).status == 201
    assert refused_fields(sign_up(client, password=password[:257])) == {"password"}


def test_a_password_needs_no_composition(client):
    assert sign_up(client, password="all lower letters and spaces").status == 201


def test_a_shorter_password_may_be_allowed_but_never_below_eight(new_site):
    with new_site(AUTH_PASSWORD_MIN="8").client() as client:
        assert refused_fields(sign_up(client, password="xyz 71q")) == {"password"}
        assert sign_up(client, password="xyz 71q4").status == 201


def test_fifty_signups_of_one_name_at_once_make_one_account(site):
    name = new_name()

    def attempt(_):
        with site.client() as client:
            return sign_up(client, username=name).status

    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(attempt, range(50)))
    assert sorted(statuses) == [201] + [409] * 49


def test_a_closed_signup_is_refused(new_site):
    site = new_site(AUTH_SIGNUP="closed")
    with site.client() as client:
        answer = sign_up(client)
        assert (answer.status, answer.code, answer.set_cookies) == (403, "signup_closed", [])
    assert site.ctl_json("user", "list") in ([], {"users": []})


@pytest.fixture(scope="module")
def email_site(new_site):
    return new_site(AUTH_USERNAME="email")


def test_with_email_names_the_name_may_be_sent_as_email(email_site):
    address = f"{new_name()}@example.org"
    with email_site.client() as client:
        answer = ask_until_admitted(client, "/auth/signup", dict(email=address, password=new_password()))
        assert answer.status == 201, answer
        assert answer.json["user"]["username"] == answer.json["user"]["email"] == address


def test_with_email_names_the_name_is_an_address(email_site):
    with email_site.client() as client:
        assert refused_fields(sign_up(client, username="not-an-address")) <= {"username", "email"}
        assert sign_up(client, username=f"{new_name()}@example.org").status == 201


def test_with_email_names_a_login_may_send_email(email_site):
    fields = dict(email=f"{new_name()}@example.org", password=new_password())
    with email_site.client() as client:
        assert ask_until_admitted(client, "/auth/signup", fields).status == 201
        assert ask_until_admitted(client, "/auth/login", fields).status == 200


def test_who_tries_name_after_name_that_is_taken_must_wait(new_site):
    """Sign-up has to say that a name is taken; it must not be a fast way to ask for all of them."""
    site = new_site()
    taken = site.sign_up().name
    with site.client() as guest:
        answers = [sign_up(guest, username=taken)]
        while answers[-1].status == 409 and len(answers) < 130:
            answers.append(sign_up(guest, username=taken))
        # One is forgotten every ten seconds, should the machine take so long.
        assert 101 <= len(answers) < 130
        assert (answers[-1].status, answers[-1].code) == (429, "too_many_attempts")
        assert int(answers[-1].header("Retry-After")) >= 1
