"""Languages, the theme, and what a browser loads of a page."""

import pytest
from site_under_test import new_name, new_password
from visits import cookies, log_in, path

LANGUAGES = {"en": "Log in", "de": "Anmelden", "es": "Iniciar sesión", "fr": "Se connecter", "zh-Hans": "登录",
             "ar": "تسجيل الدخول"}  # fmt: skip
REFUSED = {"de": "Diese Angaben stimmen nicht.", "fr": "Ces identifiants ne sont pas corrects.", "zh-Hans": "登录信息不正确",
           "ar": "بيانات الدخول غير صحيحة"}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browser_s_language_is_the_page_s(site, open_browser, language):
    page = open_browser(site, locale=language)
    page.goto("/login")
    assert page.locator("h1").inner_text() == LANGUAGES[language]
    assert page.locator("html").get_attribute("lang") == language
    direction = page.evaluate("() => getComputedStyle(document.body).direction")
    assert direction == ("rtl" if language == "ar" else "ltr")


def test_a_language_is_chosen_by_a_link_and_stays(site, open_browser, javascript):
    page = open_browser(site, javascript, locale="es")
    page.goto("/login?rd=%2Fprivate%2F")
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("h1").inner_text() == "Anmelden"
    kept = cookies(page)["auth_lang"]
    assert (kept["value"], kept["httpOnly"], kept["secure"], kept["sameSite"]) == ("de", True, True, "Lax")
    page.get_by_role("link", name="Registrieren").click()
    assert page.locator("h1").inner_text() == "Registrieren" and path(page) == "/signup?rd=%2Fprivate%2F"
    page.goto("/nothing")
    assert page.locator("h1").inner_text() == "Hier ist nichts"
    page.goto("/login")
    assert page.locator("[aria-current]").inner_text() == "Deutsch"


@pytest.mark.parametrize("language", REFUSED)
def test_what_javascript_says_is_in_the_page_s_language(site, open_browser, language):
    page = open_browser(site, locale=language)
    page.goto("/login")
    log_in(page, new_name(), new_password())
    page.locator("#message:not([hidden])").wait_for()
    assert REFUSED[language] in page.locator("#message-text").inner_text()
    assert LANGUAGES[language] in page.title() and page.title() != LANGUAGES[language]


def test_a_script_has_no_text_of_its_own(site):
    """Whatever a visitor reads is in the pages' texts, in every language."""
    with site.client() as client:
        script = client.get("/auth/pages/pages.js").body.decode()
    assert not any(name in script for name in ("Log in", "Sign up", "Please", "password is"))


def test_a_login_page_asks_for_one_style_and_one_script(site, open_browser):
    page, loaded = open_browser(site), []
    page.on("response", lambda answer: loaded.append((answer.url.removeprefix(site.base_url), len(answer.body()))))
    page.goto("/login")
    page.wait_for_load_state("networkidle")
    assert sorted(place for place, _ in loaded) == ["/auth/pages/pages.js", "/auth/pages/style.css", "/login"]
    assert sum(size for _, size in loaded) < 20_000


def test_a_theme_changes_colours_without_a_page_of_ones_own(email_site, open_browser):
    theme = email_site.state / "theme.css"
    theme.write_text(":root { --auth-accent: #0b6e4f; --auth-radius: 0; }")
    try:
        page = open_browser(email_site)
        page.goto("/login")
        style = page.evaluate("() => { const s = getComputedStyle(document.querySelector('[type=submit]')); "
                              "return [s.backgroundColor, s.borderTopLeftRadius]; }")
        assert style == ["rgb(11, 110, 79)", "0px"]
    finally:
        theme.unlink()


def test_an_error_page_names_the_request_that_the_logs_name(site, open_browser, javascript):
    page = open_browser(site, javascript, locale="fr")
    told = page.goto("/nothing")
    assert told.status == 404 and page.locator("h1").inner_text() == "Il n’y a rien ici"
    assert page.locator("code").inner_text() == told.headers["x-request-id"]
    page.get_by_role("link", name="Page d’accueil").click()
    assert path(page) == "/"


def test_a_form_that_is_refused_by_nginx_gets_a_page(site, open_browser, javascript):
    page = open_browser(site, javascript)
    page.goto("/too-large")
    page.locator("textarea").fill("x" * 70_000)
    with page.expect_navigation() as told:
        page.locator("button").click()
    assert told.value.status == 413 and page.locator("h1").inner_text() == "That was too much"
