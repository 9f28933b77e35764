"""Users from elsewhere: fcgi-authctl user import and export, and digests that become argon2id at the first login."""

import json
import sqlite3
import subprocess
import unicodedata

import argon2
import bcrypt
import pytest
from django.conf import settings as django_settings
from passlib.hash import apr_md5_crypt, md5_crypt, pbkdf2_sha512, sha256_crypt, sha512_crypt
from site_under_test import new_name, new_password

django_settings.configure()
from django.contrib.auth.hashers import Argon2PasswordHasher, PBKDF2PasswordHasher  # noqa: E402


def argon2i(password):
    return argon2.low_level.hash_secret(password.encode(), b"saltsaltsalt", 2, 1024, 2, 32, argon2.Type.I).decode()


def yescrypt(password):
    """By the libcrypt of perl: nothing else of Debian's makes one."""
    program = 'chomp($p = <STDIN>); print crypt($p, q($y$j75$LdJMENpBABJJ3hIHjB1Bi.))'
    return subprocess.run(["perl", "-e", program], input=password, capture_output=True, text=True, check=True).stdout


MAKERS = {
    "bcrypt": lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode(),
    "bcrypt 2y": lambda password: "$2y$" + bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()[4:],
    "sha512-crypt": sha512_crypt.using(rounds=5000).hash,
    "sha256-crypt": sha256_crypt.using(rounds=1000).hash,
    "yescrypt": yescrypt,
    "apr1": apr_md5_crypt.hash,
    "md5-crypt": md5_crypt.hash,
    "Django's PBKDF2": lambda password: PBKDF2PasswordHasher().encode(password, "salted", 1000),
    "Authelia's PBKDF2": pbkdf2_sha512.using(rounds=1000).hash,
    "argon2i": argon2i,
    "argon2id": argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=4).hash,
    "Django's argon2": lambda password: Argon2PasswordHasher().encode(password, "saltsaltsalt"),
}


@pytest.fixture
def make_file(tmp_path):
    def write(text, name="users"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def digest_of(site, name):
    with sqlite3.connect(f"file:{site.store}?mode=ro", uri=True) as database:
        return database.execute("SELECT digest FROM accounts WHERE username = ?", [name]).fetchone()[0]


def exported(site):
    return {user["username"]: user for user in map(json.loads, site.ctl("user", "export").stdout.splitlines())}


def import_jsonl(site, make_file, *users, options=(), check=True):
    file = make_file("".join(json.dumps(user) + "\n" for user in users), "users.jsonl")
    return site.ctl("user", "import", *options, file, check=check)


def log_in(site, name, password):
    with site.client() as client:
        return client.post("/auth/login", dict(username=name, password=password))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_digest_from_elsewhere_verifies_once_and_becomes_argon2id(site, make_file, kind):
    name, password = new_name(), new_password()
    import_jsonl(site, make_file, {"username": name, "digest": MAKERS[kind](password)})
    before = digest_of(site, name)
    assert log_in(site, name, password + "x").code == "invalid_credentials"
    assert digest_of(site, name) == before
    assert log_in(site, name, password).status == 200
    assert digest_of(site, name).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert log_in(site, name, password).status == 200
    assert log_in(site, name, password + "x").status == 401


def test_a_digest_of_decomposed_letters_verifies_and_afterwards_either_spelling_does(site, make_file):
    name, password = new_name(), unicodedata.normalize("NFD", new_password() + " café")
    import_jsonl(site, make_file, {"username": name, "digest": MAKERS["sha256-crypt"](password)})
    assert log_in(site, name, password).status == 200
    assert log_in(site, name, unicodedata.normalize("NFC", password)).status == 200


def test_a_long_bcrypt_password_counts_whole_after_the_first_login(site, make_file):
    name, password = new_name(), (new_password() * 3)[:80]
    import_jsonl(site, make_file, {"username": name, "digest": MAKERS["bcrypt"](password[:72])})
    assert log_in(site, name, password).status == 200
    assert log_in(site, name, password[:72]).status == 401


def test_a_disabled_account_keeps_its_old_digest_even_with_the_right_password(site, make_file):
    name, password = new_name(), new_password()
    digest = MAKERS["apr1"](password)
    import_jsonl(site, make_file, {"username": name, "digest": digest, "disabled": True})
    assert log_in(site, name, password).code == "invalid_credentials"
    assert digest_of(site, name) == digest
    site.ctl("user", "enable", name)
    assert log_in(site, name, password).status == 200


def test_a_stored_string_out_of_bounds_shuts_out_and_is_logged(site):
    user = site.sign_up()
    with sqlite3.connect(site.store) as database:
        steep = "$6$rounds=999999999$salt$" + "a" * 86
        database.execute("UPDATE accounts SET digest = ? WHERE username = ?", [steep, user.name])
    database.close()
    before = len(site.stack.log("login"))
    assert log_in(site, user.name, user.password).code == "invalid_credentials"
    lines = site.stack.log("login")[before:]
    assert len(lines) == 1 and "digest_unreadable" in lines[0], lines


def test_export_can_be_imported_again_without_loss(new_site, make_file):
    site = new_site()
    users = [site.sign_up(email="a@example.org", roles=["admin", "editor"]), site.sign_up(), site.sign_up()]
    site.ctl("user", "disable", users[1].name)
    before = site.ctl("user", "export").stdout
    assert len(before.splitlines()) == 3
    for user in users:
        site.ctl("user", "delete", user.name, "--yes")
    file = make_file(before)
    assert "3 users imported, 0 skipped" in site.ctl("user", "import", file).stdout
    assert site.ctl("user", "export").stdout == before
    assert log_in(site, users[0].name, users[0].password).json["user"]["id"] == users[0].id
    assert log_in(site, users[1].name, users[1].password).status == 401
    assert site.status_of(users[0].access) == 401
    assert site.status_of(log_in(site, users[0].name, users[0].password).json["access_token"]) == 200


def test_an_htpasswd_file_is_imported(site, make_file):
    names, password = [new_name(), new_name()], new_password()
    made = subprocess.run(
        ["openssl", "passwd", "-apr1", "-stdin"], input=password, capture_output=True, text=True, check=True)
    file = make_file(f"# users\n{names[0]}:{made.stdout.strip()}\n{names[1]}:{MAKERS['bcrypt 2y'](password)}\n")
    site.ctl("user", "import", file)
    assert [log_in(site, name, password).status for name in names] == [200, 200]


def test_shadow_lines_are_imported_from_standard_input(site):
    name, locked, password = new_name(), new_name(), new_password()
    digest = MAKERS["sha512-crypt"](password)
    lines = f"root:*:1::::::\n{name}:{digest}:19000:0:99999:7:::\n{locked}:!{digest}:19000:0:99999:7:::\n"
    assert "2 users imported, 1 skipped" in site.ctl("user", "import", "-", input=lines).stdout
    assert [log_in(site, each, password).status for each in (name, locked)] == [200, 401]
    assert exported(site)[locked]["disabled"] is True


def test_authelias_users_are_imported_with_their_groups_as_roles(site, make_file):
    name, password = new_name(), new_password()
    digest = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=4).hash(password)
    file = make_file(
        f"users:\n  {name}:\n    disabled: false\n    displayname: 'A B'\n    password: '{digest}'\n"
        "    email: 'ab@example.org'\n    groups:\n      - 'admins'\n      - 'dev'\n")
    site.ctl("user", "import", file)
    user = log_in(site, name, password).json["user"]
    assert (user["email"], user["roles"]) == ("ab@example.org", ["admins", "dev"])


def test_with_one_problem_nothing_is_imported_and_every_problem_is_told_with_its_line(site, user, make_file):
    digest = MAKERS["bcrypt"](new_password())
    good = new_name()
    lines = [f"{good}:{digest}", "two words:" + digest, f"{new_name()}:{{SHA}}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
             f"{user.name.upper()}:{digest}", f"{good.upper()}:{digest}", f"{new_name()}:rEK1ecacw.7.c"]
    result = site.ctl("user", "import", "--format", "htpasswd", make_file("\n".join(lines)), check=False)
    assert result.returncode == 1 and result.stdout == ""
    for line in (2, 3, 4, 5, 6):
        assert f"line {line}: " in result.stderr, result.stderr
    assert "line 1: " not in result.stderr
    assert not any(text in result.stderr for text in (digest, digest[7:], "W6ph5", "rEK1"))
    assert good not in exported(site)


def test_users_who_exist_already_can_be_skipped_and_keep_what_they_have(site, user, make_file):
    other, before = new_name(), digest_of(site, user.name)
    users = [{"username": user.name, "digest": MAKERS["apr1"]("x"), "roles": ["admin"]}, {"username": other}]
    assert import_jsonl(site, make_file, *users, check=False).returncode == 1
    assert "1 user imported, 1 skipped" in import_jsonl(site, make_file, *users, options=["--skip-existing"]).stdout
    assert digest_of(site, user.name) == before and exported(site)[user.name]["roles"] == []
    assert exported(site)[other]["digest"] is None


def test_a_name_that_looks_like_anothers_is_a_problem_unless_allowed(site, make_file):
    name = new_name("paypal")
    users = [{"username": name}, {"username": name.replace("l", "1")}]
    refused = import_jsonl(site, make_file, *users, check=False)
    assert refused.returncode == 1 and "line 2: " in refused.stderr
    import_jsonl(site, make_file, *users, options=["--allow-lookalikes"])
    assert name.replace("l", "1") in exported(site)


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(site, user, make_file):
    name, digest = new_name(), MAKERS["bcrypt"](new_password())
    before = site.ctl("user", "export").stdout
    users = [{"username": name, "digest": digest}, {"username": user.name}]
    told = import_jsonl(site, make_file, *users, options=["--dry-run", "--skip-existing"]).stdout
    rows = {line.split()[0]: line for line in told.splitlines()}
    assert "add" in rows[name] and "bcrypt, becomes argon2id at the first login" in rows[name]
    assert "skip, exists" in rows[user.name] and "1 user would be imported, 1 skipped" in told
    assert digest not in told
    assert site.ctl("user", "export").stdout == before


@pytest.mark.parametrize(
    "text, options",
    [
        ("name,password\n", []), ("", []), ("a:$y$j9T$a$b\n", []), ("a:b:c\n", []), ("users: *x\n", []),
        ("users:\n  a: &x {}\n", []), ("x\n", ["--format", "jsonl"]), ("x\n", ["--format", "authelia"]),
        ("x\n", ["--format", "shadow"]), ("x\n", ["--format", "ldif"]), ("\0\n", ["--format", "htpasswd"]),
        ("users:\n" + "  a: " + "[" * 5000, ["--format", "authelia"]),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_understood_is_refused_and_changes_nothing(site, make_file, text, options):
    before = site.ctl("user", "export").stdout
    result = site.ctl("user", "import", *options, make_file(text), check=False)
    assert result.returncode == (64 if "ldif" in options else 1) and result.stderr.strip()
    assert site.ctl("user", "export").stdout == before


def test_a_file_that_is_not_there_is_refused(site, tmp_path):
    assert site.ctl("user", "import", tmp_path / "none", check=False).returncode == 1
    assert site.ctl("user", "import", tmp_path, "--format", "jsonl", check=False).returncode == 1
