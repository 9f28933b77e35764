"""What nginx does with a request before it asks the verifier, where the peers were got round (V-N6 to V-N12)."""

import re
import time

import pytest
from client import bearer
from echo import Echo
from site_under_test import ACCESS, REFRESH, REPOSITORY

PROTECTED = ("/private/", "/private/index.html", "/app/x", "/admin/")


# -- What is shipped -------------------------------------------------------------------------------


def directives():
    """Every directive of the configuration that is installed: file, its name and the rest of it."""
    for path in [*REPOSITORY.glob("nginx/*/*.conf")]:
        text = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.M)
        for match in re.finditer(r"(?:^|[;{}])\s*([a-z_]+)\s+([^;{}]*)", text):
            yield path.name, match[1], match[2].strip()


def test_no_switch_that_keeps_a_request_in_one_spelling_is_turned(site):
    """merge_slashes, underscores_in_headers and ignore_invalid_headers stay as nginx has them (V-N8, 2.2)."""
    found = list(directives())
    assert len(found) > 100
    switches = ("merge_slashes", "underscores_in_headers", "ignore_invalid_headers", "satisfy")
    assert [one for one in found if one[1] in switches] == []


def test_no_rule_reads_the_target_as_the_client_spelled_it():
    """V-N6: $request_uri is told to programs and put into a redirect, and decides nothing."""
    for file, name, rest in directives():
        if "$request_uri" in rest:
            assert (name, rest.split()[0]) in (("fastcgi_param", "REQUEST_URI"), ("return", "301")), (file, name, rest)


def test_no_alias_can_be_left_by_its_own_prefix():
    """V-N7: a location with an alias is one exact path, or both end with a slash."""
    seen = 0
    for path in REPOSITORY.glob("nginx/*/*.conf"):
        pattern = r"location\s+((?:=|\^~|~\*?)\s+)?(\S+)\s*\{([^{}]*?)\balias\s+(\S+);"
        for match in re.finditer(pattern, path.read_text()):
            kind, place, target = (match[1] or "").strip(), match[2], match[4]
            assert kind == "=" or (kind in ("", "^~") and place.endswith("/") and target.endswith("/")), match[0]
            seen += 1
    assert seen >= 5


def test_the_example_site_tells_no_version():
    """N-L4, where the demo's own nginx.conf does not help."""
    assert ("example.conf", "server_tokens", "off") in set(directives())


# -- Ways to a file or a page ----------------------------------------------------------------------


@pytest.mark.parametrize("path", [
    "/.well-known/jwks.json../signing.json", "/.well-known/jwks.json/../signing.json", "/.well-known/signing.json",
    "/.well-known/jwks.json%2f..%2fsigning.json", "/auth-pages../../conf.d/fcgi-auth.conf",
    "/auth-pages/../../../../../etc/passwd", "/auth-pages/..%2f..%2f..%2f..%2fetc%2fpasswd", "/login../login.html",
    "/private../private/index.html", "/alias../html/private/index.html", "/loginprivate/index.html",
])  # fmt: skip
def test_no_alias_leads_to_another_file(user, client, path):
    """V-N7, CVE-2026-33494."""
    inside = user.client.get("/private/").body
    answer = client.get(path)
    assert answer.status in (400, 401, 403, 404), answer
    assert b'"d"' not in answer.body and b"root:" not in answer.body and answer.body != inside


@pytest.mark.parametrize("target", [
    "/private/%", "/private/%z", "/private/%zz", "/private/%ff%fe", "/private/%00", "/private/\\", "/private/{}|^`",
    "/private/\udcff\udcfe", "/private/?%", "/private/?%zz=%", "/private/?\udcff", "http:///private/", "private/",
    "*", "?/private/", "/private/:80", "https://%zz/private/", "/private/" + "%41" * 900, "/private/?" + "x" * 9000,
])  # fmt: skip
@pytest.mark.parametrize("accepts", ["application/json", "text/html"])
def test_a_malformed_target_is_never_answered_with_success(user, client, target, accepts):
    """CVE-2021-32637: what can't be read as a target is refused, to programs and to page loads."""
    line = b"GET " + target.encode("utf-8", "surrogateescape") + b" HTTP/1.1\r\n"
    head = f"Host: localhost:{client.port}\r\nAccept: {accepts}\r\nConnection: close\r\n\r\n".encode()
    answer = client.raw(line + head, timeout=5)
    assert answer[9:12] in (b"", b"302", b"400", b"401", b"404", b"414"), answer
    assert user.client.get("/private/").body not in answer


@pytest.mark.parametrize("path", [
    "/private/?/login", "/private/?x=/auth/login", "/private/?/../login", "/private/?rd=/", "/private/?.css",
    "/private/?a#/login", "/private/#/login", "/private/%23/../../login%23", "/private/;/login",
    "/private/index.html?/style.css", "/app/?skip=/login", "/app/login?/login",
    "/app/x%3f/login", "/app/%2e%2e/app/", "/app/x#/../../login",
])  # fmt: skip
def test_nothing_after_the_path_opens_a_door(user, client, path):
    """CVE-2025-54576, CVE-2026-41059: a rule that matched the query or the fragment would let these in."""
    inside = user.client.get("/private/").body
    head = f"Host: localhost:{client.port}\r\nConnection: close\r\n\r\n"
    answer = client.raw(f"GET {path} HTTP/1.1\r\n{head}".encode(), timeout=5)
    assert answer[9:12] in (b"400", b"401", b"404"), answer
    assert inside not in answer


PROBES = [
    "kube-probe/1.29", "GoogleHC/1.0", "ELB-HealthChecker/2.0", "Go-http-client/1.1", "nginx", "curl/7.88.1", "",
    "/ping", "Prometheus/2.45", "HealthCheck", "fcgi-auth", "Mozilla/5.0 (compatible; Googlebot/2.1)",
]  # fmt: skip


@pytest.mark.parametrize("place", PROTECTED)
def test_no_user_agent_is_let_in(client, place):
    """CVE-2026-34457: health is asked of a socket, never told by a header."""
    for agent in PROBES:
        for headers in ([], [("X-Health-Check", "1"), ("X-Probe", "1")]):
            assert client.get(place, [("User-Agent", agent), *headers]).status == 401, agent


CLAIMS = [
    ("X-Forwarded-Uri", "/"), ("X-Forwarded-Uri", "/login"), ("X-Original-URL", "/login"), ("X-Rewrite-URL", "/login"),
    ("X-Original-URI", "/login"), ("X-Original-Method", "OPTIONS"), ("X-Forwarded-Method", "OPTIONS"),
    ("X-HTTP-Method-Override", "OPTIONS"), ("X-Forwarded-Host", "other.example"), ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1;host=other.example;proto=http"),
    ("X-Accel-Redirect", "/private/"), ("X-Forwarded-Proto", "http"), ("X-Auth-Request-Redirect", "/login"),
    ("Referer", "https://localhost/private/"),
    ("X-Auth-Require", ""), ("X-Sendfile", "index.html"), ("Authorization", ""), ("Proxy-Authorization", "Basic eDp5"),
]  # fmt: skip


@pytest.mark.parametrize("name, value", CLAIMS)
def test_no_header_that_a_proxy_would_set_moves_a_request(user, client, name, value):
    """CVE-2026-40575, CVE-2024-47070 and the like: neither a stranger nor a user without the role gets further."""
    for place in PROTECTED:
        assert client.get(place, [(name, value)]).status == 401, place
    if name != "Authorization":
        assert user.client.get("/admin/", [(name, value)]).status == 403
        assert user.client.get("/private/", [(name, value)]).status == 200


def test_a_host_in_any_spelling_is_the_same_site(client, user):
    """CVE-2026-77560."""
    for host in ("LOCALHOST", "LocalHost", "localhost.", "other.example", "127.0.0.1"):
        name = f"{host}:{client.port}"
        for place in PROTECTED:
            assert client.get(place, [("Host", name)]).status == 401, (host, place)
        assert user.client.get("/admin/", [("Host", name)]).status == 403, host


@pytest.mark.parametrize("name, value", [
    ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "javascript"), ("Forwarded", "host=evil.example"),
    ("Host", "evil.example"), ("Referer", "https://evil.example/"), ("X-Forwarded-Prefix", "/evil.example"),
])  # fmt: skip
def test_no_answer_repeats_a_host_that_the_client_claims(client, name, value):
    """CVE-2025-64101, CVE-2024-21498, CVE-2024-21499: where an answer leads, it leads by path alone."""
    for answer in (
        client.navigate("/private/", [(name, value)]),
        client.get("/private/", [(name, value)]),
        client.form("/auth/logout", {}, [(name, value), ("Sec-Fetch-Site", "same-origin")]),
        client.get("/.well-known/change-password", [(name, value)]),
        client.navigate("/login?rd=%2Fprivate%2F", [(name, value)]),
    ):
        assert answer.status < 500
        told = repr(answer.headers) + answer.body.decode()
        assert "evil" not in told and "javascript:" not in told


ADDRESS = [
    ("X-Forwarded-For", "203.0.113.7"), ("X-Real-IP", "203.0.113.7"), ("Forwarded", "for=203.0.113.7"),
    ("X-Client-IP", "203.0.113.7"), ("True-Client-IP", "203.0.113.7"), ("CF-Connecting-IP", "203.0.113.7"),
]  # fmt: skip


def test_an_address_the_client_claims_is_not_believed(site, user):
    """N-L5, CVE-2023-36456, CVE-2024-21494: neither kept with the session nor logged."""
    with site.client() as client:
        assert client.post("/auth/login", dict(username=user.name, password=user.password), ADDRESS).status == 200
        refused = client.post("/auth/login", dict(username=user.name, password="wrong"), ADDRESS).json["request_id"]
        assert {one["address"] for one in client.get("/auth/sessions").json} == {"127.0.0.1"}
    log = site.stack.log("login")
    assert [line for line in log if refused in line and "127.0.0.1" in line] and "203.0.113.7" not in "\n".join(log)


def test_another_spelling_of_an_endpoint_is_no_other_count(new_site):
    """GHSA-x732-6j76-qmhm: every spelling nginx takes for the login counts as the login."""
    site = new_site(AUTH_LOGIN_ATTEMPTS="4")
    user = site.sign_up()
    wrong = dict(username=user.name, password="Sekret, but not this one")
    with site.client() as client:
        spellings = ("//auth/login", "/auth//login", "/./auth/login", "/%61uth/login", "/auth/x/../login")
        for target in (*spellings, "/auth/login?x"):
            assert client.post(target, wrong).status in (401, 404, 429), target
        assert client.post("/auth/login", wrong).status == 429
        assert client.post("//auth/login", wrong).status == 429


@pytest.mark.parametrize("value", [
    "__Host-access", "__Host-access=", "__Host-access=;", "__Host-access==", '__Host-access=""', "__Host-access=%00",
    "__Host-access=%", "=", ";", ";;;;", "__Host-access=\x01", "__Host-access=\xff\xfe",
    "__Host-access=a.b.c; __Host-access", "__Host-access=null", "__Host-access=true", "__Host-access={}",
    "__Host-access=[object Object]", "__Host-access=..",
    "__Host-refresh=%", "__Host-refresh=", "__Host-refresh=\x7f; __Host-access=\x7f", "__Host-access=" + "A" * 4000,
])  # fmt: skip
def test_a_malformed_cookie_is_no_cookie(client, value):
    """CVE-2026-25748: what can't be read fails closed."""
    for place in PROTECTED:
        assert client.get(place, [("Cookie", value.encode("latin-1"))]).status in (400, 401), place


# -- What the application sees ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_site(new_site):
    return new_site("location /open/ { include snippets/fcgi-auth-public.conf; proxy_pass http://echo; }")


@pytest.mark.parametrize("name", ["Remote-User", "Remote-Groups", "Remote-Email", "X-Auth-User", "X-Auth-Roles",
                                  "X_Auth_User", "Remote_User", "X-Auth-Session", "X-Auth-User-Id"])  # fmt: skip
def test_where_nobody_is_asked_the_application_sees_nobody(open_site, name):
    """V-N8, V-N9, CVE-2025-64484, CVE-2026-39858, CVE-2026-54763: a public location overwrites the identity too."""
    user = open_site.sign_up()
    for headers in ([(name, "root")], [("Connection", name), (name, "root")], [(name, ""), (name, "root")]):
        seen = Echo(user.client.get("/open/", headers))
        assert "root" not in repr(seen.headers) and not seen.user
        assert user.access not in repr(seen.headers) and user.refresh not in repr(seen.headers)


def test_a_large_body_without_a_login_is_refused_and_not_waited_for(client):
    """V-N11."""
    for place in ("/private/", "/app/"):
        started = time.monotonic()
        kind = [("Content-Type", "application/octet-stream")]
        assert client.request("POST", place, kind, b"x" * 900_000).status == 401
        assert time.monotonic() - started < 2
        client.close()


def test_a_cookie_beside_a_token_of_another_is_never_mixed_in(site, user):
    """CVE-2026-33544, CVE-2026-71326, CVE-2026-33496: nothing of one request is kept for another on its connection."""
    other = site.sign_up()
    with site.client() as client:
        for _ in range(30):
            assert Echo(client.get("/app/", bearer(user.access), cookies=False)).user == user.name
            assert client.get("/app/", cookies=False).status == 401
            cookies = [("Cookie", f"{ACCESS}={other.access}; {REFRESH}={other.refresh}")]
            assert Echo(client.get("/app/", cookies)).user == other.name
            assert client.get("/app/", bearer(user.access[:-6] + "AAAAAA"), cookies=False).status == 401
