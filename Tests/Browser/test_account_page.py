"""The account's page in a browser, with JavaScript and without."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from site_under_test import ACCESS, new_name, new_password
from visits import cookies, log_in, path, settle, sign_up

LANGUAGES = ["en", "de", "es", "fr", "zh-Hans", "ar"]


def log_in_elsewhere(site, name, password, agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"):
    client = site.client()
    answer = client.post("/auth/login", dict(username=name, password=password), [("User-Agent", agent)])
    assert answer.status == 200, answer
    return client


def press(page, action, **fields):
    """Sends the form of this action, and agrees to what is asked."""
    page.once("dialog", lambda dialog: dialog.accept())
    selector = "".join(f':has([name="{name}"][value="{value}"])' for name, value in fields.items())
    page.locator(f'form[action^="{action}"]{selector} button[type=submit]').last.click()


def type_passwords(page, current, new):
    page.locator("#current_password").fill(current)
    page.locator("#new_password").fill(new)


def test_one_session_is_ended(site, open_browser, javascript):
    page = open_browser(site, javascript)
    name, password = sign_up(page)
    other = log_in_elsewhere(site, name, password)
    page.goto("/account")
    assert "Firefox on Linux" in page.inner_text("#sessions")
    press(page, "/auth/sessions/")
    page.locator("#done").wait_for()
    assert "Firefox" not in page.inner_text("#sessions")
    assert other.get("/private/").status == 401


def test_all_other_sessions_are_ended(site, open_browser, javascript):
    page = open_browser(site, javascript)
    name, password = sign_up(page)
    others = [log_in_elsewhere(site, name, password) for _ in range(2)]
    page.goto("/account")
    press(page, "/auth/logout", scope="others")
    page.locator("#done").wait_for()
    assert page.locator("#sessions li").count() == 1
    assert [other.get("/private/").status for other in others] == [401, 401]


def test_logging_out_everywhere_leaves_nobody_in(site, open_browser, javascript):
    page = open_browser(site, javascript)
    name, password = sign_up(page)
    other = log_in_elsewhere(site, name, password)
    page.goto("/account")
    press(page, "/auth/logout", scope="global")
    settle(page, "/")
    assert ACCESS not in cookies(page) and other.get("/private/").status == 401


def test_whoever_does_not_agree_stays_logged_in(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    page.goto("/account")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.locator('form:has([value="global"]) button').click()
    page.wait_for_timeout(300)
    assert path(page) == "/account" and ACCESS in cookies(page)


def test_a_refused_new_password_is_told_beside_its_field(site, open_browser, javascript):
    page = open_browser(site, javascript)
    _, password = sign_up(page)
    page.goto("/account")
    type_passwords(page, password, "short")
    page.locator("#password button[type=submit]").click()
    page.locator("#message").wait_for()
    assert page.title().startswith("Error: ")
    field = page.locator("#new_password")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.inner_text("#new_password-error") and "new_password-error" in field.get_attribute("aria-describedby")
    assert page.evaluate("document.activeElement.id") == "message"


def test_a_password_typed_while_the_token_expired_is_changed(short_site, open_browser, javascript):
    page, new = open_browser(short_site, javascript), new_password()
    name, password = sign_up(page)
    other = log_in_elsewhere(short_site, name, password)
    page.goto("/account")
    type_passwords(page, password, new)
    deadline = time.monotonic() + 5
    while ACCESS in cookies(page) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert ACCESS not in cookies(page)
    page.locator("#password button[type=submit]").click()
    page.locator("#done").wait_for()
    assert path(page) == "/account?done=password" and ACCESS in cookies(page)
    assert other.post("/auth/refresh").status == 403
    log_in_elsewhere(short_site, name, new)


def test_a_stranger_logs_in_and_gets_to_the_page(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/account")
    assert path(page) == "/login?rd=%2Faccount"
    log_in(page, user.name, user.password)
    settle(page, "/account")
    assert user.name in page.inner_text("#user")


def test_a_password_is_revealed_and_hidden_again(site, open_browser):
    page = open_browser(site)
    _, password = sign_up(page)
    page.goto("/account")
    field, button = page.locator("#current_password"), page.locator('[aria-controls="current_password"]')
    field.fill(password)
    button.click()
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("text", "true")
    button.click()
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("password", "false")


def test_the_two_buttons_that_reveal_are_told_apart_by_name(site, open_browser):
    page = open_browser(site)
    sign_up(page)
    page.goto("/account")
    for field, label in (("current_password", "Current password"), ("new_password", "New password")):
        button = page.get_by_role("button", name=f"Show password {label}", exact=True)
        assert button.get_attribute("aria-controls") == field


def test_the_time_to_wait_runs_down_and_until_then_nothing_is_sent(site, open_browser):
    page, sent = open_browser(site), []
    _, password = sign_up(page)
    page.clock.install()
    page.goto("/account?error=too_many_attempts&retry_after=300")
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    button = page.locator("#password button[type=submit]")
    assert (page.inner_text("#seconds"), button.get_attribute("aria-disabled")) == ("5 minutes", "true")
    type_passwords(page, password, new_password())
    page.locator("#new_password").press("Enter")
    assert page.evaluate("document.activeElement.id") == "message"
    assert not [request for request in sent if "/auth/password" in request.url]
    page.clock.run_for(210_000)
    assert page.inner_text("#seconds").endswith(" seconds")
    page.clock.run_for(100_000)
    assert page.locator("#wait").is_hidden() and button.get_attribute("aria-disabled") is None
    button.click()
    page.locator("#done").wait_for()


def test_the_strength_is_told_while_typing(site, open_browser):
    page = open_browser(site)
    name, _ = sign_up(page)
    page.goto("/account")
    meter, advice = page.locator("#score"), page.locator("#advice")
    assert not meter.is_visible()
    seen = []
    for typed in ("short", name + name, "bracket velvet tundra mosaic lantern"):
        page.locator("#new_password").fill(typed)
        page.wait_for_function("old => document.getElementById('advice').textContent !== old", arg=seen[-1][1] if seen else "")
        seen.append((meter.evaluate("meter => meter.value"), advice.inner_text()))
    assert [score >= 2 for score, _ in seen] == [False, False, True] and len({text for _, text in seen}) == 3
    page.locator("#new_password").fill("")
    meter.wait_for(state="hidden")


def test_a_new_password_that_is_too_like_the_address_is_told_while_it_is_typed(site, open_browser):
    page, name = open_browser(site), new_name("postbox") + "@example.org"
    user = site.sign_up(email=name)
    page.goto("/login?rd=%2Faccount")
    log_in(page, user.name, user.password)
    settle(page, "/account")
    page.locator("#new_password").fill(name)
    page.locator("#advice").filter(has_text="hardly more than your own name").wait_for()


def test_times_are_the_visitors_own(site, chromium):
    """The same moment, told for a visitor in Kathmandu and in UTC by the page itself."""
    shown = {}
    for javascript in (True, False):
        context = chromium.new_context(
            base_url=site.base_url, ignore_https_errors=True, java_script_enabled=javascript, timezone_id="Asia/Kathmandu")
        page = context.new_page()
        sign_up(page)
        page.goto("/account")
        time_ = page.locator("#sessions time").first
        if javascript:
            page.wait_for_function("!document.querySelector('#sessions time').textContent.endsWith('UTC')")
        shown[javascript] = (time_.get_attribute("datetime"), time_.inner_text())
        context.close()
    assert shown[False][1] == f"{shown[False][0][:10]} {shown[False][0][11:16]} UTC"
    # 5:45 ahead: the minutes differ in any case.
    minutes = (int(shown[True][0][14:16]) + 45) % 60
    assert f":{minutes:02}" in shown[True][1]


def test_the_page_runs_within_its_policy_and_without_an_error(site, open_browser):
    page, errors = open_browser(site), []
    sign_up(page)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda told: errors.append(told.text) if told.type in ("error", "warning") else None)
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.goto("/account")
    page.wait_for_load_state("networkidle")
    assert errors == []


STATES = ["", "?error=invalid_credentials", "?error=invalid_fields&new_password_error=too_weak",
          "?error=too_many_attempts&retry_after=30", "?done=password"]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scripts", ["with scripts", "without scripts"])
def test_nothing_shuts_anybody_out(site, chromium, scripts, scheme):
    context = chromium.new_context(base_url=site.base_url, ignore_https_errors=True, color_scheme=scheme)
    if scripts == "without scripts":  # axe is one itself, so the page's own are kept away
        context.route("**/auth/pages/*.js", lambda route: route.abort())
    page = context.new_page()
    name, password = sign_up(page)
    log_in_elsewhere(site, name, password)
    found = []
    for query in STATES + [f"?lang={language}" for language in LANGUAGES]:
        page.goto(f"/account{query}")
        found += [(query, violation["id"], node["html"])
                  for violation in Axe().run(page).response["violations"] for node in violation["nodes"]]
    context.close()
    assert found == []


def test_no_state_shuts_anybody_out_and_none_does_with_forced_colours(site, open_browser):
    page = open_browser(site)
    name, password = sign_up(page)
    log_in_elsewhere(site, name, password)
    said = {}
    page.route("**/auth/strength", lambda route: route.fulfill(json=said))
    found = []

    def look(state):
        found.extend((state, violation["id"], node["html"])
                     for violation in Axe().run(page).response["violations"] for node in violation["nodes"])  # fmt: skip

    for query in ("?done=session", "?done=others", "?error=not_found"):
        page.goto(f"/account{query}")
        look(query)
    for score in range(5):
        errors = [] if score > 1 else [{"field": "password", "code": "too_weak"}]
        said.update(acceptable=not errors, score=score, errors=errors)
        page.locator("#new_password").fill(f"Sekret and more {score}")
        page.wait_for_function("score => document.getElementById('score').value === score && document.querySelector('#advice:not(:empty)')",
                               arg=score)  # fmt: skip
        look(f"strength {score}")
    page.emulate_media(forced_colors="active")
    look("forced colours")
    for button in page.locator("button:visible").all():
        assert button.evaluate("button => parseFloat(getComputedStyle(button).borderTopWidth)") >= 1
    page.goto("/account?error=invalid_fields&new_password_error=too_weak")
    look("forced colours, refused")
    assert found == []


def test_a_phone_of_320_pixels_shows_all_of_it(site, chromium):
    context = chromium.new_context(
        base_url=site.base_url, ignore_https_errors=True, viewport={"width": 320, "height": 640})
    page = context.new_page()
    name, password = sign_up(page)
    log_in_elsewhere(site, name, password, "x" * 250)
    widths = {}
    for language in LANGUAGES:
        page.goto(f"/account?lang={language}")
        widths[language] = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert {language for language, width in widths.items() if width > 320} == set()


def test_the_page_can_be_used_by_keyboard_alone(site, open_browser, javascript):
    page = open_browser(site, javascript)
    name, password = sign_up(page)
    other = log_in_elsewhere(site, name, password)
    page.goto("/account")
    for _ in range(30):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.closest('form')?.getAttribute('action') ?? ''")
        if here.startswith("/auth/sessions/"):
            break
    page.keyboard.press("Enter")
    page.locator("#done").wait_for()
    assert re.match("/account", path(page)) and other.get("/private/").status == 401
