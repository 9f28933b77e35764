"""Protected locations: who is let in, and what the application sees (DESIGN.md 3, NGINX.md)."""

import hashlib
import os

import pytest
from client import bearer
from echo import Echo
from site_under_test import ACCESS, DEVICE, REFRESH, new_name, new_password
from tokens import wait_until_expired


def test_a_public_page_asks_for_nothing(client):
    assert client.navigate("/").status == 200


def test_a_page_load_without_a_login_is_302_to_the_login_page(client):
    answer = client.navigate("/private/")
    assert (answer.status, answer.header("Location")) == (302, "/login?rd=%2Fprivate%2F")


def test_anything_else_without_a_login_is_401_problem_json(client):
    for answer in (
        client.get("/private/"),
        client.get("/private/index.html"),
        client.post("/private/", {}),
        client.get("/app/", [("Sec-Fetch-Mode", "cors")]),
    ):
        assert answer.status == 401, answer
        assert answer.header("Content-Type") == "application/problem+json"
        assert {"type", "title", "status", "code", "detail", "request_id"} <= set(answer.json)
        assert answer.code and answer.json["status"] == 401


def test_a_401_asks_for_a_bearer_token_once(user, client):
    assert client.get("/private/").header("WWW-Authenticate").startswith("Bearer")
    assert "error" not in client.get("/private/").header("WWW-Authenticate")
    assert 'error="invalid_token"' in client.get("/private/", bearer("x.y.z")).header("WWW-Authenticate")


def test_a_401_or_302_is_not_kept_by_caches(client):
    for answer in (client.get("/private/"), client.navigate("/private/")):
        assert "no-store" in (answer.header("Cache-Control") or ""), answer


def test_who_is_logged_in_is_let_in(user):
    assert user.client.navigate("/private/").status == 200


def test_a_role_is_asked_for(site):
    plain, admin = site.sign_up(), site.sign_up(roles=["admin"])
    assert plain.client.get("/admin/").status == 403
    assert plain.client.navigate("/admin/").status == 403
    assert admin.client.get("/admin/").status == 200
    assert site.status_of(admin.access, target="/admin/") == 200


def test_a_refusal_of_a_role_is_problem_json(user):
    answer = user.client.get("/admin/")
    assert (answer.status, answer.json["status"]) == (403, 403) and answer.code


@pytest.mark.parametrize("roles", [["administrator"], ["admi"], ["not-admin"], ["admin.x", "x:admin"]])
def test_only_the_very_role_counts(site, roles):
    assert site.sign_up(roles=roles).client.get("/admin/").status == 403


@pytest.mark.parametrize("policy", ["nonsense", "role:", "role", "roles:admin", "role:admin;x", '"role:admin role:"'])
def test_a_policy_that_is_no_policy_lets_nobody_in(site, policy):
    """What nginx would pass as AUTH_REQUIRE, given to the verifier directly."""
    import fastcgi

    admin = site.sign_up(roles=["admin"])
    asked = dict(AUTH_REQUIRE=policy.strip('"'), HTTP_COOKIE=f"{ACCESS}={admin.access}")
    assert fastcgi.ask(site.stack.socket("verify"), fastcgi.get("/_auth/verify", asked)).status in (401, 403)


FORGED = [
    "Remote-User", "Remote-Email", "Remote-Groups", "REMOTE-USER", "remote-user", "Remote_User", "REMOTE_USER",
    "X-Auth-User", "X_Auth_User", "X-Auth-User-Id", "X-Auth-Email", "X-Auth-Roles", "X-Auth-Session", "Remote_Groups",
]  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_an_identity_header_of_the_client_never_arrives(user, name):
    for headers in ([(name, "forged")], [(name, "forged"), (name, "forged")], [("Connection", name), (name, "forged")]):
        seen = Echo(user.client.get("/app/", headers))
        assert all("forged" not in value for _, value in seen.headers), (name, seen.headers)
        assert seen.user == user.name


@pytest.mark.parametrize("name", ["Remote-User", "Remote-Groups, Remote-Email", "close, Remote-User", "X-Auth-User"])
def test_a_connection_header_takes_no_identity_away(site, name):
    admin = site.sign_up(roles=["admin"], email="root@example.org")
    seen = Echo(admin.client.get("/app/", [("Connection", name)]))
    assert (seen.user, seen.header("Remote-Groups"), seen.header("Remote-Email")) == (
        admin.name,
        "admin",
        "root@example.org",
    )


def test_no_upgrade_but_websocket_reaches_an_application(user):
    """Through h2c a client could speak past nginx, with identity headers of its own."""
    def told(upgrade):
        seen = Echo(user.client.get("/app/", [("Upgrade", upgrade), ("Connection", "Upgrade, HTTP2-Settings")]))
        return seen.header("Upgrade"), seen.header("Connection")

    assert told("h2c")[0] is None and told("h2c")[1] in (None, "close")
    assert told("websocket") == ("websocket", "upgrade")


def test_forged_roles_open_no_door(user):
    headers = [("Remote-Groups", "admin"), ("X-Auth-Roles", "admin"), ("Auth-Require", ""), ("AUTH_REQUIRE", "")]
    assert user.client.get("/admin/", headers).status == 403


def test_the_application_sees_name_email_and_roles(site):
    user = site.sign_up(email="mia@example.org", roles=["admin", "editor"])
    seen = Echo(user.client.get("/app/"))
    assert seen.user == user.name
    assert seen.header("Remote-Email") == "mia@example.org"
    assert sorted(seen.header("Remote-Groups").split(",")) == ["admin", "editor"]


def test_a_user_without_email_or_roles_has_none_of_another(user):
    seen = Echo(user.client.get("/app/", [("Remote-Email", "forged@example.org"), ("Remote-Groups", "forged")]))
    assert not seen.header("Remote-Email") and not seen.header("Remote-Groups")


def test_a_name_beyond_ascii_reaches_the_application_safely(site):
    import urllib.parse

    name = new_name("jürgen-語")
    value = Echo(site.sign_up(name=name).client.get("/app/")).user
    assert name in (urllib.parse.unquote(value), value.encode("latin-1", "replace").decode("utf-8", "replace"))


def test_the_auth_cookies_are_taken_out_and_others_left_as_they_are(user):
    device = user.client.jar[DEVICE]
    ours = [f"{ACCESS}={user.access}", f"{REFRESH}={user.refresh}"]
    for text, left in [
        (f"a=b; {DEVICE}={device}; {ours[0]}; {ours[1]}; c=d", "a=b; c=d"),
        (f"{ours[0]}; __Secure-device={device}; x__Host-device=y; __Host-devices=z", "x__Host-device=y; __Host-devices=z"),
        (f"{ours[0]}; {ours[1]}", ""),
        (f"a=b; {ours[0]}; c=d; {ours[1]}; e=f", "a=b; c=d; e=f"),
        (f"{ours[0]}; a=b", "a=b"),
        (f"a=b; {ours[0]}", "a=b"),
        (
            f'theme="dark; mode"; {ours[0]}; x__Host-access=y; __Host-accessory=z',
            'theme="dark; mode"; x__Host-access=y; __Host-accessory=z',
        ),
        (f"a=__Host-access={user.access[:20]}; {ours[0]}", f"a=__Host-access={user.access[:20]}"),
    ]:
        seen = Echo(user.client.get("/app/", [("Cookie", text)])).header("Cookie") or ""
        assert [part for part in seen.split("; ") if part] == [part for part in left.split("; ") if part], (text, seen)


def test_no_token_reaches_the_application(user):
    cookies = [("Cookie", f"a=b; {ACCESS}={user.access}"), ("Cookie", f"{REFRESH}={user.refresh}; c=d")]
    seen = repr(Echo(user.client.get("/app/", cookies)).headers)
    assert user.access not in seen and user.refresh not in seen


def test_no_header_between_nginx_and_the_verifier_reaches_the_client(user):
    answer = user.client.get("/app/")
    assert not [name for name, _ in answer.headers if name.lower().startswith(("x-auth", "remote-"))], answer


METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "MKCOL", "CONNECTX"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("place", ["/private/", "/admin/", "/app/"])
def test_no_method_is_a_way_around(client, method, place):
    assert client.request(method, place).status in (401, 405)
    asks = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET")]
    assert client.request(method, place, asks).status in (401, 405)


PATHS = [
    "//private/", "/./private/", "/x/../private/", "/%70rivate/", "/private%2f", "/private/%2e/",
    "/private/..%2fprivate/",
    "///private///", "/private/.", "/private/index.html", "/private/%2e%2e/private/", "/%2fprivate/",
    "/login/../private/",
    "/auth/../private/", "/private;x/", "/private/;x", "/private/%00", "/private\\", "/PRIVATE/", "/private/?x=/../..",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_spelling_of_the_path_is_a_way_around(user, client, path):
    inside = user.client.get("/private/").body
    answer = client.get(path)
    assert answer.status in (400, 401, 404) and answer.body != inside, answer


def test_odd_request_lines_are_no_way_around(user, client):
    inside = user.client.get("/private/").body
    host = f"Host: localhost:{client.port}\r\nConnection: close\r\n\r\n"
    for line in (
        f"GET https://localhost:{client.port}/private/ HTTP/1.1", "GET /private/ HTTP/1.0", "get /private/ HTTP/1.1",
        "GET /private/", "GET /private/#x HTTP/1.1", "GET  /private/ HTTP/1.1", "GET /\t/private/ HTTP/1.1",
    ):  # fmt: skip
        answer = client.raw(f"{line}\r\n{host}".encode(), timeout=3)
        assert inside not in answer and b" 200 " not in answer.split(b"\r\n")[0], (line, answer)


def test_verify_and_renew_are_not_reachable_from_outside(user):
    for path in ("/_auth/verify", "/_auth/renew", "/_auth/", "//_auth/verify", "/_auth/verify/", "/%5fauth/verify"):
        for method in ("GET", "POST"):
            assert user.client.request(method, path).status == 404, path


def test_a_token_in_the_query_is_not_read(user, client):
    assert client.get(f"/private/?access_token={user.access}").status == 401


def test_a_bearer_token_lets_in(user, client):
    assert client.get("/private/", bearer(user.access)).status == 200
    assert client.get("/private/", [("Authorization", f"bearer {user.access}")]).status == 200


@pytest.mark.parametrize(
    "value",
    ["Bearer garbage", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "garbage", "Digest x", "Bearer a b", "Bearer\tx"],
)
def test_authorization_alone_counts_when_it_is_present(user, value):
    answer = user.client.get("/private/", [("Authorization", value)])
    assert (answer.status, answer.set_cookies) == (401, []), answer


def test_authorization_wins_over_the_cookie_of_another_user(site, user):
    other = site.sign_up()
    assert Echo(user.client.get("/app/", bearer(other.access))).user == other.name


def test_two_authorization_headers_let_nobody_in(site, user):
    other = site.sign_up()
    with site.client() as client:
        headers = bearer(user.access) + bearer(other.access)
        assert client.get("/private/", headers).status in (400, 401)


def test_an_expired_bearer_token_is_not_renewed_by_the_cookie(short_site):
    user = short_site.sign_up()
    wait_until_expired(user.access)
    answer = user.client.get("/private/", bearer(user.access))
    assert (answer.status, answer.set_cookies) == (401, []), answer


@pytest.mark.parametrize("size", [0, 1, 60_000, 900_000])
def test_a_post_after_expiry_arrives_whole(short_site, size):
    user, body = short_site.sign_up(), os.urandom(size)
    wait_until_expired(user.access)
    answer = user.client.request("POST", "/app/form", [("Content-Type", "application/octet-stream")], body)
    seen = Echo(answer)
    assert seen.request_line.startswith("POST /app/form ")
    assert (seen.length, seen.digest, seen.user) == (size, hashlib.sha256(body).hexdigest(), user.name)
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}


def test_a_chunked_post_after_expiry_arrives_whole(short_site):
    user, body = short_site.sign_up(), os.urandom(60_000)
    wait_until_expired(user.access)
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (body[at : at + 7000] for at in range(0, 60_000, 7000))
    )
    answer = user.client.request("POST", "/app/", [("Transfer-Encoding", "chunked")], chunks + b"0\r\n\r\n")
    assert (Echo(answer).length, Echo(answer).digest) == (60_000, hashlib.sha256(body).hexdigest())


def test_a_refused_post_does_not_reach_the_application(client):
    assert client.request("POST", "/app/", [("Content-Type", "text/plain")], new_password().encode()).status == 401


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 500])
def test_an_answer_of_the_application_is_left_alone(user, status):
    answer = user.client.get(f"/app/status/{status}")
    assert answer.status == status and answer.header("Content-Type").startswith("text/plain"), answer
