"""What the tests with the real daemon share."""

import pytest

from tests.ui.browser import Browser
from tests.ui.daemon import Daemon


@pytest.fixture
def daemon(tmp_path):
    daemon = Daemon(tmp_path)
    yield daemon
    daemon.close()


@pytest.fixture
def browser(daemon):
    browser = Browser(daemon.certificate)
    yield browser
    browser.close()
