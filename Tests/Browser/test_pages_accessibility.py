"""WCAG 2.2 AA: axe in every state, the keyboard alone, small windows, large text, colours and motion."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_states import STATES
from site_under_test import new_name, new_password
from visits import path, settle

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LANGUAGES = ("en", "de", "es", "fr", "zh-Hans", "ar")
WIDE = ("login", "login with a time to wait", "sign-up with errors in place", "sign-up, strength 1", "error 403")


def violations(page, *rules):
    found = Axe().run(page, options={"runOnly": list(rules)} if rules else RULES).response["violations"]
    return [(rule["id"], node["html"], node.get("failureSummary")) for rule in found for node in rule["nodes"]]


@pytest.fixture
def in_state(request, open_browser):
    """A page of a fresh browser in a state of page_states.py."""

    def start(name, reports=None, **options):
        """The browser's reports on the security policy go into `reports`."""
        site, prepare = STATES[name]
        page = open_browser(request.getfixturevalue(site), reduced_motion="reduce", **options)
        if reports is not None:
            told = lambda message: reports.append(message.text) if "Security Policy" in message.text else None  # noqa: E731
            page.on("console", told)
        prepare(page)
        return page

    return start


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_in_light_and_dark_and_the_policy_reports_nothing(in_state, name):
    reports = []
    page = in_state(name, reports)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert violations(page, "color-contrast") == []
    assert reports == []


@pytest.mark.parametrize("name", ["login with an error in place", "sign-up with errors in place", "error 404"])
@pytest.mark.parametrize("language", ["zh-Hans", "ar"])
def test_axe_finds_nothing_in_other_scripts(in_state, name, language):
    assert violations(in_state(name, locale=language)) == []


@pytest.mark.parametrize("name", WIDE)
def test_axe_finds_nothing_with_forced_colours(in_state, name):
    page = in_state(name, forced_colors="active")
    assert violations(page) == []
    for button in page.locator("button:visible").all():
        assert button.evaluate("button => parseFloat(getComputedStyle(button).borderTopWidth)") >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_at_320_px_which_is_400_percent_of_1280(in_state, language):
    for name in WIDE:
        page = in_state(name, locale=language, viewport=dict(width=320, height=256))
        too_wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter(element => {
                const box = element.getBoundingClientRect();
                return box.width && (box.right > innerWidth + 0.5 || box.left < -0.5);
            }).map(element => element.outerHTML)""")
        assert too_wide == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        page.context.close()


def test_text_may_be_twice_as_large(in_state):
    page = in_state("sign-up with errors in place", viewport=dict(width=640, height=800))
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640
    for box in page.locator("button:visible, input:visible").all():
        assert box.evaluate("box => box.scrollHeight <= box.clientHeight + 1")


def test_somebody_signs_up_and_logs_in_by_the_keyboard_alone(site, open_browser, javascript):
    page, name, password = open_browser(site, javascript), new_name(), new_password()
    page.goto("/login?rd=%2Fprivate%2F")
    page.locator("#username:focus").wait_for()
    for _ in range(5 if javascript else 4):  # password, its button, the choice, submit, the link
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    settle(page, "/signup")
    page.locator("#username:focus").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    settle(page, "/private/")
    page.context.clear_cookies()
    page.goto("/login?rd=%2Fprivate%2F")
    page.locator("#username:focus").wait_for()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    if javascript:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("#password").get_attribute("type") == "text"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("#remember").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    settle(page, "/private/")
    assert path(page) == "/private/"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_focus_can_be_seen_wherever_it_is(site, open_browser, look):
    page = open_browser(site, color_scheme=look)
    page.goto("/signup?error=invalid_fields&password_error=too_short")
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        tag, outline, inside = page.evaluate(
            """() => { const box = document.activeElement.getBoundingClientRect();
                return [document.activeElement.outerHTML, parseFloat(getComputedStyle(document.activeElement).outlineWidth),
                        box.top >= 0 && box.bottom <= innerHeight]; }""")
        if not tag.startswith("<body"):
            seen.add(tag)
            assert outline >= 2 and inside, tag
    assert len(seen) >= 11


def test_nothing_moves_for_those_who_asked_for_that(site, open_browser):
    for motion, expected in (("reduce", {"0s"}), ("no-preference", {"0s", "0.12s"})):
        page = open_browser(site, reduced_motion=motion)
        page.goto("/signup")
        durations = page.evaluate(
            """() => [...document.querySelectorAll("*")].flatMap(element => {
                const style = getComputedStyle(element);
                return (style.transitionDuration + ", " + style.animationDuration).split(", "); })""")
        assert set(durations) == expected


def test_every_message_is_in_a_place_that_is_announced(site, open_browser):
    page = open_browser(site)
    page.goto("/signup")
    assert page.locator("#message-text").get_attribute("role") == "alert"
    assert page.locator("#message").get_attribute("tabindex") == "-1"
    assert page.locator("#advice").get_attribute("aria-live") == "polite"
    # The seconds that run down are not read out one by one.
    assert page.locator("#message-text #seconds, [role=alert] #seconds, [aria-live] #seconds").count() == 0
