"""AUTH_ACCESS=session: the access token is an opaque id, looked up by verify-session (DESIGN.md 4)."""

import base64
import concurrent.futures
import hashlib
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import threading

import fastcgi
import pytest
from client import bearer
from programs import command, environment, listening
from site_under_test import ACCESS, BUILD, REFRESH, new_password
from tokens import decode, encode, wait_until_expired

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MOST_IDS = 64  # good at a time in one session


@pytest.fixture(scope="module")
def site(new_site):
    return new_site(AUTH_ACCESS="session", AUTH_ARGON2_MEMORY="7MiB", AUTH_ARGON2_TIME="1")


def ask(site, token, **parameters):
    asked = fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={token}") | parameters)
    return fastcgi.ask(site.stack.socket("verify"), asked)


def reason(site, token):
    answer = ask(site, token)
    return answer.status, answer.header("X-Auth-Reason")


def stored_hash(token):
    return encode(hashlib.sha256(decode(token)).digest())


def query(site, sql, *values):
    database = sqlite3.connect(site.store)
    try:
        return database.execute(sql, values).fetchall()
    finally:
        database.close()


def test_an_id_is_32_random_bytes_and_no_two_are_alike(site, user):  # N-S2
    answers = [user.client.post("/auth/refresh") for _ in range(5)]
    tokens = [user.access] + [answer.json["access_token"] for answer in answers]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) and len(decode(token)) == 32 for token in tokens)
    assert len({token[:8] for token in tokens}) == 6
    for answer in answers:
        assert set(answer.json) == {"user", "access_token", "token_type", "expires_in"}
        assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 900)
        cookie = answer.cookie(ACCESS)
        assert cookie.value == answer.json["access_token"] and cookie.attribute("Max-Age") == "900"


def test_the_store_holds_the_hash_and_nothing_holds_the_id(site):
    user = site.sign_up()
    tokens = [user.access, user.client.post("/auth/refresh").json["access_token"]]
    site.status_of(user.access)
    written = b"".join(path.read_bytes() for path in site.state.rglob("*") if path.is_file())
    for token in tokens:
        raw = decode(token)
        assert query(site, "SELECT COUNT(*) FROM access_ids WHERE hash = ?", stored_hash(token)) == [(1,)]
        for secret in (token.encode(), raw, raw.hex().encode(), base64.b64encode(raw)):
            assert secret not in written


def test_no_part_of_an_id_and_nothing_longer_is_accepted(site, user):  # CVE-2026-27840, N-S2
    token = user.access
    others = [token[:size] for size in range(1, len(token))] + [token[size:] for size in range(1, len(token))]
    others += [token + end for end in ("A", "=", "==", ".", "-", "%00", "\t A")] + ["A" + token, token * 2, token * 90]
    for other in others:
        assert reason(site, other) == (401, "token_malformed"), other
    unused_bits = token[:-1] + ALPHABET[ALPHABET.index(token[-1]) ^ 1]
    assert reason(site, unused_bits) == (401, "token_malformed"), "a second spelling of one id"
    assert ask(site, token).status == 204


def test_an_id_with_any_character_changed_is_unknown(site, user):
    for at, letter in enumerate(user.access):
        other = ALPHABET[(ALPHABET.index(letter) + 4) % 64]  # 4: the last character's unused bits stay zero
        assert reason(site, user.access[:at] + other + user.access[at + 1 :]) == (401, "token_unknown"), at
    assert reason(site, user.access.swapcase())[0] == 401
    assert ask(site, user.access).status == 204


def test_nothing_else_that_the_site_gives_out_or_keeps_is_an_id(site, user):
    for other in (user.refresh, user.id, site.session_of(user.access), stored_hash(user.access), "' OR 1=1 --", "%"):
        assert reason(site, other)[0] == 401, other


def test_an_id_that_the_client_chose_is_never_adopted(site, client):  # N-S1
    chosen = encode(os.urandom(32))
    client.jar[ACCESS] = chosen
    victim = site.sign_up(client=client)
    assert client.jar[ACCESS] == victim.access != chosen
    client.jar[ACCESS] = chosen
    again = site.log_in(victim, client)[1]["access_token"]
    assert client.jar[ACCESS] == again != chosen
    assert reason(site, chosen) == (401, "token_unknown")
    assert reason(site, victim.access) == (401, "token_unknown"), "the session it replaced lives on"


def test_ids_of_other_tabs_stay_good_after_a_refresh(site, user):
    tokens = [user.access] + [user.client.post("/auth/refresh").json["access_token"] for _ in range(3)]
    assert [site.status_of(token) for token in tokens] == [200] * 4


def test_a_session_has_so_many_ids_at_most_and_the_newest_is_good(site, user):
    first = [("Cookie", f"{REFRESH}={user.refresh}")]
    tokens = [user.client.post("/auth/refresh", headers=first).json["access_token"] for _ in range(MOST_IDS + 10)]
    session = site.session_of(tokens[-1])
    assert query(site, "SELECT COUNT(*) FROM access_ids WHERE session_id = ?", session) == [(MOST_IDS,)]
    assert [ask(site, token).status for token in (user.access, tokens[0], tokens[-1])] == [401, 401, 204]


@pytest.fixture(scope="module")
def short_lived(new_site):
    return new_site(AUTH_ACCESS="session", AUTH_ACCESS_TTL="1s", AUTH_ARGON2_MEMORY="7MiB")


def test_an_id_expires_is_renewed_in_place_and_leaves_the_store(short_lived):
    user = short_lived.sign_up()
    assert ask(short_lived, user.access).status == 204
    wait_until_expired(user.access)
    assert reason(short_lived, user.access) == (401, "token_expired")
    assert user.client.get("/private/").status == 200 and user.client.jar[ACCESS] != user.access
    assert query(short_lived, "SELECT 1 FROM access_ids WHERE hash = ?", stored_hash(user.access)) == []
    assert reason(short_lived, user.access) == (401, "token_unknown")


def test_what_ends_a_session_counts_at_once_and_there_is_no_journal(site):  # N-S3, N-S4
    def theft(user):
        stolen = user.refresh
        for headers in ([], [], [("Cookie", f"{REFRESH}={stolen}")]):
            user.client.post("/auth/refresh", headers=headers)

    def change_password(user):
        other, _ = site.log_in(user)
        change = dict(current_password=user.password, new_password=new_password())
        assert other.post("/auth/password", change).status == 204

    for end in (
        lambda user: user.client.post("/auth/logout"),
        lambda user: user.client.delete("/auth/logout", bearer(user.access), cookies=False),
        lambda user: user.client.post("/auth/logout", dict(scope="global")),
        lambda user: user.client.delete(f"/auth/sessions/{site.session_of(user.access)}"),
        lambda user: site.ctl("session", "revoke", "--user", user.name),
        lambda user: site.ctl("user", "disable", user.name),
        lambda user: site.ctl("user", "delete", user.name, "--yes"),
        theft,
        change_password,
    ):
        user = site.sign_up()
        assert ask(site, user.access).status == 204
        end(user)
        assert reason(site, user.access) == (401, "token_unknown"), end
    assert not site.journal.exists()


def test_an_account_that_was_disabled_has_no_id_that_works_again(site, user):
    site.ctl("user", "disable", user.name)
    site.ctl("user", "enable", user.name)
    assert reason(site, user.access) == (401, "token_unknown")


def test_a_change_of_roles_counts_in_the_next_request_with_the_same_id(site, user):
    for command_, expected in ((["admin"], 200), (["--none"], 403), (["admin", "editor"], 200)):
        site.ctl("user", "roles", user.name, *command_)
        answer = user.client.get("/admin/")
        assert (answer.status, answer.set_cookies) == (expected, [])


@pytest.fixture(scope="module")
def fragile_site(new_site):
    return new_site(AUTH_ACCESS="session", AUTH_ARGON2_MEMORY="7MiB")


def test_ids_survive_a_kill_of_every_program(fragile_site):
    users = [fragile_site.sign_up() for _ in range(3)]
    gone = fragile_site.sign_up()
    assert gone.client.post("/auth/logout").status == 204
    for program in ("signup", "login", "refresh", "logout", "account", "verify"):
        fragile_site.stack.restart(program, 9)
    assert [fragile_site.status_of(user.access) for user in users] == [200] * 3
    assert fragile_site.status_of(gone.access) == 401
    fragile_site.restart()
    assert [fragile_site.status_of(user.access) for user in users] == [200] * 3
    assert fragile_site.status_of(gone.access) == 401


def test_without_the_store_the_answer_is_503_and_never_401(fragile_site):
    user, pid = fragile_site.sign_up(), fragile_site.stack.pid("verify")
    assert user.client.get("/private/").status == 200
    paths = [path for path in fragile_site.state.glob("store.sqlite*")]
    for path in paths:
        path.rename(path.with_name("away-" + path.name))
    try:
        assert reason(fragile_site, user.access) == (403, "unavailable")
        for answer in (user.client.get("/private/"), user.client.navigate("/private/")):
            assert answer.status == 503 and int(answer.header("Retry-After")) > 0, answer
            assert answer.set_cookies == [] and answer.header("Location") is None
        # What is no id needs no query to be refused.
        assert reason(fragile_site, user.access[:-1]) == (401, "token_malformed")
        assert not fragile_site.store.exists()
    finally:
        for path in paths:
            path.with_name("away-" + path.name).rename(path)
    assert user.client.get("/private/").status == 200
    assert fragile_site.stack.pid("verify") == pid
    assert any("store_unavailable" in line for line in fragile_site.stack.log("verify"))


def test_no_key_but_that_of_refresh_tokens_is_needed(new_site):
    """What a program does not use it does not open."""
    bare = new_site(AUTH_ACCESS="session")
    for name in ("verify.json", "jwks.json"):
        (bare.keys / name).unlink()
    signing = bare.keys / "signing.json"
    signing.write_text("not a key")  # present, or the stack would make keys anew
    bare.restart()
    user = bare.sign_up()
    assert user.client.post("/auth/refresh").status == 200
    assert bare.log_in(user)[0].get("/private/").status == 200
    assert user.client.get("/auth/me").status == 200
    assert user.client.post("/auth/logout").status == 204


def opened(pid):
    """What a process has open: the path, and the flags of open(2)."""
    files = {}
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        facts = dict(line.split(":\t") for line in (link.parent.parent / "fdinfo" / link.name).read_text().splitlines()[:3])
        files[os.readlink(link)] = int(facts["flags"], 8)
    return files


def test_the_verifier_has_the_store_open_for_reading_and_no_other_file(site, user):
    assert ask(site, user.access).status == 204
    files = opened(site.stack.pid("verify"))
    assert files[str(site.store)] & os.O_ACCMODE == os.O_RDONLY
    ours = {path for path in files if path.startswith(str(site.state)) and "/log/" not in path}
    assert ours <= {str(site.store) + end for end in ("", "-wal", "-shm")}


@pytest.mark.parametrize("program, kind", [("verify", "session"), ("verify-session", "jwt")])
def test_the_program_for_the_other_kind_of_token_does_not_start(site, program, kind):
    arguments = [str(pathlib.Path(BUILD) / f"fcgi-auth-{program}"), *command(site, "signup")[1:]]
    with listening() as (listener, _):
        result = subprocess.run(
            arguments, env=environment(AUTH_ACCESS=kind), stdin=listener, capture_output=True, text=True, timeout=10
        )
    assert result.returncode == 78 and f"AUTH_ACCESS is {kind}" in result.stderr, result


def test_a_site_can_change_from_one_kind_to_the_other(new_site):
    site = new_site(AUTH_ACCESS="jwt")
    user, gone = site.sign_up(), site.sign_up()
    token = user.access
    site.restart(AUTH_ACCESS="session")
    user.client.close()
    gone.client.close()
    assert reason(site, token) == (401, "token_malformed")
    answer = user.client.get("/private/")
    assert answer.status == 200 and {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}
    gone.client.post("/auth/logout")
    identifier = user.client.jar[ACCESS]
    site.restart(AUTH_ACCESS="jwt")
    user.client.close()
    assert site.status_of(identifier) == 401
    assert user.client.get("/private/").status == 200
    assert site.status_of(token) == 200, "a JWT is good until it expires"
    assert site.status_of(gone.access) == 401, "a JWT came back to life that was revoked meanwhile"


def test_50_users_interleaved_on_kept_connections_are_never_mixed(site):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        users = list(pool.map(lambda _: site.sign_up(), range(50)))
    own = threading.local()

    def wrong(seed):
        if not hasattr(own, "peer"):
            own.peer = fastcgi.Peer(site.stack.socket("verify"))
        user = random.Random(seed).choice(users)
        answer = own.peer.ask(fastcgi.get("/_auth/verify", dict(HTTP_COOKIE=f"{ACCESS}={user.access}")), keep=True)
        return (answer.header("X-Auth-User"), answer.header("X-Auth-User-Id")) != (user.name, user.id)

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(wrong, range(5000))) == 0
