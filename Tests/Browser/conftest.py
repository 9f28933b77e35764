"""A browser of Debian's on a running site, with JavaScript and without."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))

import site_under_test as sites  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

# A public page with a form that posts to the protected application, and one that ends in a link.
TYPING = """
location = /typing {
    default_type text/html;
    return 200 '<!doctype html><title>Typing</title><form method="post" action="/app/letter" enctype="text/plain">
        <textarea name="letter"></textarea><button>Send</button></form>';
}
"""
# One that sends the login more than it takes, and places where nginx refuses as it does elsewhere.
REFUSALS = """
location = /too-large {
    default_type text/html;
    return 200 '<!doctype html><title>Large</title><form method="post" action="/auth/login">
        <textarea name="username"></textarea><button>Send</button></form>';
}
location = /refused/401 { error_page 401 = ${auth_refusal}_unauthenticated; return 401; }
location = /refused/429 { include snippets/fcgi-auth-errors.conf; return 429; }
location = /refused/503 { include snippets/fcgi-auth-errors.conf; return 503; }
"""
# Hashing costs no time here: what it costs elsewhere is no promise of the pages.
LIGHT = {"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"}


@pytest.fixture(scope="session")
def chromium():
    """With the back-forward cache that people's browsers have and Playwright turns off."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site():
    running = sites.Site(nginx_extra=TYPING + REFUSALS)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def short_site():
    """Access tokens live two seconds."""
    running = sites.Site({"AUTH_ACCESS_TTL": "2s"}, nginx_extra=TYPING)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def email_site():
    """Names are e-mail addresses, and after one wrong password one must wait."""
    running = sites.Site(LIGHT | {"AUTH_USERNAME": "email", "AUTH_LOGIN_ATTEMPTS": "1"})
    yield running
    running.stop()


@pytest.fixture(scope="session")
def closed_site():
    running = sites.Site(LIGHT | {"AUTH_SIGNUP": "closed"})
    yield running
    running.stop()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request):
    return request.param


@pytest.fixture
def open_browser(chromium):
    """Opens a fresh profile on a site and gives its page; options go to Playwright's new_context."""
    contexts = []

    def start(site, javascript=True, **options):
        options = dict(base_url=site.base_url, ignore_https_errors=True, java_script_enabled=javascript) | options
        context = chromium.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


def pytest_sessionfinish():
    for running in list(sites.STARTED):
        running.stop()
