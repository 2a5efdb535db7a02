"""What the tests of sockets share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from asking_rig import Scene, scene_of
from loopback_tls import Loopback
from oidc_rig import World
from site_rig import Rig, Wall
from twisted.internet import reactor
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread
from twisted.logger import globalLogPublisher

from chatd.edge.file_rules import FileRules
from chatd.store.file_bodies import FileBodies
from chatd.store.opening import open_store
from chatd.store.space import Floor, Space
from tests.auth.test_credentials import Tape
from tests.fakes.links import FakeMailer


@pytest_twisted.async_yield_fixture
async def loopback(tmp_path: Path) -> AsyncIterator[Loopback]:
    """A place to listen on loopback; all that was opened is closed in the end."""
    world = Loopback(tmp_path)
    yield world
    await world.stop()


@pytest_twisted.async_yield_fixture
async def stored(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """The site on the real store, with its threads and its file. Indirect parametrization gives it
    a site that vouches for people."""
    store = open_store(
        tmp_path / "state",
        call_in_reactor=reactor.callFromThread,
        clock=Wall(Clock()),
        random=Tape(),
        synchronous="OFF",
    )
    store.committed = lambda committed: None
    store.start()
    mailer = FakeMailer()
    made = Rig(store=store, mailer=mailer, vouching=getattr(request, "param", None))
    made.mailer = mailer
    yield made
    await made.stop()
    await store.stop()


@pytest_twisted.async_yield_fixture
async def filed(tmp_path: Path, stored: Rig) -> AsyncIterator[Rig]:
    """The same with files, whose bodies are written by threads. `allow` sets other rules, `floor`
    how much of the disk stays free."""
    bodies = FileBodies(tmp_path / "state", deferToThread, Floor(0, 0), stored.clock.seconds)
    bodies.prepare()
    made = Rig(store=stored.store, bodies=bodies)
    made.bodies, made.rules = bodies, FileRules()

    def floor(size: int) -> None:
        bodies._space = Space(Floor(size, 0), lambda: (size - 1, size), made.clock.seconds)

    made.floor = floor
    made.allow = lambda **rules: made.edge.files.change(FileRules(**rules))
    yield made
    await made.stop()


@pytest_twisted.async_yield_fixture
async def scene(tmp_path: Path, stored: Rig) -> AsyncIterator[Scene]:
    """Somebody signed in at a site with all there is, on a store that can be interrupted."""
    made = await scene_of(stored.store, tmp_path / "state")
    yield made
    await made.rig.stop()


@pytest_twisted.async_yield_fixture
async def world(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The site on the real store, with two providers. Indirect parametrization: settings."""
    store = open_store(
        tmp_path / "state",
        call_in_reactor=reactor.callFromThread,
        clock=Wall(Clock()),
        random=Tape(),
        synchronous="OFF",
    )
    store.committed = lambda committed: None
    store.start()
    made = World(store, **getattr(request, "param", {}))
    yield made
    await made.rig.stop()
    await store.stop()


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """Every log line of the door while the test runs."""
    seen: list[dict[str, Any]] = []

    def observe(event: dict[str, Any]) -> None:
        if str(event.get("log_namespace", "")).startswith("chatd.") or event.get("log_failure"):
            seen.append(event)

    globalLogPublisher.addObserver(observe)
    yield seen
    globalLogPublisher.removeObserver(observe)
