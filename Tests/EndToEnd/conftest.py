"""Sites the tests share: one with the defaults, one whose access tokens live a second, and any a file asks for."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import site_under_test as sites  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "jwt(reason): about access tokens that are JWTs; left out where they are ids")
    config.addinivalue_line("markers", "last: runs after every other test, to judge what they left behind")


def pytest_collection_modifyitems(config, items):
    if sites.ACCESS_KIND != "jwt":
        left_out = [item for item in items if item.get_closest_marker("jwt")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("jwt")]
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_sessionfinish():
    for site in list(sites.STARTED):
        site.stop()


@pytest.fixture(scope="session")
def site():
    """The site with every default."""
    running = sites.Site()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def short_site():
    """A site whose access tokens live for one second."""
    running = sites.Site({"AUTH_ACCESS_TTL": "1s"})
    yield running
    running.stop()


@pytest.fixture(scope="session")
def light_site():
    """A site that hashes as cheaply as it may, for tests that need thousands of sessions."""
    running = sites.Site({"AUTH_ARGON2_MEMORY": "7MiB", "AUTH_ARGON2_TIME": "1"})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def new_site():
    """Starts sites with other settings; they end with the test file."""
    running = []

    def start(nginx_extra="", **env):
        running.append(sites.Site(env, nginx_extra))
        return running[-1]

    yield start
    for started in running:
        started.stop()


@pytest.fixture
def client(site):
    with site.client() as fresh:
        yield fresh


@pytest.fixture
def user(site):
    signed_up = site.sign_up()
    yield signed_up
    signed_up.client.close()
