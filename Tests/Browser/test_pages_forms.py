"""Logging in and signing up as a visitor sees it, with JavaScript and without."""

import time
import urllib.parse

import pytest
from site_under_test import REFRESH, new_name, new_password
from visits import cookies, fill_in, log_in, path, settle, sign_up

WRONG = "These details are not right. Please check them and try again."
MESSAGE = "#message"


def told(page):
    """What the message says once it is there."""
    page.locator(f"{MESSAGE}:not([hidden]) #message-text").wait_for()
    return page.locator("#message-text").inner_text()


def focused(page):
    return page.evaluate("document.activeElement.id")


def forget(page, *fields):
    """Takes `required` away, so that the server is asked about an empty field too."""
    for field in fields:
        page.locator(f"#{field}").evaluate("field => field.removeAttribute('required')")


def hold(page, endpoint):
    """Keeps the next request to an endpoint back until it is called."""
    held = []
    page.route(f"**{endpoint}", lambda route: held.append(route), times=1)

    def release():
        for route in held:
            route.continue_()

    return release


def test_a_wrong_password_is_told_with_the_focus_on_it_and_in_the_title(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/login?rd=%2Fprivate%2F")
    log_in(page, user.name, new_password())
    assert told(page) == WRONG
    assert page.title() == "Error: Log in"
    if javascript:  # without, the page has it by autofocus, which can't be asked for
        assert focused(page) == "message"
        assert path(page) == "/login?rd=%2Fprivate%2F"
        assert page.locator("#username").input_value() == user.name
    assert page.locator("#message").get_attribute("autofocus") == (None if javascript else "")


def test_a_message_in_place_needs_no_page_load_and_keeps_what_was_typed(site, open_browser):
    page, loads = open_browser(site), []
    page.goto("/login")
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    log_in(page, "nobody", "Sekret, and wrong")
    assert told(page) == WRONG
    assert loads == [] and page.locator("#password").input_value() == "Sekret, and wrong"
    page.locator("#password").fill("Sekret, and wrong again")
    release = hold(page, "/auth/login")
    page.locator("[type=submit]").click()
    page.locator(f"{MESSAGE}[hidden]").wait_for(state="attached")
    release()
    assert told(page) == WRONG and page.title() == "Error: Log in"


def test_the_button_says_that_it_is_working_and_works_once(site, open_browser):
    page, sent = open_browser(site), []
    page.goto("/login")
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    release = hold(page, "/auth/login")
    button = page.locator("[type=submit]")
    log_in(page, "nobody", new_password())
    page.wait_for_function("() => document.querySelector('[type=submit]').textContent == 'Logging in…'")
    assert button.get_attribute("aria-busy") == "true" and button.is_enabled()
    page.locator("#password").press("Enter")
    button.focus()
    page.keyboard.press("Enter")
    release()
    assert told(page) == WRONG
    assert button.inner_text() == "Log in" and len(sent) == 1


def test_what_is_typed_and_sent_meanwhile_is_sent_when_the_first_is_refused(site, open_browser):
    user, page = site.sign_up(), open_browser(site)
    page.goto("/login?rd=%2Fprivate%2F")
    release = hold(page, "/auth/login")
    log_in(page, user.name, new_password())
    page.locator("[aria-busy=true]").wait_for()
    page.locator("#password").fill(user.password)
    page.locator("#password").press("Enter")
    release()
    settle(page, "/private/")


def test_too_many_attempts_are_told_with_the_time_to_wait(email_site, open_browser, javascript):
    page, name = open_browser(email_site, javascript), f"{new_name()}@example.org"
    page.goto("/login")
    for _ in range(4):  # of the delays, which begin with a second
        log_in(page, name, new_password())
        if told(page) != WRONG:
            break
        page.goto("/login")
    assert told(page) == "Too many attempts. Please wait a while before you try again."
    waiting = page.locator("#wait").inner_text()
    assert waiting.startswith("Time to wait: ") and ("second" in waiting) == javascript


def refuse_with_429(page, seconds):
    headers = {"Retry-After": str(seconds), "Content-Type": "application/problem+json"}
    body = '{"status": 429, "code": "too_many_attempts"}'
    page.route("**/auth/login", lambda route: route.fulfill(status=429, headers=headers, body=body))


def test_the_time_to_wait_counts_down_and_then_the_button_works_again(site, open_browser):
    page, sent = open_browser(site), []
    page.clock.install()
    page.goto("/login")
    refuse_with_429(page, 125)
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    log_in(page, "nobody", new_password())
    assert told(page).startswith("Too many attempts.")
    shown, button = page.locator("#seconds"), page.locator("[type=submit]")
    assert shown.inner_text() == "3 minutes" and button.get_attribute("aria-disabled") == "true"
    page.clock.run_for(65_000)
    assert shown.inner_text() == "60 seconds"
    button.focus()
    page.keyboard.press("Enter")
    assert focused(page) == "message" and len(sent) == 1
    page.clock.run_for(61_000)
    assert page.locator("#wait").is_hidden() and button.get_attribute("aria-disabled") is None
    button.click()
    page.wait_for_function("() => document.querySelector('#wait').hidden == false")
    assert len(sent) == 2


def test_a_page_that_was_sent_with_the_time_to_wait_counts_down_too(site, open_browser):
    page = open_browser(site)
    page.clock.install()
    page.goto("/login?error=too_many_attempts&retry_after=42")
    assert page.locator("#seconds").inner_text() == "42 seconds"
    page.clock.run_for(43_000)
    assert page.locator("#wait").is_hidden()


def test_without_a_network_the_page_says_so(site, open_browser):
    page = open_browser(site)
    page.goto("/login")
    page.context.set_offline(True)
    log_in(page, "nobody", new_password())
    assert told(page).startswith("The site can’t be reached.")
    page.context.set_offline(False)
    page.locator("[type=submit]").click()
    page.wait_for_function("text => document.querySelector('#message-text').textContent == text", arg=WRONG)


def test_an_answer_that_is_none_of_ours_is_told_in_general(site, open_browser):
    page = open_browser(site)
    page.goto("/login")
    page.route("**/auth/login", lambda route: route.fulfill(status=500, body="<h1>oops</h1>"))
    log_in(page, "nobody", new_password())
    assert told(page) == "That did not work. Please try again."


def test_a_password_is_shown_on_demand_and_hidden_when_it_is_sent(site, open_browser):
    page = open_browser(site)
    page.goto("/login")
    toggle, field = page.get_by_role("button", name="Show password"), page.locator("#password")
    assert toggle.get_attribute("aria-pressed") == "false" and field.get_attribute("type") == "password"
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "true" and field.get_attribute("type") == "text"
    release = hold(page, "/auth/login")
    log_in(page, "nobody", new_password())
    page.wait_for_function("() => document.querySelector('#password').type == 'password'")
    assert toggle.get_attribute("aria-pressed") == "false"
    release()


def test_without_javascript_nothing_is_offered_that_needs_it(site, open_browser):
    page = open_browser(site, javascript=False)
    for place in ("/login", "/signup"):
        page.goto(place)
        assert page.locator("button:visible").count() == 1
        assert page.locator("meter:visible").count() == 0


def test_caps_lock_is_told(site, open_browser):
    page = open_browser(site)
    page.goto("/login")
    for on, text in ((True, "Caps Lock is on."), (False, "")):
        page.evaluate(
            """on => document.querySelector("#password").dispatchEvent(
                new KeyboardEvent("keyup", { key: "a", modifierCapsLock: on, bubbles: true }))""", on)
        assert page.locator("#caps").text_content() == text


@pytest.mark.parametrize("remember", [True, False])
def test_staying_logged_in_is_a_choice(site, open_browser, javascript, remember):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/login?rd=%2Fprivate%2F")
    page.get_by_label("Stay logged in on this device").set_checked(remember)
    log_in(page, user.name, user.password)
    settle(page, "/private/")
    assert (cookies(page)[REFRESH]["expires"] > time.time()) == remember


GOOD = ["/private/", "/private/?a=1&b=2", "/app/x?rd=/y#z", "/app/%20x/", "/app/ü"]
BAD = ["//evil.example/", "/\\evil.example/", "https://evil.example/", "javascript:alert(1)", "/%2f/evil.example",
       "/%5cevil.example", "/\t/evil.example", "/a/../..//evil.example", "/%2e%2e//x", "/login", "/login?rd=/login",
       "evil.example", "/ /evil.example", "/%", "/x%00", "\u2028/evil", "/.//evil.example", ""]  # fmt: skip


def test_the_login_leads_where_rd_says_and_never_elsewhere(site, open_browser, javascript):
    """The page's own reading of `rd` and the programs' are one: what is refused there leads home here too."""
    user, page = site.sign_up(), open_browser(site, javascript)
    for rd in GOOD + BAD:
        page.goto("/login?rd=" + urllib.parse.quote(rd, safe=""))
        log_in(page, user.name, user.password)
        page.wait_for_url(lambda url: not urllib.parse.urlsplit(url).path.startswith("/login"))
        page.wait_for_load_state()
        expected = urllib.parse.quote(rd, safe="/?=&%#", encoding="utf-8") if rd in GOOD else "/"
        assert path(page) == expected, rd


def test_a_link_to_the_other_page_keeps_the_target(site, open_browser, javascript):
    page = open_browser(site, javascript)
    page.goto("/login?rd=%2Fprivate%2F%3Fa%3D1%26b%3D2")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_role("link", name="Log in").click()
    page.get_by_role("link", name="Sign up").click()
    name, password = new_name(), new_password()
    fill_in(page, "/auth/signup", username=name, password=password)
    settle(page, "/private/")
    assert path(page) == "/private/?a=1&b=2"


@pytest.mark.parametrize("fields, field, text", [
    (dict(username="two words", password="Sekret 9d1c7e9a52a4"), "username", "Please use only letters"),
    (dict(username="раураl", password="Sekret 9d1c7e9a52a4"), "username", "letters and digits of one script"),
    (dict(username="somebody", password="short"), "password", "at least 15 characters"),
    (dict(username="somebody", password="passwordpassword"), "password", "Add two or three words"),
    (dict(username="somebody", password="Sekret 9d1c7e9a52a4", email="nowhere"), "email", "name@example.org"),
])  # fmt: skip
def test_signup_says_beside_each_field_what_is_wrong(site, open_browser, javascript, fields, field, text):
    page = open_browser(site, javascript)
    page.goto("/signup")
    fill_in(page, "/auth/signup", **fields)
    assert told(page) == "Please check what you typed."
    beside = page.locator(f"#{field}-error")
    assert text in beside.inner_text()
    given = page.locator(f"#{field}")
    assert given.get_attribute("aria-invalid") == "true"
    assert f"{field}-error" in given.get_attribute("aria-describedby").split()
    assert page.title() == "Error: Sign up"
    assert page.locator("[aria-invalid]").count() == 1
    assert page.locator("#username").input_value() == (fields["username"] if javascript else "")


def test_signup_tells_that_a_name_is_taken_beside_it(site, open_browser, javascript):
    user, page = site.sign_up(), open_browser(site, javascript)
    page.goto("/signup")
    fill_in(page, "/auth/signup", username=user.name, password=new_password())
    told(page)
    assert "is taken" in page.locator("#username-error").inner_text()
    page.locator("#username").fill(new_name())
    page.locator("#password").fill(new_password())
    page.locator("[type=submit]").click()
    settle(page, "/")


def test_addresses_are_names_where_the_site_chose_that(email_site, open_browser, javascript):
    page, name, password = open_browser(email_site, javascript), f"{new_name()}@example.org", new_password()
    page.goto("/signup?rd=%2Fprivate%2F")
    assert page.locator("input:visible").count() == 2
    page.get_by_label("E-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("[type=submit]").click()
    settle(page, "/private/")
    page.goto("/login?rd=%2Fprivate%2F")
    page.get_by_label("E-mail address").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.locator("[type=submit]").click()
    settle(page, "/private/")


def test_a_closed_signup_says_so_and_leads_back_to_the_login(closed_site, open_browser, javascript):
    page = open_browser(closed_site, javascript)
    page.goto("/login")
    assert page.get_by_role("link", name="Sign up").count() == 0
    page.goto("/signup?rd=%2Fprivate%2F")
    assert "takes no sign-ups" in page.locator("main").inner_text() and page.locator("form").count() == 0
    page.get_by_role("link", name="Log in").click()
    assert path(page) == "/login?rd=%2Fprivate%2F"


# -- While a new password is typed -----------------------------------------------------------------


def test_the_strength_of_a_new_password_is_shown_while_it_is_typed(site, open_browser):
    page, asked = open_browser(site), []
    page.goto("/signup")
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/auth/strength") else None)
    advice, meter = page.locator("#advice"), page.locator("#score")
    page.locator("#username").fill("alice")
    page.locator("#password").fill("four tall")
    advice.filter(has_text="at least 15 characters").wait_for()
    assert meter.is_visible()
    page.locator("#password").fill("passwordpassword")
    advice.filter(has_text="Add two or three words").wait_for()
    assert meter.evaluate("meter => meter.value") <= 1
    before = len(asked)
    page.locator("#password").fill("four tall")
    page.locator("#password").press_sequentially(" giraffes whistle in the rain")
    advice.filter(has_text="A very good password.").wait_for()
    assert meter.evaluate("meter => meter.value") == 4
    assert asked[-1].post_data_json == {"password": "four tall giraffes whistle in the rain", "username": "alice"}
    assert len(asked) - before < 10, "not for each key"
    page.locator("#password").fill("")
    page.wait_for_function("() => document.querySelector('#advice').textContent == ''")
    assert meter.is_hidden()


def test_a_password_that_is_too_like_the_name_is_told_while_the_name_is_typed(site, open_browser):
    page, name = open_browser(site), new_name("somebody")
    page.goto("/signup")
    page.locator("#password").fill(name)
    page.locator("#advice:not(:empty)").wait_for()
    page.locator("#username").fill(name)
    page.locator("#advice").filter(has_text="hardly more than your own name").wait_for()


def test_a_password_that_is_too_like_the_address_is_told_while_the_address_is_typed(site, open_browser):
    page, name = open_browser(site), f"{new_name('postbox')}@example.org"
    page.goto("/signup")
    page.locator("#password").fill(name)
    page.locator("#advice:not(:empty)").wait_for()
    page.locator("#email").fill(name)
    page.locator("#advice").filter(has_text="hardly more than your own name").wait_for()


def test_a_refused_password_is_not_praised_beside_its_error(site, open_browser):
    page = open_browser(site)
    page.goto("/signup")
    said = {"acceptable": True, "score": 4, "errors": []}
    page.route("**/auth/strength", lambda route: route.fulfill(json=said))
    page.locator("#username").fill(new_name())
    page.locator("#password").fill("short")
    page.locator("#advice:not(:empty)").wait_for()
    page.locator("[type=submit]").click()
    page.locator("#password-error:not(:empty)").wait_for()
    assert page.locator("#score").is_hidden() and page.locator("#advice").text_content() == ""


@pytest.mark.parametrize("status", [404, 429, 503, 500, None])
def test_signing_up_needs_no_word_about_the_strength(site, open_browser, status):
    page, errors = open_browser(site), []
    page.goto("/signup?rd=%2Fprivate%2F")
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/auth/strength", lambda route: route.fulfill(status=status) if status else route.abort())
    with page.expect_event("requestfinished" if status else "requestfailed"):
        page.locator("#password").fill("four tall giraffes whistle")
    assert page.locator("#advice").text_content() == ""
    fill_in(page, "/auth/signup", username=new_name(), password=new_password())
    settle(page, "/private/")
    assert errors == []


def test_a_session_begun_by_signing_up_is_there_after_going_back(site, open_browser, javascript):
    page = open_browser(site, javascript)
    sign_up(page)
    page.go_back()
    page.locator("[type=submit]").wait_for()
    assert page.locator("[type=submit]").inner_text() == "Sign up"
    page.goto("/private/")
    assert path(page) == "/private/"
