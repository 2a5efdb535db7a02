"""What the tests of the client share."""

import pytest

from tests.client.fakes import Stage


@pytest.fixture
def stage() -> Stage:
    """A client that is live, with nothing open."""
    stage = Stage()
    stage.client.start()
    stage.welcome()
    return stage
