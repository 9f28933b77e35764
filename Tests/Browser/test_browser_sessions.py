"""Sessions as a browser lives them: expiry while typing, tabs side by side, the back button, other sites' pages."""

import contextlib
import hashlib
import http.server
import re
import threading
import time

import pytest
from playwright.sync_api import Error
from site_under_test import ACCESS, REFRESH, new_password
from visits import cookies, log_out, path, settle, sign_up

ADDRESS = re.compile(r"127\.0\.0\.1|::1")  # of this machine, as the list of sessions shows it


def wait_for_expiry(page, short_site):
    """The access token is let to run out; the browser then drops its cookie by itself."""
    deadline = time.monotonic() + 5
    while ACCESS in cookies(page) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert ACCESS not in cookies(page)


def go_back(page):
    """What the page before shows. Playwright may lose sight of a page that the browser had kept whole."""
    with contextlib.suppress(Error):
        page.go_back(timeout=3000)
    page.wait_for_timeout(300)
    return page.inner_text("body")


def test_a_form_typed_while_the_token_expired_arrives_whole(short_site, open_browser, javascript):
    page = open_browser(short_site, javascript)
    name, _ = sign_up(page)
    page.goto("/typing")
    text = "a long letter, " * 4000
    page.locator("textarea").fill(text)
    wait_for_expiry(page, short_site)
    page.locator("button").click()
    settle(page, "/app/letter")
    body = f"letter={text}\r\n".encode()
    shown = page.inner_text("body")
    assert hashlib.sha256(body).hexdigest() in shown and f"body-length: {len(body)}" in shown
    assert f"Remote-User: {name}".lower() in shown.lower().replace("_", "-")


def test_a_page_with_an_expired_token_does_not_bounce(short_site, open_browser, javascript):
    page, seen = open_browser(short_site, javascript), []
    sign_up(page)
    before = cookies(page)[REFRESH]["value"]
    wait_for_expiry(page, short_site)
    page.on("response", lambda answer: seen.append((answer.status, answer.url)))
    page.goto("/private/")
    assert path(page) == "/private/" and all(status not in (302, 303, 401) for status, _ in seen), seen
    assert cookies(page)[REFRESH]["value"] != before and ACCESS in cookies(page)


def test_tabs_that_wake_up_together_all_stay_logged_in(short_site, open_browser):
    page = open_browser(short_site)
    sign_up(page)
    tabs = [page] + [page.context.new_page() for _ in range(4)]
    for tab in tabs:
        tab.goto("/private/")
    for _ in range(3):
        wait_for_expiry(page, short_site)
        for tab in tabs:
            tab.evaluate("window.old = true; setTimeout(() => location.reload(), 1)")
        for tab in tabs:
            tab.wait_for_function("!window.old && document.readyState == 'complete'")
            assert path(tab) == "/private/"


def test_fetches_at_once_with_an_expired_token_all_succeed(short_site, open_browser):
    page = open_browser(short_site)
    sign_up(page)
    wait_for_expiry(page, short_site)
    script = "Promise.all([...Array(30).keys()].map(n => fetch('/private/?' + n).then(answer => answer.status)))"
    assert page.evaluate(script) == [200] * 30


def test_the_back_button_after_logout_shows_no_private_page(site, open_browser, javascript):
    page = open_browser(site, javascript)
    sign_up(page)
    private = page.inner_text("body")
    page.goto("/app/secret")
    log_out(page)
    for _ in range(3):
        shown = go_back(page)
        assert shown != private and "/app/secret HTTP" not in shown, page.url


def test_the_back_button_after_logout_shows_no_list_of_sessions(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    page.goto("/account")
    page.get_by_text(ADDRESS).first.wait_for()
    page.locator('form[action^="/auth/logout"]').locator("button, input[type=submit]").first.click()
    settle(page, "/")
    assert not ADDRESS.search(go_back(page))


def test_a_fetch_without_a_login_gets_401_and_no_page(site, open_browser):
    page = open_browser(site)
    page.goto("/")
    script = "fetch('/private/').then(async a => [a.status, a.redirected, a.headers.get('content-type')])"
    assert page.evaluate(script) == [401, False, "application/problem+json"]


def test_logging_out_in_one_tab_shuts_out_the_other(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    other = page.context.new_page()
    other.goto("/private/")
    assert path(other) == "/private/"
    log_out(page)
    other.reload()
    assert path(other).startswith("/login")


@pytest.fixture
def other_site():
    """Serves a page of another site, on this machine's address instead of its name."""
    pages = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish(html):
        pages["/attack"] = html
        return f"http://127.0.0.1:{server.server_port}/attack"

    yield publish
    server.shutdown()
    server.server_close()


def submit_elsewhere(page, address, action):
    page.goto(address)
    with page.expect_response(lambda answer: action in answer.url) as told:
        page.locator("button").click()
    return told.value


def attack(site, action, **fields):
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form method="post" action="{site.base_url}{action}">{inputs}<button>x</button></form>'


def test_another_site_can_not_log_the_visitor_in(site, open_browser, other_site):
    attacker, page = site.sign_up(), open_browser(site)
    address = other_site(attack(site, "/auth/login", username=attacker.name, password=attacker.password))
    submit_elsewhere(page, address, "/auth/login")
    assert cookies(page) == {}


def test_another_site_can_not_sign_the_visitor_up(site, open_browser, other_site):
    page = open_browser(site)
    submit_elsewhere(
        page, other_site(attack(site, "/auth/signup", username="csrf-name", password=new_password())), "/auth/signup"
    )
    assert cookies(page) == {}


@pytest.mark.parametrize("action", ["/auth/logout", "/auth/refresh", "/auth/password"])
def test_another_site_can_change_nothing(site, open_browser, other_site, action):
    page = open_browser(site)
    sign_up(page)
    before = cookies(page)
    submit_elsewhere(page, other_site(attack(site, action, scope="global")), action)
    assert {name: cookie["value"] for name, cookie in cookies(page).items()} == {
        name: cookie["value"] for name, cookie in before.items()
    }
    page.goto("/private/")
    assert path(page) == "/private/"


def test_another_site_can_not_frame_the_login_page(site, open_browser, other_site):
    page = open_browser(site)
    page.goto(other_site(f'<iframe src="{site.base_url}/login"></iframe>'))
    page.wait_for_timeout(500)
    frame = page.frames[-1]
    assert frame.locator("form").count() == 0
