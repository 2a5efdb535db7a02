"""Pages while people talk: nothing that a client was told is undone by an older page."""

import json
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from tests.fakes.drive import Promise, drive, run
from tests.fakes.wire import payloads
from tests.features.test_views import ask
from tests.scenarios.memory import MemoryLink, MemoryWorld


@pytest.fixture
def world() -> Iterator[MemoryWorld]:
    world = MemoryWorld()
    for name in ("alice", "bob"):
        run(world.person(name))
    yield world
    world.stop()
    assert world.faults == []


class SlowReads:
    """The store of a node, whose reads take a while: what they found is old when it comes."""

    def __init__(self, world: MemoryWorld) -> None:
        self._store: Any = world.nodes[0].store
        self._clock = world.clock

    def __getattr__(self, name: str) -> Any:
        ask_store = getattr(self._store, name)
        if name not in ("page", "messages", "pins"):
            return ask_store

        def slow(*arguments: Any, **named: Any) -> Promise[Any]:
            late: Promise[Any] = Promise()
            drive(self._pass_on(ask_store(*arguments, **named), late))
            return late

        return slow

    async def _pass_on(self, soon: Awaitable[Any], late: Promise[Any]) -> None:
        found = await soon
        self._clock.later(0.3, lambda: late.fire(found))


@pytest.mark.parametrize(
    "read",
    [{"type": "history"}, {"type": "messages", "seqs": [3]}, {"type": "pins"}],
    ids=lambda read: read["type"],
)
def test_what_happens_while_a_page_is_read_comes_behind_it(
    world: MemoryWorld, read: dict[str, Any]
) -> None:
    alice: MemoryLink = run(world.connect("alice", 1))
    bob: MemoryLink = run(world.connect("bob", 1))
    tea = ask(bob, type="create_room", key="1", name="tea")["room"]
    said = ask(bob, type="send", key="2", room=tea, text="old words")
    assert said["seq"] == 3
    ask(bob, type="pin", key="3", room=tea, seq=3)
    ask(bob, type="add_member", key="4", room=tea, user="@alice")
    world.desk.database.run("update memberships set from_seq = 1", {})
    ask(alice, type="open", room=tea)
    run(world.settle())
    alice.receive()
    engine: Any = world.nodes[0].engine
    engine.store = SlowReads(world)
    alice.session.frame(json.dumps({**read, "id": 99, "room": tea}).encode())
    edit = {"type": "edit", "id": 99, "key": "5", "room": tea, "seq": 3, "text": "new words"}
    bob.session.frame(json.dumps(edit).encode())
    for _ in range(100):
        world.turn()
    alice.wire.take()
    arrived = [json.loads(payload) for payload in payloads(bytes(alice.wire.received))]
    alice.wire.received.clear()
    told = [(frame["type"], "old words" in json.dumps(frame)) for frame in arrived]
    assert told == [(read["type"], True), ("edited", False)]
