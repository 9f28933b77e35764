"""Every event of an account's life is logged, by the closed list that alerts are written against (N-L1)."""

import re

import pytest
from client import bearer
from site_under_test import PROGRAMS, REPOSITORY, eventually, new_name, new_password

# Troubles of the machine, logged where they are caused: test_store, test_revocation, test_fastcgi and the like.
TROUBLES = {
    "keys_unavailable", "store_unavailable", "revocations_unavailable", "overloaded", "policy_not_understood",
    "digest_unreadable", "failed", "stopped",
}  # fmt: skip


def listed():
    """The names in Event.swift: `case name` is its own, `case name = "x"` is x."""
    text = (REPOSITORY / "Sources/AuthCore/Events/Event.swift").read_text().split("public var level")[0]
    return {match[2] or snake(match[1]) for match in re.finditer(r"case (\w+)(?: = \"(\w+)\")?", text)}


def snake(name):
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)


@pytest.fixture(scope="module")
def talking_site(new_site):
    return new_site(AUTH_LOG_LEVEL="debug", AUTH_LOGIN_ATTEMPTS="2", AUTH_REFRESH_GRACE="1s")


def live(site):
    """One of everything that can happen to an account; what the admin's commands logged."""
    user, other = site.sign_up(), site.sign_up()
    wrong = dict(username=other.name, password=new_password())
    with site.client() as client:
        client.post("/auth/signup", dict(username=user.name, password=new_password()))
        client.get("/private/", bearer("x.y.z"))
        client.post("/auth/login", wrong, [("Sec-Fetch-Site", "cross-site")])
        client.post("/auth/refresh", headers=[("Cookie", "__Host-refresh=x")])
        for _ in range(4):
            client.post("/auth/login", wrong)
    old = user.refresh
    for _ in range(2):
        user.client.post("/auth/refresh")
    _, body = site.log_in(user)
    user.client.delete(f"/auth/sessions/{site.session_of(body['access_token'])}")
    user.client.post("/auth/password", dict(current_password="wrong", new_password=new_password()))
    changed = dict(current_password=user.password, new_password=new_password())
    user.client.post("/auth/password", changed)
    user.password = changed["new_password"]
    user.client.post("/auth/refresh", headers=[("Cookie", f"__Host-refresh={old}")])
    third, _ = site.log_in(user)
    third.post("/auth/logout")
    return administer(site, user)


def administer(site, user):
    name = new_name("added")
    commands = [
        ("user", "add", name), ("user", "roles", name, "admin"), ("user", "disable", name), ("user", "enable", name),
        ("session", "revoke", "--user", user.name), ("user", "delete", name, "--yes"), ("key", "rotate", "--now"),
    ]  # fmt: skip
    told = [site.ctl(*words, input=new_password() + "\n").stderr for words in commands]
    imported = f"{new_name('imported')}:$apr1$saltsalt$k5yJ9xbEHEIf5TZ1PSVVi1\n"
    told.append(site.ctl("user", "import", "-", "--format", "htpasswd", input=imported).stderr)
    site.restart(AUTH_ARGON2_TIME="3", AUTH_LOG_LEVEL="debug", AUTH_LOGIN_ATTEMPTS="2")
    site.log_in(user)
    return "\n".join(told)


def test_every_event_of_an_account_is_logged(talking_site):
    told = live(talking_site)
    expected = listed() - TROUBLES
    assert len(expected) > 15 and TROUBLES <= listed()

    def missing():
        text = told + "\n" + "\n".join(line for name in PROGRAMS for line in talking_site.stack.log(name))
        return {event for event in expected if not re.search(rf"fcgi-auth(-[a-z-]+|ctl) {event}( |$)", text, re.M)}

    eventually(lambda: missing() <= {"store_migrated"}, 3)
    assert missing() <= {"store_migrated"}  # logged by the command that set the site up, before the test
