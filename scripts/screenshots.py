"""Every page as it is shown: `scripts/screenshots [--lang LANG…] [--only NAME…] [--docs]` fills .build/screenshots.

Light and dark, phone and desktop, six languages, and sheets of them all: sheet-LANG-LOOK.png. `--docs`
puts those of docs/pages.md together anew. Needs Playwright in the Python that runs it.
"""

import argparse
import base64
import os
import shutil
import tempfile
from pathlib import Path

import demo_site
from playwright.sync_api import sync_playwright
from stack import Stack

OUT = demo_site.REPOSITORY / ".build" / "screenshots"
LANGUAGES = ("en", "de", "es", "fr", "zh-Hans", "ar")
SIZES = {"phone": dict(width=375, height=760), "desktop": dict(width=1100, height=800)}
PASSWORD = "four tall giraffes whistle"


def show(page, place):
    page.goto(place)


def show_strength(page, place):
    """What the server says of a password while it is typed."""
    page.goto(place)
    page.locator("#username").fill("alice")
    page.locator("#password").fill("correct horse battery")
    page.locator(".reveal").click()
    page.locator("#advice:not(:empty)").wait_for()


def show_logged_in(page, place):
    page.goto("/private/")
    if "/login" in page.url:
        page.goto("/signup?rd=%2Fprivate%2F")
        page.locator("#username").fill("visitor")
        page.locator("#password").fill(PASSWORD)
        page.locator("[type=submit]").click()
        page.wait_for_url("**/private/")
    page.goto(place)


# Name of the picture: what is done, and where.
PAGES = {
    "login": (show, "/login"),
    "login-refused": (show, "/login?error=invalid_credentials"),
    "login-wait": (show, "/login?error=too_many_attempts&retry_after=42"),
    "signup": (show, "/signup"),
    "signup-refused": (show, "/signup?error=invalid_fields&username_error=taken&password_error=too_weak"),
    "signup-strength": (show_strength, "/signup"),
    "error-404": (show, "/nothing"),
    "error-401": (show, "/shown/401"),
    "error-413": (show, "/shown/413"),
    "error-429": (show, "/shown/429"),
    "error-503": (show, "/shown/503"),
    "error-403": (show_logged_in, "/admin/"),
    "account": (show_logged_in, "/account"),
    "account-done": (show_logged_in, "/account?done=password"),
    "account-refused": (show_logged_in, "/account?error=invalid_fields&new_password_error=too_weak"),
    "account-wait": (show_logged_in, "/account?error=too_many_attempts&retry_after=42"),
}
# Those of docs/pages.md, three side by side: page, language, look.
DOCS = {
    "login": (("login", "en", "light"), ("login-refused", "de", "dark"), ("login-wait", "ar", "light")),
    "signup": (("signup-strength", "en", "light"), ("signup-refused", "fr", "dark"), ("signup", "zh-Hans", "light")),
    "account": (("account", "en", "light"), ("account", "de", "dark"), ("account", "ar", "light")),
    "errors": (("error-404", "es", "light"), ("error-503", "en", "dark")),
}
# Places that are as when nginx refuses.
REFUSALS = {401: "unauthenticated", 413: "too_large", 429: "too_many", 503: "no_answer"}
SHOWN = "\n".join(
    f"location = /shown/{status} {{ error_page {status} = ${{auth_refusal}}_{name}; return {status}; }}"
    for status, name in REFUSALS.items())
LOGGED_IN = [name for name, (prepare, _) in PAGES.items() if prepare is show_logged_in]


def picture(browser, stack, lang, look, size, names):
    context = browser.new_context(
        base_url=stack.base_url, ignore_https_errors=True, locale=lang, color_scheme=look, viewport=SIZES[size])
    context.set_default_timeout(10_000)
    page = context.new_page()
    for name in sorted(names, key=lambda name: name in LOGGED_IN):
        prepare, place = PAGES[name]
        prepare(page, place)
        page.wait_for_load_state()
        page.wait_for_timeout(200 if name.startswith("account") else 50)
        page.screenshot(path=OUT / f"{name}-{lang}-{look}-{size}.png", full_page=size == "phone")
    context.close()


def side_by_side(browser, files, target, width, background):
    images = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}" width="{width}">' for file in files)
    page = browser.new_page(viewport=dict(width=1300, height=300))
    page.set_content(
        f'<body style="margin:0;background:{background}"><div style="display:inline-flex;flex-wrap:wrap;'
        f'align-items:flex-start;gap:8px">{images}</div>')
    page.locator("div").screenshot(path=target)
    page.close()


def phone_picture(name, lang, look):
    return OUT / f"{name}-{lang}-{look}-phone.png"


def main():
    options = argparse.ArgumentParser(description="Saves every page as it is shown.")
    options.add_argument("--lang", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    options.add_argument("--only", nargs="+", choices=PAGES, default=list(PAGES))
    options.add_argument("--docs", action="store_true", help="those of docs/pages.md too, from all that is there")
    given = options.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    state = Path(tempfile.mkdtemp(prefix="fcgi-auth-"))
    try:
        with Stack(state, build_dir=os.environ.get("FCGI_AUTH_BUILD_DIR"), nginx_extra=SHOWN) as stack, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for lang in given.lang:
                for look in ("light", "dark"):
                    for size in SIZES:
                        picture(browser, stack, lang, look, size, given.only)
                        stack.ctl("user", "delete", "visitor", "--yes")
                    files = [phone_picture(name, lang, look) for name in given.only]
                    side_by_side(browser, files, OUT / f"sheet-{lang}-{look}.png", 250, "#888")
            for name, shown in DOCS.items() if given.docs else ():
                files = [phone_picture(*picture) for picture in shown]
                side_by_side(browser, files, demo_site.REPOSITORY / f"docs/pages/{name}.png", 300, "transparent")
            browser.close()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT.relative_to(demo_site.REPOSITORY)}")


if __name__ == "__main__":
    main()
