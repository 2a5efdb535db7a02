"""What the tests of sockets share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_twisted
from loopback_tls import Loopback


@pytest_twisted.async_yield_fixture
async def loopback(tmp_path: Path) -> AsyncIterator[Loopback]:
    """A place to listen on loopback; all that was opened is closed in the end."""
    world = Loopback(tmp_path)
    yield world
    await world.stop()
