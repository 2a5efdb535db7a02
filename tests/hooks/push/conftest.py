"""What the tests of Web Push share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_twisted

from chatd.hooks.push.watch import CALM
from tests.hooks.push.fakes import Stage
from tests.hooks.push.service import PushService


@pytest_twisted.async_yield_fixture
async def service(tmp_path: Path) -> AsyncIterator[PushService]:
    """A push service that listens; whatever it got was right in the end."""
    started = PushService(tmp_path).start()
    yield started
    await started.stop()
    assert started.wrong == []


@pytest.fixture
def stage() -> Stage:
    """Past the calm of a start."""
    made = Stage().start()
    made.wait(CALM + 1)
    return made
