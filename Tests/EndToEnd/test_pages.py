"""The pages and nginx's refusals as they are sent: languages, what the query may say, headers, error pages."""

import html
import re
import urllib.parse

import pytest
from site_under_test import REPOSITORY, new_name, new_password

TEXTS = REPOSITORY / "nginx" / "html" / "texts"
LANGUAGES = ("en", "de", "es", "fr", "zh-Hans", "ar")
PAGES = ("/login", "/signup")


def texts(language):
    """The keys of a language's file with their texts, as nginx puts them in on a site with defaults."""
    found = re.findall(r'<!--# set var="t_(\w+)" value="([^"]*)" -->', (TEXTS / f"{language}.html").read_text())
    return {key: text.replace("${auth_password_min}", "15") for key, text in found}


def body(answer):
    return html.unescape(answer.body.decode())


def title(answer):
    return html.unescape(re.search(r"<title>(.*)</title>", answer.body.decode())[1])


# -- Texts -----------------------------------------------------------------------------------------


def test_every_language_has_a_file():
    assert {path.stem for path in TEXTS.glob("*.html")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_twice_there_or_left_over(language):
    lines = [line for line in (TEXTS / f"{language}.html").read_text().splitlines() if line]
    keys = [re.fullmatch(r'<!--# set var="t_(\w+)" value="([^"&<>]+)" -->', line)[1] for line in lines]
    assert sorted(keys) == sorted(texts("en"))
    used = set()
    for path in [*REPOSITORY.glob("nginx/html/*.html"), *REPOSITORY.glob("nginx/html/parts/*.html")]:
        used |= set(re.findall(r"\bt_(\w+)", path.read_text()))
    # Those whose names are made up from a code, by fcgi-auth-assets.conf; the account program has its own.
    conf = (REPOSITORY / "nginx/conf.d/fcgi-auth-pages.conf").read_text()
    for name, kind in (("auth_error", "error"), ("auth_username_error", "field"), ("auth_password_error", "field")):
        block = re.search(rf"map [^{{]*\${name} \{{(.*?)\n\}}", conf, re.S)[1]
        used |= {f"{kind}_{code}" for code in re.findall(r"\b[a-z][a-z0-9_]+\b", re.sub(r"\$\w+|default|\|\w+\$", "", block))}
    program = "\n".join(path.read_text() for path in (REPOSITORY / "Sources/fcgi-auth/account").glob("*.swift"))
    used |= set(re.findall(r'\.text\("(\w+)"\)', program))
    assert set(keys) == used


@pytest.mark.parametrize("page", [*PAGES, "/nothing"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_one_language_and_nothing_in_it_is_missing(client, page, language):
    answer = client.navigate(page, [("Accept-Language", language)])
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in body(answer)
    assert answer.header("Content-Language") == language
    key = {"/login": "login", "/signup": "signup", "/nothing": "page_404_title"}[page]
    assert title(answer) == texts(language)[key]
    assert "(none)" not in body(answer) and "<!--" not in body(answer) and "$" not in body(answer)


@pytest.mark.parametrize("accepted, language", [
    ("de-CH, fr;q=0.8", "de"), ("fr-CA,fr;q=0.9,en;q=0.8", "fr"), ("pt-BR, es;q=0.5, en;q=0.3", "es"),
    ("de;q=0, es", "es"), ("de ; q=0.0 , ar-EG", "ar"), ("ES-419", "es"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ("zh-Hans-SG", "zh-Hans"), ("zh", "zh-Hans"), ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hans"), ("zh-Hant-HK, de", "de"),
    ("zh-TW", "en"), ("*", "en"), ("den, frank, arx", "en"), ("", "en"), ("<script>", "en"), ("de" * 2000, "en"),
])  # fmt: skip
def test_the_language_is_the_first_accepted_one_that_there_is(client, accepted, language):
    answer = client.navigate("/login", [("Accept-Language", accepted)])
    assert answer.header("Content-Language") == language


def test_a_chosen_language_stays(client):
    answer = client.navigate("/login?lang=fr", [("Accept-Language", "de")])
    assert answer.header("Content-Language") == "fr"
    cookie = answer.cookie("auth_lang")
    assert (cookie.value, cookie.attribute("Path"), cookie.attribute("SameSite")) == ("fr", "/", "Lax")
    assert cookie.attribute("Secure") is not None and cookie.attribute("HttpOnly") is not None
    assert int(cookie.attribute("Max-Age")) >= 86400 * 365
    for page in (*PAGES, "/nothing"):
        later = client.navigate(page, [("Accept-Language", "de"), ("Cookie", "auth_lang=fr")])
        assert later.header("Content-Language") == "fr" and later.set_cookies == []


@pytest.mark.parametrize("choice", ["xx", "", "EN-GB", "de|", "de%0d%0aX:1", "<b>", "../../etc/passwd", "zh"])
def test_a_language_that_there_is_not_changes_nothing(client, choice):
    for answer in (
        client.navigate(f"/login?lang={choice}", [("Accept-Language", "es")]),
        client.navigate("/login", [("Accept-Language", "es"), ("Cookie", f"auth_lang={choice}")]),
    ):
        assert (answer.status, answer.header("Content-Language"), answer.set_cookies) == (200, "es", [])


@pytest.mark.parametrize("page, query", [
    ("/signup", "rd=%2Fprivate%2F%3Fa%3D1%26b%3D2&error=invalid_fields&password_error=too_short"),
    ("/login", "rd=%2F&error=too_many_attempts&retry_after=300"),
    ("/account", "error=invalid_fields&current_password_error=required&new_password_error=too_weak"),
    ("/account", "error=not_found"),
])  # fmt: skip
def test_a_link_to_another_language_keeps_the_target_and_the_error(user, page, query):
    links = re.findall(r'href="(\?lang=[^"]*)"', user.client.navigate(f"{page}?{query}").body.decode())
    assert len(links) == len(LANGUAGES)
    for link, language in zip(links, LANGUAGES, strict=True):
        kept = urllib.parse.parse_qs(html.unescape(link)[1:])
        assert kept == {"lang": [language], **urllib.parse.parse_qs(query)}


# -- What the query may say --------------------------------------------------------------------------

CODES = ("invalid_credentials", "username_taken", "invalid_fields", "too_many_attempts", "signup_closed",
         "cross_origin", "unauthenticated", "malformed_body", "unavailable", "overloaded")  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_each_code_of_an_error_has_its_text(client, code):
    for language in ("en", "ar"):
        answer = client.navigate(f"/login?error={code}", [("Accept-Language", language)])
        assert f'<p id="message-text" role="alert">{texts(language)[f"error_{code}"]}</p>' in body(answer)
        assert title(answer).startswith(texts(language)["error_title"])


@pytest.mark.parametrize("code", ["nonsense", "too_many_attempts%00", "..", "%3Cb%3E", "login", "a" * 3000])
def test_an_unknown_code_has_a_general_text(client, code):
    answer = client.navigate(f"/login?error={code}")
    assert f'role="alert">{texts("en")["error_other"]}</p>' in body(answer)


@pytest.mark.parametrize("field, code, text", [
    ("username", "taken", "taken"), ("username", "mixed_scripts", "mixed_scripts"), ("username", "too_short", "other"),
    ("email", "not_email_address", "not_email_address"), ("email", "<b>", "other"),
    ("password", "too_weak", "too_weak"), ("password", "too_short", "too_short"), ("password", "nonsense", "other"),
])  # fmt: skip
def test_an_error_stands_beside_its_field_and_is_tied_to_it(client, field, code, text):
    answer = client.navigate(f"/signup?error=invalid_fields&{field}_error={code}")
    page = body(answer)
    assert f'<p id="{field}-error" class="error">{texts("en")[f"field_{text}"]}</p>' in page
    given = re.search(rf'<input id="{field}"[^>]*>', page)[0]
    assert 'aria-invalid="true"' in given and f"{field}-error" in re.search(r'aria-describedby="([^"]*)"', given)[1]
    assert page.count('aria-invalid="true"') == 1


def test_a_taken_name_is_told_beside_the_name(client):
    assert f'class="error">{texts("en")["field_taken"]}</p>' in body(client.navigate("/signup?error=username_taken"))


@pytest.mark.parametrize("seconds, shown", [
    ("40", "40 s"), ("86400", "86400 s"), ("0", None), ("-1", None), ("1e3", None), ("<b>", None), ("999999", None)
])  # fmt: skip
def test_the_time_to_wait_is_told_without_javascript(client, seconds, shown):
    page = body(client.navigate(f"/login?error=too_many_attempts&retry_after={seconds}"))
    assert f'<bdi id="seconds">{shown or ""}</bdi>' in page
    assert ('<p id="wait">' in page) == (shown is not None)


# -- The site's choices --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chosen(new_site):
    return new_site(AUTH_USERNAME="email", AUTH_SIGNUP="closed", AUTH_PASSWORD_MIN="21")


def test_names_that_are_addresses_are_asked_for_as_such(chosen, client):
    with chosen.client() as asker:
        page = body(asker.navigate("/login"))
    assert texts("en")["email"] in page and texts("en")["username"] not in page
    assert re.search(r'<input id="username" name="username"[^>]*autocomplete="username"[^>]*inputmode="email"', page)
    page = body(client.navigate("/login"))
    assert texts("en")["email"] not in page and "inputmode" not in page


def test_a_closed_signup_is_not_offered(chosen, client):
    with chosen.client() as asker:
        assert "/signup" not in body(asker.navigate("/login"))
        page = body(asker.navigate("/signup?rd=%2Fprivate%2F"))
    assert texts("en")["error_signup_closed"] in page and "<form" not in page
    assert 'href="/login?rd=%2Fprivate%2F"' in page
    assert "<form" in body(client.navigate("/signup"))


def test_the_shortest_password_is_told(new_site):
    site = new_site(AUTH_PASSWORD_MIN="21")
    with site.client() as asker:
        page = body(asker.navigate("/signup?error=invalid_fields&password_error=too_short"))
        assert page.count("21 characters") >= 2 and "minlength: 21;" in page and "15" not in page


def test_a_theme_and_a_logo_are_used_and_their_absence_is_no_error(new_site):
    site = new_site()
    with site.client() as asker:
        plain = asker.get("/auth/pages/style.css")
        page = body(asker.navigate("/login"))
        assert plain.status == 200 and "<!--" not in plain.body.decode() and "<img" not in page
        assert asker.navigate("/auth/pages/theme.css").status == 404
        assert "[error]" not in "\n".join(site.stack.log("nginx")).replace("/auth/pages/theme.css", "")
        (site.state / "theme.css").write_text(":root { --auth-accent: #0b6e4f; } /* grün */\n")
        (site.state / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        themed = asker.get("/auth/pages/style.css")
        assert themed.body.decode().rstrip().endswith("/* grün */")
        assert themed.header("Content-Type") == "text/css; charset=utf-8"
        for kind in ("png", "svg"):  # an SVG goes first
            if kind == "svg":
                (site.state / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
            for place in ("/login", "/signup", "/nothing"):
                assert f'<img src="/auth/pages/logo.{kind}" alt="">' in body(asker.navigate(place))
            assert asker.get(f"/auth/pages/logo.{kind}").header("Content-Type").startswith("image/")


def test_the_name_of_the_site_is_shown_where_it_is_given(new_site):
    site = new_site()
    path = site.state / "nginx/conf.d/fcgi-auth-pages.conf"
    path.write_text(path.read_text().replace('$auth_site_name { default ""; }', '$auth_site_name { default "A & <b>B"; }'))
    site.stack.reload_nginx()
    with site.client() as asker:
        for place in ("/login", "/nothing"):
            answer = asker.navigate(place)
            assert title(answer).endswith(" · A & <b>B") and "<span>A & <b>B</span>" in body(answer)
            assert b"<b>" not in answer.body


# -- Weight and headers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_login_page_and_all_it_loads_is_under_20_kB(client, language):
    longest = "/login?error=too_many_attempts&retry_after=800&rd=%2F" + "x" * 100
    page = client.navigate(longest, [("Accept-Language", language)])
    loaded = re.findall(r'(?:src|href)="(/auth/pages/[^"]*)"', page.body.decode())
    assert sorted(loaded) == ["/auth/pages/pages.js", "/auth/pages/style.css"]
    parts = [client.get(place).body.decode() for place in loaded]
    assert not re.search(r"@import|url\(|\bimport\b[^.(]*from", "".join(parts))
    assert len(page.body) + sum(len(part.encode()) for part in parts) < 20_000
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page.body.decode())


HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def test_every_answer_of_ours_has_the_headers(site, user, client):
    large = b"username=" + b"x" * 70_000
    answers = [
        *(client.navigate(page) for page in ("/login", "/signup", "/account", "/nothing", "/auth/nothing", "/private/")),
        *(client.get(page) for page in ("/nothing", "/auth/nothing", "/private/", "/auth/login", "/auth/me")),
        *(client.get(f"/auth/pages/{name}") for name in ("style.css", "pages.js", "nothing.js", "login.html")),
        *(client.get(f"/.well-known/{name}") for name in ("jwks.json", "change-password")),
        client.post("/auth/login", dict(username=user.name, password=user.password)),
        client.form("/auth/login", dict(username=user.name, password="wrong")),
        client.post("/auth/login", {}), user.client.get("/admin/"), user.client.navigate("/admin/"),
        user.client.form("/auth/logout", {}), site.client().form("/auth/login", large),
        site.client().post("/auth/login", large),
    ]  # fmt: skip
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.header(name) == value, (name, answer)
        policy = dict(part.split(" ", 1) for part in answer.header("Content-Security-Policy").split("; "))
        assert (policy["default-src"], policy["frame-ancestors"], policy["base-uri"]) == ("'none'",) * 3
        assert set(policy.values()) == {"'none'", "'self'"}
        assert re.fullmatch(r"[0-9a-f]{32}", answer.header("X-Request-ID"))


def test_what_is_for_nginx_alone_is_our_404_on_a_site_with_error_pages_of_its_own(new_site):
    site = new_site()
    path = site.state / "nginx/nginx.conf"
    path.write_text(path.read_text().replace("include snippets/fcgi-auth-errors.conf;", ""))
    site.stack.reload_nginx()
    inside = [f"/_auth/{name}" for name in ("verify", "renew", "form", "renew-form", "nothing")]
    inside += [f"/auth/pages/{name}" for name in ("texts/en.html", "parts/head.html", "say/login", "theme.css", "logo.html")]
    with site.client() as client:
        for place in inside:
            page = client.navigate(place)
            assert_page(page, 404)
            assert_problem(client.get(place), 404)
            assert {name: page.header(name) for name in HEADERS} == HEADERS
        refused = client.form("/login", {})
        assert refused.status == 405 and {name: refused.header(name) for name in HEADERS} == HEADERS
        assert client.navigate("/nothing").header("X-Request-ID") is None


def test_the_answers_of_the_site_itself_are_left_alone(user):
    for place in ("/", "/private/", "/app/"):
        answer = user.client.navigate(place)
        assert answer.status == 200 and answer.header("Content-Security-Policy") is None


# -- Refusals: pages and problem+json --------------------------------------------------------------------


def assert_page(answer, status, language="en"):
    assert (answer.status, answer.header("Content-Type")) == (status, "text/html; charset=utf-8"), answer
    page, said = body(answer), texts(language)
    assert title(answer).removeprefix(said["error_title"] + " ") == said[f"page_{status}_title"]
    assert f"<h1>{said[f'page_{status}_title']}</h1>" in page and said[f"page_{status}_text"] in page
    assert f"<code>{answer.header('X-Request-ID')}</code>" in page
    assert answer.header("Cache-Control") == "no-store"
    assert "(none)" not in page and "<!--" not in page


def assert_problem(answer, status):
    assert (answer.status, answer.header("Content-Type")) == (status, "application/problem+json"), answer
    assert answer.json["status"] == status and answer.json["request_id"] == answer.header("X-Request-ID")


@pytest.mark.parametrize("place", ["/nothing", "/auth/nothing", "/auth/pages/nothing.css", "/auth/pages/login.html",
                                   "/auth/pages/texts/en.html", "/auth/pages/parts/error.html", "/auth/pages/say/login",
                                   "/auth/pages/", "/auth/pages/logo.svg",
    "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200", "/.well-known/nothing"])  # fmt: skip
def test_what_is_not_there_is_404_as_a_page_or_as_json(client, place):
    page = client.navigate(place, [("Accept-Language", "de")])
    assert_page(page, 404, "de")
    assert not title(page).startswith(texts("de")["error_title"])
    assert_problem(client.get(place), 404)


def test_a_page_load_without_the_role_is_403_as_a_page(user):
    assert_page(user.client.navigate("/admin/", [("Accept-Language", "fr")]), 403, "fr")
    assert_page(user.client.form("/admin/", {}), 403)
    assert_problem(user.client.get("/admin/"), 403)


def test_a_form_that_is_too_large_is_413_as_a_page(site):
    large = b"username=" + b"x" * 70_000
    with site.client() as one, site.client() as other:
        refused = one.form("/auth/login", large)
        assert_page(refused, 413)
        assert title(refused).startswith("Error: ")
        assert_problem(other.request("POST", "/auth/login", [("Content-Type", "application/json")], large), 413)


def test_what_no_program_answers_is_503_as_a_page_or_as_json(new_site):
    site = new_site()
    for name in ("login", "verify"):
        site.stack.programs[name].stop()
        site.stack.socket(name).unlink()
    with site.client() as client:
        for answer in (client.form("/auth/login", dict(username="x", password="y")), client.navigate("/private/")):
            assert_page(answer, 503)
            assert answer.header("Retry-After") == "1"
        for answer in (client.post("/auth/login", {}), client.get("/private/")):
            assert_problem(answer, 503)
            assert answer.header("Retry-After") == "1"


def test_past_the_outer_wall_a_form_gets_429_as_a_page(new_site):
    site = new_site()
    path = site.state / "nginx/conf.d/fcgi-auth.conf"
    path.write_text(path.read_text().replace("rate=100r/s", "rate=1r/m"))
    path = site.state / "nginx/snippets/fcgi-auth-server.conf"
    path.write_text(path.read_text().replace("burst=2000 ", "burst=1 "))
    site.stack.reload_nginx()
    with site.client() as client:
        answers = [client.form("/auth/login", b"%") for _ in range(3)]
        assert_page(answers[-1], 429)
        assert answers[-1].header("Retry-After") == "1"
        assert_problem(client.post("/auth/login", {}), 429)


def test_a_page_load_of_a_401_that_leads_to_no_login_is_a_page(new_site):
    site = new_site("location = /401 { error_page 401 = ${auth_refusal}_unauthenticated; return 401; }")
    with site.client() as client:
        answer = client.navigate("/401")
        assert_page(answer, 401)
        assert 'href="/login"' in body(answer)
        assert_problem(client.get("/401"), 401)


def test_an_error_page_is_not_titled_by_the_sites_own_query(client):
    answer = client.navigate("/nothing?error=too_many_attempts")
    assert_page(answer, 404)
    assert title(answer) == texts("en")["page_404_title"]


def test_a_browser_that_says_nothing_of_itself_gets_pages_if_it_asks_for_html(client):
    assert_page(client.get("/auth/nothing", [("Accept", "text/html,*/*;q=0.8")]), 404)
    assert_problem(client.get("/auth/nothing", [("Accept", "*/*")]), 404)
    assert_problem(client.get("/auth/nothing", [("Accept", "text/html"), ("Sec-Fetch-Mode", "cors")]), 404)


def test_the_page_for_a_new_password_is_where_managers_look_for_it(client):
    answer = client.get("/.well-known/change-password")
    assert (answer.status, answer.header("Location")) == (303, "/account")


def test_without_the_pages_no_manager_is_led_to_them(new_site):
    site = new_site()
    path = site.state / "nginx/nginx.conf"
    path.write_text(path.read_text().replace("include snippets/fcgi-auth-pages.conf;", ""))
    site.stack.reload_nginx()
    with site.client() as client:
        assert [client.get(place).status for place in ("/account", "/.well-known/change-password")] == [404, 404]


def test_no_page_is_kept_by_a_cache(client):
    for page in (*PAGES, "/login?error=too_many_attempts"):
        assert client.navigate(page).header("Cache-Control") == "no-store"


def test_nginx_has_no_error_to_log_for_any_of_the_pages(new_site):
    site = new_site()
    with site.client() as client:
        for language in LANGUAGES:
            for page in (*PAGES, "/login?error=x&retry_after=3&rd=%2F", "/signup?error=x&password_error=y", "/auth/x"):
                client.navigate(page, [("Accept-Language", language)])
        client.form("/auth/signup", dict(username=new_name(), password=new_password()))
    assert site.stack.log("nginx") == []
