"""What a visitor does with the pages: only what can be seen and typed, nothing of how the pages are made."""

import re

from site_under_test import new_name, new_password


def path(page):
    return re.sub(r"^https://[^/]*", "", page.url)


def fill_in(page, action, **fields):
    form = page.locator(f'form[action^="{action}"]').first
    for name, value in fields.items():
        form.locator(f'[name="{name}"]').fill(value)
    form.locator('button[type="submit"], button:not([type]), input[type="submit"]').first.click()


def settle(page, expected):
    """Waits until the browser shows this path."""
    page.wait_for_url(lambda url: re.sub(r"^https://[^/]*", "", url).partition("?")[0] == expected)
    page.wait_for_load_state()


def sign_up(page, target="/private/"):
    """Signs up as a newcomer who was sent to the login page. The name and the password."""
    name, password = new_name("visitor"), new_password()
    page.goto(f"/signup?rd={target.replace('/', '%2F')}")
    fill_in(page, "/auth/signup", username=name, password=password)
    settle(page, target)
    return name, password


def log_in(page, name, password):
    fill_in(page, "/auth/login", username=name, password=password)


def log_out(page):
    page.goto("/account")
    page.locator('form[action^="/auth/logout"]').locator("button, input[type=submit]").first.click()
    page.wait_for_url(lambda url: not url.endswith("/account"))
    page.wait_for_load_state()


def cookies(page):
    return {cookie["name"]: cookie for cookie in page.context.cookies()}
