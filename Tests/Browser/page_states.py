"""Every state in which a visitor may see our pages, and how it comes about."""

from site_under_test import new_name, new_password
from visits import log_in, sign_up

STATES = {}  # name: (fixture of the site, what brings it about)


def state(name, site="site"):
    def keep(prepare):
        STATES[name] = (site, prepare)
        return prepare

    return keep


def at(name, place, site="site"):
    STATES[name] = (site, lambda page: page.goto(place))


at("login", "/login")
at("login with an error", "/login?error=invalid_credentials")
at("login with a time to wait", "/login?error=too_many_attempts&retry_after=300")
at("login for addresses", "/login", "email_site")
at("login where sign-up is closed", "/login", "closed_site")
at("sign-up", "/signup")
at("sign-up that is closed", "/signup", "closed_site")
at("sign-up with addresses", "/signup", "email_site")
at("sign-up with an address that is none",
   "/signup?error=invalid_fields&username_error=not_email_address", "email_site")  # fmt: skip
for code in ("username_taken", "invalid_fields", "too_many_attempts", "signup_closed", "cross_origin", "overloaded"):
    at(f"sign-up: {code}", f"/signup?error={code}")
for code in ("required", "too_long", "forbidden_character", "misplaced_character", "mixed_direction", "mixed_scripts"):
    at(f"sign-up, name: {code}", f"/signup?error=invalid_fields&username_error={code}&email_error={code}")
for code in ("required", "too_short", "too_long", "not_utf8", "too_common", "too_similar", "too_weak"):
    at(f"sign-up, password: {code}", f"/signup?error=invalid_fields&password_error={code}")
at("error 401", "/refused/401")
at("error 404", "/nothing")
at("error 429", "/refused/429")
at("error 503", "/refused/503")


@state("error 403")
def forbidden(page):
    sign_up(page)
    page.goto("/admin/")


@state("error 413")
def too_large(page):
    page.goto("/too-large")
    page.locator("textarea").fill("x" * 70_000)
    page.locator("button").click()
    page.wait_for_url("**/auth/login")
    page.locator("h1").wait_for()


@state("login with an error in place")
def refused(page):
    page.goto("/login")
    log_in(page, new_name(), new_password())
    page.locator("#message:not([hidden])").wait_for()


@state("login with the password shown")
def revealed(page):
    page.goto("/login")
    page.locator("#password").fill("Sekret")
    page.locator(".reveal").click()


@state("login at work")
def at_work(page):
    page.goto("/login")
    page.route("**/auth/login", lambda route: None)
    log_in(page, new_name(), new_password())
    page.locator("[aria-busy=true]").wait_for()


@state("sign-up with errors in place")
def fields_refused(page):
    page.goto("/signup")
    for field, text in (("username", "two words"), ("email", "nowhere"), ("password", "short")):
        page.locator(f"#{field}").fill(text)
    page.locator("[type=submit]").click()
    page.locator("#message:not([hidden])").wait_for()


def with_strength(score):
    def prepare(page):
        errors = [] if score > 1 else [{"field": "password", "code": "too_weak"}]
        said = {"acceptable": not errors, "score": score, "errors": errors}
        page.route("**/auth/strength", lambda route: route.fulfill(json=said))
        page.goto("/signup")
        page.locator("#password").fill("Sekret and more")
        page.locator("#advice:not(:empty)").wait_for()

    return prepare


for score in range(5):
    STATES[f"sign-up, strength {score}"] = ("site", with_strength(score))
