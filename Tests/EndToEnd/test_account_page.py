"""The account page as nginx serves it: rendered by the account program, texts put in by SSI, complete without JavaScript."""

import contextlib
import html.parser
import re
import sqlite3
import urllib.parse

import pytest
from site_under_test import ACCESS, REFRESH, REPOSITORY, new_password
from tokens import wait_until_expired
from troubles import missing

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LANGUAGES = ["en", "de", "es", "fr", "zh-Hans", "ar"]


class Page(html.parser.HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and its text."""

    def __init__(self, answer):
        super().__init__()
        assert answer.status == 200 and answer.header("Content-Type").startswith("text/html"), answer
        self.source = answer.body.decode()
        self.elements, self.text, self.comments, self._forms = [], "", [], []
        self.feed(self.source)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "form":
            self._forms.append((dict(attributes)["action"], {}))
        elif tag == "input" and self._forms:
            self._forms[-1][1][dict(attributes).get("name")] = dict(attributes).get("value", "")

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.comments.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    def form(self, begins, **fields):
        """The action of the form whose action begins so, and what it sends."""
        [(action, own)] = [(action, own) for action, own in self._forms
                           if action.startswith(begins) and fields.items() <= own.items()]
        return action, own


def page_of(client, query=""):
    return Page(client.navigate("/account" + query))


def submit(client, form, **typed):
    action, fields = form
    return client.form(action, fields | typed)


def location(answer):
    assert answer.status == 303, answer
    parts = urllib.parse.urlsplit(answer.header("Location"))
    return parts.path, dict(urllib.parse.parse_qsl(parts.query))


# -- What it shows ---------------------------------------------------------------------------------


def test_it_tells_who_you_are(site):
    user = site.sign_up(email="mia@example.org", roles=("admin", "editor"))
    page = page_of(user.client)
    since = user.client.get("/auth/me").json["user"]["created_at"]
    assert all(words in page.text for words in (user.name, "mia@example.org", "admin, editor", since[:10]))
    assert since in [time["datetime"] for time in page.all("time")]


def test_it_lists_the_sessions_and_marks_this_one(site, user):
    other = site.client()
    other.post("/auth/login", dict(username=user.name, password=user.password), [("User-Agent", FIREFOX)])
    page, sessions = page_of(user.client), user.client.get("/auth/sessions").json
    assert "Firefox on Linux" in page.text and page.text.count("This device") == 1
    assert FIREFOX in [device.get("title") for device in page.all("span")]
    assert page.text.count("127.0.0.1") == 2
    times = [time["datetime"] for time in page.all("time")]
    assert all(session[name] in times for session in sessions for name in ("created_at", "last_used_at"))
    ends = [form["action"] for form in page.all("form") if "/auth/sessions/" in form["action"]]
    assert len(ends) == 1 and f"/auth/sessions/{sessions[0]['id']}?" in ends[0]


def test_times_are_right_without_javascript(user):
    page = page_of(user.client)
    shown = [match for match in re.findall(r"<time datetime=\"([^\"]+)\">([^<]+)</time>", page.source)]
    assert shown and all(f"{exact[:10]} {exact[11:16]} UTC" == text for exact, text in shown)


def test_a_stranger_is_sent_to_the_login_and_back(client):
    answer = client.navigate("/account")
    assert (answer.status, answer.header("Location")) == (302, "/login?rd=%2Faccount")
    assert client.get("/account").status == 401


def test_the_page_is_kept_by_no_cache_and_runs_nothing_inline(user):
    answer = user.client.navigate("/account")
    assert answer.header("Cache-Control") == "no-store"
    assert "default-src 'none'" in answer.header("Content-Security-Policy")
    page = Page(answer)
    assert not page.all("style") and not [one for _, one in page.elements if "style" in one]
    assert all("src" in script for script in page.all("script"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_in_any_language(site, user, language):
    site.log_in(user)
    queries = [f"?lang={language}", f"?lang={language}&error=too_many_attempts&retry_after=5"]
    queries += [f"?lang={language}&done={what}" for what in ("password", "session", "others")]
    queries += [f"?lang={language}&error={code}&new_password_error={field}" for code, field in (
        ("invalid_credentials", "too_short"), ("not_found", "too_weak"), ("invalid_fields", "required"))]  # fmt: skip
    for query in queries:
        page = page_of(user.client, query)
        assert page.all("html")[0]["lang"] == language and "(none)" not in page.source and not page.comments


def test_each_language_has_the_same_texts():
    line = re.compile(r'<!--# set var="(t_[a-z0-9_]+)" value="([^"]+)" -->')
    texts = {language: dict(line.findall((REPOSITORY / f"nginx/html/texts/{language}.html").read_text()))
             for language in LANGUAGES}
    source = "".join(path.read_text() for path in (REPOSITORY / "Sources/fcgi-auth/account").glob("*.swift"))
    used = {f"t_{key}" for key in re.findall(r'\.text\("([a-z0-9_]+)"\)', source)}
    assert len(used) > 40
    for language, found in texts.items():
        assert used <= set(found), (language, used - set(found))
        account = {key for key in found if key.startswith("t_account_")}
        assert account <= used | {"t_account_title"}, (language, account - used)


# -- What its forms do -----------------------------------------------------------------------------


def test_a_form_ends_one_session(site, user):
    _, body = site.log_in(user)
    answer = submit(user.client, page_of(user.client).form("/auth/sessions/"))
    assert location(answer) == ("/account", {"done": "session"})
    assert site.status_of(body["access_token"]) == 401 and user.client.get("/private/").status == 200
    assert "logged out" in page_of(user.client, "?done=session").text


def test_ending_a_session_twice_is_no_error_and_one_that_never_was_is_told(site, user):
    site.log_in(user)
    form = page_of(user.client).form("/auth/sessions/")
    assert [location(submit(user.client, form)) for _ in range(2)] == [("/account", {"done": "session"})] * 2
    answer = user.client.form("/auth/sessions/x?rd=%2Faccount", {})
    assert location(answer) == ("/account", {"error": "not_found", "rd": "/account"})
    assert "ended already" in Page(user.client.navigate(answer.header("Location"))).text


def test_a_form_ends_all_other_sessions(site, user):
    bodies = [site.log_in(user)[1] for _ in range(2)]
    answer = submit(user.client, page_of(user.client).form("/auth/logout", scope="others"))
    assert location(answer) == ("/account", {"done": "others"})
    assert [site.status_of(body["access_token"]) for body in bodies] == [401, 401]
    assert user.client.get("/private/").status == 200
    assert not [one for one in page_of(user.client).all("input") if one.get("value") == "others"]


def test_a_form_logs_out_here_and_another_everywhere(site, user):
    other, _ = site.log_in(user)
    page = page_of(user.client)
    answer = submit(user.client, page.form("/auth/logout", scope="global"))
    assert location(answer) == ("/", {})
    assert other.get("/private/").status == 401 and user.client.navigate("/account").status == 302


def test_a_form_changes_the_password(site, user, client):
    new = new_password()
    form = page_of(user.client).form("/auth/password")
    answer = submit(user.client, form, current_password=user.password, new_password=new)
    assert location(answer) == ("/account", {"done": "password"})
    assert client.post("/auth/login", dict(username=user.name, password=new)).status == 200


def test_a_wrong_password_and_a_weak_one_are_told_beside_their_fields(user):
    form = page_of(user.client).form("/auth/password")
    answer = submit(user.client, form, current_password=user.password, new_password="short")
    path, query = location(answer)
    assert (query["error"], query["new_password_error"]) == ("invalid_fields", "too_short")
    page = Page(user.client.navigate(answer.header("Location")))
    [field] = [one for one in page.all("input") if one.get("name") == "new_password"]
    assert field["aria-invalid"] == "true" and "new_password-error" in field["aria-describedby"].split()
    assert re.search(r'<p id="new_password-error" class="error">[^<]+</p>', page.source)
    assert re.search("<title>Error: ", page.source)
    answer = submit(user.client, form, current_password="wrong", new_password=new_password())
    page = Page(user.client.navigate(answer.header("Location")))
    assert re.search(r'<p id="current_password-error" class="error">[^<]+</p>', page.source)


# -- The access token has expired ------------------------------------------------------------------


@pytest.fixture
def late(short_site):
    """A user with a second session, whose page is open and whose access token has expired since."""
    user = short_site.sign_up()
    other, _ = short_site.log_in(user)
    page = page_of(user.client)
    yield short_site, user, other, page
    user.client.close()


def expire(user):
    wait_until_expired(user.client.jar[ACCESS])
    del user.client.jar[ACCESS]  # as a browser does


def test_the_page_is_renewed_in_place(late):
    _, user, _, _ = late
    expire(user)
    answer = user.client.navigate("/account")
    assert user.name in Page(answer).text
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}


def test_a_password_typed_meanwhile_is_changed(late):
    site, user, other, page = late
    new = new_password()
    expire(user)
    answer = submit(user.client, page.form("/auth/password"), current_password=user.password, new_password=new)
    assert location(answer) == ("/account", {"done": "password"})
    assert {cookie.name for cookie in answer.set_cookies} == {ACCESS, REFRESH}
    assert user.client.get("/private/").status == 200 and other.post("/auth/refresh").status == 403
    with site.client() as fresh:
        assert fresh.post("/auth/login", dict(username=user.name, password=new)).status == 200


def test_a_session_is_ended_all_the_same(late):
    _, user, other, page = late
    expire(user)
    assert location(submit(user.client, page.form("/auth/sessions/"))) == ("/account", {"done": "session"})
    assert other.post("/auth/refresh").status == 403


def test_ending_the_own_session_sets_no_cookie_anew(late):
    """Renewed in the same request, which then clears the cookies: its word is the last."""
    _, user, _, _ = late
    own = user.client.get("/auth/me").json["session"]["id"]
    expire(user)
    answer = user.client.form(f"/auth/sessions/{own}", {})
    assert answer.status == 303
    assert {cookie.name for cookie in answer.set_cookies if cookie.cleared} == {ACCESS, REFRESH}


def test_programs_are_told_401_and_refresh_by_themselves(late):
    """The JSON interface keeps its contract, also where a form would be renewed."""
    _, user, _, _ = late
    expire(user)
    before = user.refresh
    change = dict(current_password=user.password, new_password=new_password())
    assert user.client.post("/auth/password", change).status == 401
    assert user.client.delete("/auth/sessions/x").status == 401
    assert user.client.get("/auth/me").status == 401
    assert user.refresh == before


def test_a_form_of_another_site_renews_nothing(late):
    _, user, _, page = late
    expire(user)
    before = user.refresh
    headers = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]
    fields = dict(current_password=user.password, new_password=new_password())
    answer = user.client.form("/auth/password", fields, headers)
    assert location(answer)[1]["error"] == "cross_origin" and answer.set_cookies == [] and user.refresh == before


def test_who_has_no_session_any_more_logs_in_and_comes_back(user):
    page = page_of(user.client)
    user.client.post("/auth/logout")
    answer = submit(user.client, page.form("/auth/password"), current_password="x", new_password=new_password())
    path, query = location(answer)
    assert (path, query["error"], query["rd"]) == ("/login", "unauthenticated", "/account?done=password")


# -- Nothing becomes markup ------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</bdi></title><h1>",
    '<!--# echo var="http_cookie" -->', '--><!--#echo var="http_cookie"-->', '<!--# include virtual="/private/" -->',
    '<!--#set var="t_account_title" value="x"-->', "$http_cookie ${arg_error}", "&lt;script&gt;", "<!--", "`x`=y",
]  # fmt: skip


@pytest.fixture(scope="module")
def plain(site):
    """The tags of a page of two sessions where nobody attacks."""
    user = site.sign_up()
    site.log_in(user)
    return [tag for tag, _ in page_of(user.client).elements]


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_no_user_agent_becomes_markup_or_a_command_of_ssi(site, user, plain, attack):
    """It is shown to the letter, and the page is element by element what it is without it."""
    other = site.client()
    login = dict(username=user.name, password=user.password)
    assert other.post("/auth/login", login, [("User-Agent", attack)]).status == 200
    answer = user.client.navigate("/account")
    page = Page(answer)
    assert [tag for tag, _ in page.elements] == plain and not page.comments
    assert attack in [device.get("title") for device in page.all("span")]
    assert user.refresh not in page.source and user.access not in page.source


@pytest.mark.parametrize("name", ["&lt;b&gt;", "x'y", "a\"b", "<i>x", "x=y&z", "`${http_cookie}`", "<!--#x-->"])
def test_no_name_or_address_becomes_markup(site, plain, name):
    """Names that sign-up would refuse, as an import of an older version might have brought them."""
    user = site.sign_up()
    site.log_in(user)
    with contextlib.closing(sqlite3.connect(site.store)) as database:
        database.execute("UPDATE accounts SET username = ?, email = ? WHERE id = ?", (user.id + name, name, user.id))
        database.commit()
    page = page_of(user.client)
    assert [tag for tag, _ in page.elements if tag not in ("dt", "dd", "bdi")] == [
        tag for tag in plain if tag not in ("dt", "dd", "bdi")]
    assert user.id + name in page.text and name in page.text and not page.comments
    assert user.id + name in [one.get("value") for one in page.all("input")]


@pytest.mark.parametrize("member", ["error", "done", "new_password_error", "current_password_error", "retry_after", "lang"])
def test_nothing_of_the_query_is_shown(user, member):
    for attack in ATTACKS:
        source = page_of(user.client, f"?{member}={urllib.parse.quote(attack, safe='')}").source
        assert "alert(1)" not in source and "http_cookie" not in source


# -- When it can't be had --------------------------------------------------------------------------


def test_a_page_without_the_store_is_503_and_no_login_page(new_site):
    site = new_site()
    user = site.sign_up()
    with missing(site):
        answer = user.client.navigate("/account")
    assert answer.status == 503 and answer.header("Retry-After"), answer
    assert all(not cookie.cleared for cookie in answer.set_cookies)


def test_only_get_shows_the_page(user):
    assert user.client.request("HEAD", "/account").status == 200
    assert user.client.request("DELETE", "/account").status == 405


def test_a_hundred_sessions_are_listed(light_site):
    user = light_site.sign_up()
    for _ in range(99):
        light_site.log_in(user)
    page = page_of(user.client)
    assert len([form for form in page.all("form") if "/auth/sessions/" in form["action"]]) == 99
    assert page.source.rstrip().endswith("</html>")


def test_the_account_program_is_shown_no_refresh_token(new_site):
    """What nginx hands it as cookies, here shown to the client: the access token, the new one after a renewal."""
    shown = 'location = /shown { include snippets/fcgi-auth-protect.conf; try_files /none @shown; }'
    shown += 'location @shown { add_header Set-Cookie $auth_set_access; return 200 "$auth_account_cookies"; }'
    site = new_site(shown, AUTH_ACCESS_TTL="1s")
    user = site.sign_up()
    user.client.jar["theme"] = "dark"
    assert user.client.get("/shown").body.decode().strip("; ") == f"{ACCESS}={user.access}"
    expire(user)
    answer = user.client.get("/shown")
    assert answer.body.decode() == f"{ACCESS}={answer.cookie(ACCESS).value}"
