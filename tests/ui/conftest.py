"""What the tests with the real daemon share."""

import pytest

from tests.ui.browser import Browser
from tests.ui.daemon import Daemon
from tests.ui.firefox import Firefox, Firefoxes

ENGINES = ["chromium", pytest.param("firefox", marks=pytest.mark.firefox)]


def pytest_generate_tests(metafunc):
    """What people do is done in both browsers: tests marked ``journey``; all others in Chromium."""
    if "engine" in metafunc.fixturenames and metafunc.definition.get_closest_marker("journey"):
        metafunc.parametrize("engine", ENGINES, scope="module")


@pytest.fixture(scope="module")
def engine():
    return "chromium"


@pytest.fixture
def daemon(tmp_path):
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.close()


@pytest.fixture(scope="session")
def firefoxes():
    firefoxes = Firefoxes()
    yield firefoxes
    firefoxes.close()


@pytest.fixture
def browser(daemon, engine, request):
    if engine == "firefox":
        browser = Firefox(request.getfixturevalue("firefoxes"), daemon.authority)
    else:
        browser = Browser(daemon.certificate)
    yield browser
    browser.close()
