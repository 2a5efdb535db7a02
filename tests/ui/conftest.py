"""What the tests with the real daemon share."""

from datetime import UTC, datetime

import pytest

from chatd.admin.local_ca import ensure, host_names
from tests.ui.browser import Browser
from tests.ui.chromium import Chromiums
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


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """One for all daemons of a run, and one certificate: so one browser can know them all."""
    return ensure(tmp_path_factory.mktemp("authority") / "tls", host_names(), datetime.now(UTC))


@pytest.fixture
def daemon(tmp_path, authority):
    daemon = Daemon(tmp_path, authority.certificate.parent)
    yield daemon
    daemon.close()


@pytest.fixture(scope="session")
def chromiums(authority):
    chromiums = Chromiums(authority.certificate)
    yield chromiums
    chromiums.close()


@pytest.fixture(scope="session")
def firefoxes():
    firefoxes = Firefoxes()
    yield firefoxes
    firefoxes.close()


@pytest.fixture
def browser(engine, authority, request):
    if engine == "firefox":
        browser = Firefox(request.getfixturevalue("firefoxes"), authority.authority)
    else:
        browser = Browser(chromiums=request.getfixturevalue("chromiums"))
    yield browser
    browser.close()
