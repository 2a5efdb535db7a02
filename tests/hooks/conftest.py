"""What the tests of outgoing things share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_twisted

from tests.hooks.receiver import Receiver
from tests.hooks.stage import Stage


@pytest_twisted.async_yield_fixture
async def receiver(tmp_path: Path) -> AsyncIterator[Receiver]:
    """A receiver that listens; all it opened is closed in the end."""
    started = Receiver(tmp_path).start()
    yield started
    await started.stop()


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)
