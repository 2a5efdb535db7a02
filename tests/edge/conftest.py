"""What the tests of sockets share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_twisted
from loopback_tls import Loopback
from site_rig import Rig, Wall
from twisted.internet import reactor
from twisted.internet.task import Clock

from chatd.store.opening import open_store
from tests.auth.test_credentials import Tape


@pytest_twisted.async_yield_fixture
async def loopback(tmp_path: Path) -> AsyncIterator[Loopback]:
    """A place to listen on loopback; all that was opened is closed in the end."""
    world = Loopback(tmp_path)
    yield world
    await world.stop()


@pytest_twisted.async_yield_fixture
async def stored(tmp_path: Path) -> AsyncIterator[Rig]:
    """The site on the real store, with its threads and its file."""
    store = open_store(
        tmp_path / "state",
        call_in_reactor=reactor.callFromThread,
        clock=Wall(Clock()),
        random=Tape(),
        synchronous="OFF",
    )
    store.committed = lambda committed: None
    store.start()
    made = Rig(store=store)
    yield made
    await made.stop()
    await store.stop()
