"""The whole road in a browser: sign up, be let in, log out, be shut out; with JavaScript and without."""

import pytest
from site_under_test import ACCESS, DEVICE, REFRESH, new_password
from visits import cookies, fill_in, log_in, log_out, path, settle, sign_up


def test_a_visitor_signs_up_sees_the_protected_page_logs_out_and_is_shut_out(site, open_browser, javascript):
    page = open_browser(site, javascript)
    page.goto("/private/")
    assert path(page).startswith("/login?rd=")
    sign_up(page)
    inside = page.content()
    log_out(page)
    # That the browser is known stays, and logs nobody in.
    assert set(cookies(page)) == {DEVICE}
    page.goto("/private/")
    assert path(page) == "/login?rd=%2Fprivate%2F" and page.content() != inside


def test_a_login_leads_to_the_page_that_was_asked_for(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/app/x?a=1&b=two%20words")
    log_in(page, user.name, user.password)
    settle(page, "/app/x")
    assert path(page) == "/app/x?a=1&b=two%20words"
    assert user.name in page.inner_text("body")


def test_a_wrong_password_is_told_and_the_target_kept(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/private/")
    before = page.inner_text("body")
    log_in(page, user.name, new_password())
    page.wait_for_function(
        "before => document.body.innerText !== before", arg=before
    ) if javascript else page.wait_for_load_state()
    assert path(page).startswith("/login") and page.inner_text("body") != before
    log_in(page, user.name, user.password)
    settle(page, "/private/")


def test_a_taken_name_is_told(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/signup")
    before = page.inner_text("body")
    fill_in(page, "/auth/signup", username=user.name, password=new_password())
    page.wait_for_function(
        "before => document.body.innerText !== before", arg=before
    ) if javascript else page.wait_for_load_state()
    assert path(page).startswith("/signup") and page.inner_text("body") != before
    assert cookies(page) == {}


def test_the_cookies_are_kept_as_the_contract_says(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    kept = cookies(page)
    assert set(kept) == {ACCESS, REFRESH, DEVICE}
    for cookie in kept.values():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "localhost")
    assert kept[ACCESS]["expires"] > 0 and kept[REFRESH]["expires"] == -1


def test_no_script_can_read_the_cookies(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    assert page.evaluate("document.cookie") == ""


def test_a_page_of_the_account_changes_the_password(site, open_browser, javascript):
    page, new = open_browser(site, javascript), new_password()
    name, password = sign_up(page)
    page.goto("/account")
    form = page.locator('form[action^="/auth/password"]')
    form.locator('[name="current_password"]').fill(password)
    form.locator('[name="new_password"]').fill(new)
    with page.expect_response(lambda answer: answer.url.partition("?")[0].endswith("/auth/password")) as told:
        form.locator('button[type="submit"], button:not([type])').first.click()
    assert told.value.status in (204, 303)
    with site.client() as client:
        assert client.post("/auth/login", dict(username=name, password=new)).status == 200


@pytest.mark.parametrize("page_name", ["/login", "/signup", "/account"])
def test_a_page_loads_without_an_error(site, open_browser, page_name):
    page, errors = open_browser(site), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda told: errors.append(told.text) if "Content Security Policy" in told.text else None)
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.goto(page_name)
    page.wait_for_load_state("networkidle")
    assert errors == []


def test_a_password_manager_finds_its_fields(site, open_browser):
    page = open_browser(site)
    for place, action, wanted in [
        ("/login", "/auth/login", {"username": "username", "password": "current-password"}),
        ("/signup", "/auth/signup", {"username": "username", "password": "new-password"}),
    ]:
        page.goto(place)
        form = page.locator(f'form[action^="{action}"]').first
        for name, value in wanted.items():
            assert value in form.locator(f'[name="{name}"]').get_attribute("autocomplete")
        assert form.locator('[name="password"]').get_attribute("type") == "password"
