"""What a new password must be: DESIGN.md 5, and N-P1 to N-P9 of the security reference."""

import unicodedata

import pytest
from site_under_test import ask_until_admitted, new_name, new_password


def sign_up(client, **fields):
    return ask_until_admitted(client, "/auth/signup", dict(username=new_name(), password=new_password()) | fields)


def refusal(answer):
    """Code and advice of the one field that was refused."""
    assert (answer.status, answer.code) == (422, "invalid_fields"), answer
    (error,) = answer.json["errors"]
    return error["field"], error["code"], error["detail"]


def log_in(site, name, password):
    with site.client() as client:
        return ask_until_admitted(client, "/auth/login", dict(username=name, password=password)).status


@pytest.mark.parametrize("password", ["password" * 2, "1q2w3e4r5t6y7u8i9o0p", "QWERTYUIOPASDFG", "a" * 15, "iloveyou12345678"])
def test_a_common_password_is_refused_with_the_reason(client, password):  # N-P6
    field, code, detail = refusal(sign_up(client, password=password))
    assert (field, code) == ("password", "too_common") and "most people use" in detail


def test_a_weak_password_is_refused_with_advice(client):  # N-P6
    field, code, detail = refusal(sign_up(client, password="Passw0rd!Passw0rd!"))
    assert (field, code) == ("password", "too_weak")
    assert "signs for letters" in detail and "two or three words" in detail
    assert "Passw0rd" not in detail


@pytest.mark.parametrize(
    "password", ["{name}", "{upper}", "{name}{name}", "{name}-2026!", "{local}.{local}", "localhost localhost", "{name}@localhost"]
)
def test_the_own_name_address_or_site_is_no_password(client, password):  # N-P6, ASVS 6.2.11
    name, local = new_name("josephine"), new_name("contact")
    chosen = password.format(name=name, upper=name.upper(), local=local)
    field, code, _ = refusal(sign_up(client, username=name, email=f"{local}@example.org", password=chosen))
    assert (field, code) == ("password", "too_similar")


def test_a_passphrase_may_contain_the_name(client):
    name = new_name("josephine")
    assert sign_up(client, username=name, password=f"{name} feeds nine herons").status == 201


def test_a_changed_password_is_held_to_the_same_rules(site, user):  # N-P6, N-P8
    for chosen, code in [("password" * 2, "too_common"), (user.name * 2, "too_similar"), ("abcabcabcabcabc1", "too_weak")]:
        fields = dict(current_password=user.password, new_password=chosen)
        assert refusal(ask_until_admitted(user.client, "/auth/password", fields))[:2] == ("new_password", code)
    assert log_in(site, user.name, user.password) == 200


def test_the_command_line_holds_passwords_to_the_same_rules_and_gives_the_advice(site, user):
    name = new_name()
    added = site.ctl("user", "add", name, input="Passw0rd!Passw0rd!\n", check=False)
    changed = site.ctl("user", "password", user.name, input=f"{user.name}{user.name}\n", check=False)
    assert (added.returncode, changed.returncode) == (1, 1)
    assert "two or three words" in added.stderr and "hardly more than your name" in changed.stderr
    assert log_in(site, user.name, user.password) == 200
    assert site.ctl("user", "show", name, check=False).returncode == 1


def test_a_form_is_told_what_a_program_is_told(client):
    answer = client.form("/auth/signup", dict(username=new_name(), password="password" * 2))
    assert answer.status == 303 and "error=invalid_fields" in answer.header("Location")


PASSPHRASE = "nine herons under a tin roof "


@pytest.mark.parametrize(
    "one, other",
    [
        ("nine herons under tin", "nine herons under tin "),
        ("nine herons under tin", " nine herons under tin"),
        ((PASSPHRASE * 3)[:64] + "a", (PASSPHRASE * 3)[:64] + "ab"),
        ((PASSPHRASE * 3)[:72], (PASSPHRASE * 3)[:72] + "x"),
        ((PASSPHRASE * 9)[:255], (PASSPHRASE * 9)[:255] + "x"),
        ("nine herons under tin\0one", "nine herons under tin\0two"),
        ("nine herons under tin", "nine herons under tin\0"),
        ("Nine herons under tin", "nine herons under tin"),
        ("nine herons ﬁsh for tin", "nine herons fish for tin"),
    ],
    ids=["space after", "space before", "65 and 66", "72 and 73", "255 and 256", "NUL tail", "NUL", "case", "ligature"],
)
def test_no_password_is_truncated_trimmed_or_folded(site, client, one, other):  # N-P4
    name = new_name()
    assert sign_up(client, username=name, password=one).status == 201
    assert [log_in(site, name, other), log_in(site, name, one)] == [401, 200]


def test_composed_and_decomposed_spellings_are_one_password(site, client):  # N-P5
    name, password = new_name(), "fünf Störche über dem Dach"
    assert sign_up(client, username=name, password=unicodedata.normalize("NFC", password)).status == 201
    assert log_in(site, name, unicodedata.normalize("NFD", password)) == 200


def test_the_length_is_counted_in_code_points_whatever_they_need(site, client):  # N-P1, N-P3, N-P9
    animals = "🦊🐙🦉🐢🦔🐝🦀🐳🦒🐌🦩🐫🦥🐡"
    assert len(animals) == 14
    assert refusal(sign_up(client, password=animals))[:2] == ("password", "too_short")
    assert sign_up(client, password=animals + "🦭").status == 201
    longest = (animals * 19)[:256]
    assert sign_up(client, password=longest[:255]).status == 201
    name = new_name()
    assert sign_up(client, username=name, password=longest).status == 201
    assert refusal(sign_up(client, password=longest + "🦭"))[:2] == ("password", "too_long")
    assert log_in(site, name, longest) == 200


@pytest.mark.parametrize(
    "password", ["all small letters here", "8273645190182736", "ALL CAPITALS IN HERE", "走る山猫と古い傘と青い海と月", "тихий вечер у реки"]
)
def test_nothing_is_asked_of_a_password_but_that_it_is_hard_to_guess(client, password):  # N-P2
    assert sign_up(client, password=password + "!").status == 201


def test_64_characters_of_every_kind_are_accepted(client):  # N-P2
    assert sign_up(client, password="".join(chr(0x21 + step * 37 % 94) for step in range(64))).status == 201


def test_a_password_of_many_digits_is_judged_at_once(site):  # N-R3: libzxcvbn alone takes 1.5 s
    with site.client() as client:
        for unit in ("12", "54", "1", "😀"):
            answer = sign_up(client, password=unit * (256 // len(unit)))
            assert refusal(answer)[1] in ("too_common", "too_weak")
