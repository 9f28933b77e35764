"""auth.js in the pages of a site: one token for all tabs, one user for a page, and nothing after a log-out."""

import contextlib
import http.server
import threading
import uuid

import pytest
import site_under_test as sites
from site_under_test import ACCESS, REPOSITORY, new_name, new_password
from visits import cookies, fill_in, settle

# What the page under test is given: the module, and what it is told by it.
START = """async (base) => {
    const { Auth } = await import("/auth/pages/auth.js");
    window.auth = new Auth(base ? { base } : {});
    window.told = [];
    auth.addEventListener("change", ({ detail }) => told.push(detail?.username ?? null));
}"""
# A refresh that takes its time, so that whatever can overtake it does.
SLOW_REFRESH = """(() => {
    const real = window.fetch;
    window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (String(asked[0]).endsWith("/auth/refresh")) await new Promise((done) => setTimeout(done, 600));
        return answer;
    };
})()"""
STATUS = "(target) => auth.fetch(target).then((answer) => answer.status)"


@pytest.fixture
def open_app(open_browser):
    """A page of a site, in a fresh browser or another tab of one, with the module at hand as `auth`."""

    def start(site, beside=None, base=None):
        page = beside.context.new_page() if beside else open_browser(site)
        page.goto("/")
        page.evaluate(START, base)
        return page

    return start


def log_in(page, user):
    return page.evaluate("(fields) => auth.login(fields)", dict(username=user.name, password=user.password))


def make_stale(site, user):
    """Every access token that the user has had is refused from now on, and can be refreshed."""
    site.ctl("user", "roles", user.name, "r" + uuid.uuid4().hex[:8])


@contextlib.contextmanager
def counted(page, end):
    """The requests of all tabs whose address ends so."""
    seen = []

    def note(request):
        if request.url.endswith(end):
            seen.append(request)

    page.context.on("request", note)
    yield seen
    page.context.remove_listener("request", note)


def told(page, who):
    page.wait_for_function("(who) => told.at(-1) === who", arg=who)


def test_the_module_is_under_6_kB_and_needs_no_other():
    source = (REPOSITORY / "nginx/html/auth.js").read_text()
    assert len(source.encode()) < 6000 and "import" not in source
    assert not [word for word in ("localStorage", "sessionStorage", "document.cookie", "indexedDB") if word in source]


def test_signing_up_logging_in_and_out(site, open_app):
    page, name, password = open_app(site), new_name(), new_password()
    assert page.evaluate("auth.me()") is None
    user = page.evaluate("(fields) => auth.signup(fields)", dict(username=name, password=password))
    assert user["username"] == name and page.evaluate("auth.user.username") == name
    assert page.evaluate(STATUS, "/private/") == 200
    page.evaluate("auth.logout()")
    assert page.evaluate("auth.user") is None and page.evaluate("auth.me()") is None
    assert page.evaluate(STATUS, "/private/") == 401
    assert page.evaluate("(fields) => auth.login(fields)", dict(username=name, password=password))["id"] == user["id"]
    assert page.evaluate("auth.me()")["username"] == name
    assert page.evaluate("told") == [name, None, name]


def test_a_refusal_says_what_is_wrong(site, open_app):
    page = open_app(site)
    script = "(f) => auth.signup(f).catch(({ status, code, errors }) => [status, code, errors[0].field, errors[0].code])"
    assert page.evaluate(script, dict(username=new_name(), password="x")) == [422, "invalid_fields", "password", "too_short"]
    script = "auth.login({ username: 'nobody', password: 'x' }).catch((e) => [e.status, e.code, e instanceof Error])"
    assert page.evaluate(script) == [401, "invalid_credentials", True]


def test_the_token_is_kept_in_memory_alone(site, open_app):
    page = open_app(site)
    log_in(page, site.sign_up())
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    assert page.evaluate("Object.keys(auth).length + JSON.stringify(auth)") == "0{}"
    page.reload()
    page.evaluate(START, None)
    assert page.evaluate("auth.user") is None and page.evaluate("auth.me()")


def test_fetches_at_once_with_an_expired_token_refresh_once(site, open_app):
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    make_stale(site, user)
    with counted(page, "/auth/refresh") as refreshes:
        script = "Promise.all([...Array(30).keys()].map((n) => auth.fetch('/private/?' + n).then((a) => a.status)))"
        assert page.evaluate(script) == [200] * 30
    assert len(refreshes) == 1


def test_two_tabs_that_refresh_at_once_ask_once(site, open_app):
    page = open_app(site)
    other = open_app(site, beside=page)
    user = site.sign_up()
    log_in(page, user)
    told(other, user.name)
    for tab in (page, other):
        tab.evaluate(SLOW_REFRESH)
    make_stale(site, user)
    with counted(page, "/auth/refresh") as refreshes:
        for tab in (page, other):
            tab.evaluate("void (window.answered = auth.fetch('/private/').then((answer) => answer.status))")
        assert [tab.evaluate("window.answered") for tab in (page, other)] == [200, 200]
    assert len(refreshes) == 1


def test_a_logout_is_seen_by_the_other_tab(site, open_app):
    page = open_app(site)
    other = open_app(site, beside=page)
    user = site.sign_up()
    log_in(page, user)
    told(other, user.name)
    page.evaluate("auth.logout()")
    told(other, None)
    assert other.evaluate("auth.user") is None and other.evaluate(STATUS, "/private/") == 401


def test_a_plain_logout_form_is_seen_by_the_other_tab(site, open_app):
    page = open_app(site)
    other = open_app(site, beside=page)
    user = site.sign_up()
    log_in(page, user)
    told(other, user.name)
    page.evaluate("""document.body.innerHTML =
        '<form method="post" action="/auth/logout?rd=%2Flogin"><button>Log out</button></form>'""")
    page.locator("button").click()
    settle(page, "/login")
    told(other, None)
    assert other.evaluate(STATUS, "/private/") == 401


def test_the_account_pages_logout_is_seen_by_the_other_tab(site, open_app):
    page = open_app(site)
    other = open_app(site, beside=page)
    user = site.sign_up()
    log_in(page, user)
    told(other, user.name)
    page.goto("/account")
    page.locator('form[action="/auth/logout"] button').first.click()
    settle(page, "/")
    told(other, None)


def test_a_session_that_was_ended_elsewhere_is_noticed(site, open_app):
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    site.ctl("user", "disable", user.name)
    assert page.evaluate(STATUS, "/private/") == 401
    told(page, None)


def test_a_tab_that_is_looked_at_again_notices_a_logout_it_was_not_told_of(site, open_app):
    """The log-out was of a page without the module."""
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    with site.client() as client:
        client.jar.update({name: cookie["value"] for name, cookie in cookies(page).items()})
        assert client.post("/auth/logout").status == 204
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    told(page, None)


def test_a_page_never_goes_on_as_somebody_else(site, open_app):
    """A page is left open; somebody else logs in at the same browser, on the login page, which has no module."""
    first, second = site.sign_up(), site.sign_up()
    page = open_app(site)
    log_in(page, first)
    other = page.context.new_page()
    other.goto("/login?rd=%2Fprivate%2F")
    fill_in(other, "/auth/login", username=second.name, password=second.password)
    settle(other, "/private/")
    send = "auth.fetch('/app/letter', { method: 'POST', body: 'typed by the first' })"
    for _ in range(2):
        assert page.evaluate(f"{send}.catch((error) => error.code)") == "user_changed"
    assert page.evaluate("auth.user") is None and page.evaluate("told.at(-1)") == second.name
    assert page.evaluate("auth.me()")["username"] == second.name
    assert f"remote-user: {second.name}" in page.evaluate(f"{send}.then((answer) => answer.text())").lower()


def test_whoever_asks_who_is_logged_in_is_told_so(site, open_app):
    """Also where it is somebody else than the page knows of."""
    first, second = site.sign_up(), site.sign_up()
    page = open_app(site)
    log_in(page, first)
    other = page.context.new_page()
    other.goto("/login?rd=%2Fprivate%2F")
    fill_in(other, "/auth/login", username=second.name, password=second.password)
    settle(other, "/private/")
    assert page.evaluate("auth.me()")["username"] == second.name
    assert page.evaluate("auth.user.username") == second.name and page.evaluate(STATUS, "/private/") == 200


def test_a_login_in_another_tab_is_not_taken_over_by_a_page_of_another_user(site, open_app):
    first, second = site.sign_up(), site.sign_up()
    page = open_app(site)
    other = open_app(site, beside=page)
    log_in(page, first)
    told(other, first.name)
    log_in(other, second)
    told(page, second.name)
    assert page.evaluate("auth.user") is None
    assert page.evaluate("auth.fetch('/private/').catch((error) => error.code)") == "user_changed"
    assert other.evaluate(STATUS, "/private/") == 200


def test_an_answer_that_comes_after_the_logout_logs_nobody_in(site, open_app):
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    page.evaluate(SLOW_REFRESH)
    make_stale(site, user)
    page.evaluate("void (window.late = auth.fetch('/private/').then((a) => a.status, (e) => e.code))")
    page.wait_for_timeout(200)
    page.evaluate("auth.logout()")
    assert page.evaluate("window.late") == 401
    assert page.evaluate("auth.user") is None and page.evaluate("told.at(-1)") is None
    assert page.evaluate(STATUS, "/private/") == 401 and ACCESS not in cookies(page)


def test_another_tabs_late_answer_logs_nobody_in_after_a_logout(site, open_app):
    page = open_app(site)
    other = open_app(site, beside=page)
    user = site.sign_up()
    log_in(page, user)
    told(other, user.name)
    other.evaluate(SLOW_REFRESH)
    make_stale(site, user)
    with counted(page, "/auth/refresh") as refreshes:
        other.evaluate("void auth.fetch('/private/').catch(() => {})")
        other.wait_for_timeout(200)
    assert len(refreshes) == 1
    page.evaluate("auth.logout()")
    assert page.evaluate("[auth.user, told.at(-1)]") == [None, None]
    told(other, None)
    assert page.evaluate(STATUS, "/private/") == 401


def test_a_login_counts_though_another_tab_has_just_told_of_another_user(site, open_app):
    first, second = site.sign_up(), site.sign_up()
    page = open_app(site)
    other = open_app(site, beside=page)
    with site.client() as client:
        fields = dict(username=first.name, password=first.password)
        news = client.post("/auth/login", fields).json
    page.evaluate("""() => { const real = window.fetch;
        window.fetch = async (...asked) => { const answer = await real(...asked); await window.go; return answer; };
        window.go = new Promise((done) => { auth.addEventListener("change", done, { once: true }); }); }""")
    page.evaluate("(fields) => void (window.entered = auth.login(fields))",
                  dict(username=second.name, password=second.password))  # fmt: skip
    other.evaluate("(news) => new BroadcastChannel('fcgi-auth ' + location.origin).postMessage(news)", news)
    assert page.evaluate("window.entered")["username"] == second.name
    assert page.evaluate("auth.user.username") == second.name and page.evaluate("told.at(-1)") == second.name


def test_of_a_login_and_a_logout_at_once_the_last_one_counts(site, open_app):
    page, user = open_app(site), site.sign_up()
    fields = dict(username=user.name, password=user.password)
    script = "async (fields) => { const entered = auth.login(fields); await auth.logout(); return [await entered, auth.user]; }"
    assert page.evaluate(script, fields) == [None, None] and page.evaluate(STATUS, "/private/") == 401
    script = "async (fields) => { auth.logout(); await auth.login(fields); return auth.user.username; }"
    assert page.evaluate(script, fields) == user.name and page.evaluate(STATUS, "/private/") == 200


def test_a_form_of_the_site_is_left_alone_whatever_its_fields_are_called(site, open_app):
    page, errors = open_app(site), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.evaluate("""document.body.innerHTML = `<form action="/private/"><input name="action" value="a">
        <input name="submit" value="b"><button>Go</button></form>`""")
    page.locator("button").click()
    page.wait_for_url("**/login?**")
    assert errors == [] and "action%3Da" in page.url


def test_a_plain_logout_forms_button_keeps_its_scope(site, open_app):
    """Also where the log-out had no answer and the form alone does it."""
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    _, elsewhere = site.log_in(user)
    page.route("**/auth/logout", lambda route: route.abort())
    page.evaluate("""document.body.innerHTML = `<form method="post" action="/auth/logout?rd=%2Flogin">
        <button name="scope" value="global" id="submit">Log out</button></form>`""")
    sent = []
    page.on("request", lambda request: sent.append(request))
    page.route("**/auth/logout?rd=*", lambda route: route.continue_())
    page.locator("button").click()
    settle(page, "/login")
    assert [request.post_data for request in sent if request.is_navigation_request() and request.method == "POST"] == [
        "scope=global"]
    assert site.status_of(elsewhere["access_token"]) == 401


def test_trouble_is_no_logout(site, open_app):
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    make_stale(site, user)
    page.context.route("**/auth/refresh", lambda route: route.fulfill(status=503, headers={"Retry-After": "3"}, body="{}"))
    assert page.evaluate("auth.fetch('/private/').catch((e) => [e.status, e.retryAfter])") == [503, 3]
    assert page.evaluate("auth.user.username") == user.name
    page.context.unroute("**/auth/refresh")
    assert page.evaluate(STATUS, "/private/") == 200 and page.evaluate("told") == [user.name]


def test_a_body_is_sent_again_as_it_was_and_a_stream_never(site, open_app):
    page, user = open_app(site), site.sign_up()
    log_in(page, user)
    bodies = {
        "'a letter'": True, "new Blob(['a letter'])": True, "new TextEncoder().encode('a letter')": True,
        "new Blob(['a letter']).stream()": False,
    }  # fmt: skip
    for body, again in bodies.items():
        make_stale(site, user)
        with counted(page, "/app/letter") as sent:
            status, text = page.evaluate(f"""auth.fetch("/app/letter", {{ method: "POST", body: {body}, duplex: "half" }})
                .then(async (answer) => [answer.status, await answer.text()])""")
        assert (status, len(sent)) == ((200, 2) if again else (401, 1)), body
        assert not again or "body-length: 8" in text, text
        assert page.evaluate(STATUS, "/private/") == 200
    make_stale(site, user)
    with counted(page, "/app/letter") as sent:
        script = "auth.fetch(new Request('/app/letter', { method: 'POST', body: 'x' })).then((a) => a.status)"
        assert page.evaluate(script) == 401 and len(sent) == 1


@pytest.fixture
def elsewhere():
    """A server of another origin that any page may ask, and what it was sent."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "*, Authorization")
            self.end_headers()

        do_OPTIONS = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_the_token_goes_to_no_other_origin(site, open_app, elsewhere):
    """Neither to another address nor where an address of this site redirects to."""
    address, seen = elsewhere
    page = open_app(site)
    log_in(page, site.sign_up())
    with counted(page, "/private/") as own:
        assert page.evaluate(STATUS, "/private/") == 200
    assert own[0].headers["authorization"].startswith("Bearer ")
    assert page.evaluate(STATUS, address + "/x") == 200
    page.context.route("**/away", lambda route: route.fulfill(status=302, headers={"Location": address + "/y"}))
    page.evaluate("auth.fetch('/away').catch(() => {})")
    assert len(seen) >= 1 and not [headers for headers in seen if "Authorization" in headers]


def test_a_front_end_of_a_listed_origin_does_the_same(open_browser, open_app):
    """Another origin of the same site, with the module served from there."""
    with contextlib.ExitStack() as running:
        front = sites.Site()
        running.callback(front.stop)
        accounts = sites.Site({"AUTH_ALLOWED_ORIGINS": front.base_url})
        running.callback(accounts.stop)
        page = open_app(front, base=accounts.base_url)
        user = accounts.sign_up()
        assert log_in(page, user)["username"] == user.name
        me = f"auth.fetch('{accounts.base_url}/auth/me').then((a) => a.json()).then(({{ user }}) => user.username)"
        assert page.evaluate(me) == user.name
        make_stale(accounts, user)
        with counted(page, "/auth/refresh") as refreshes:
            assert page.evaluate(me) == user.name
        assert [request.method for request in refreshes if request.method == "POST"] == ["POST"]
        page.reload()
        page.evaluate(START, accounts.base_url)
        assert page.evaluate("auth.me()")["username"] == user.name
        page.evaluate("auth.logout()")
        assert page.evaluate("auth.me()") is None
