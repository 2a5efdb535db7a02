"""Who reacts where not everybody writes; and to what a reaction is stored."""

from collections.abc import Iterator

import pytest

from tests.fakes.drive import run
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


@pytest.mark.parametrize(
    ("rule", "says", "reacts"),
    [
        ("posting = 'moderator'", "forbidden", "done"),
        ("slow_seconds = 3600", "rate-limited", "done"),
        ("archived = 1", "wrong-state", "wrong-state"),
    ],
    ids=["announcements", "slow mode", "archived"],
)
def test_members_react_where_only_some_write(
    world: MemoryWorld, rule: str, says: str, reacts: str
) -> None:
    alice: MemoryLink = run(world.connect("alice", 1))
    bob: MemoryLink = run(world.connect("bob", 1))
    tea = ask(alice, type="create_room", key="1", name="tea")["room"]
    ask(alice, type="add_member", key="2", room=tea, user="@bob")
    ask(bob, type="send", key="3", room=tea, text="first")
    seq = ask(alice, type="send", key="4", room=tea, text="news")["seq"]
    world.desk.database.run(f"update rooms set {rule}", {})
    reply = ask(bob, type="send", key="5", room=tea, text="second")
    assert reply.get("code") == says
    for kind in ("react", "unreact"):
        reply = ask(bob, type=kind, key=kind, room=tea, seq=seq, emoji="🍵")
        assert reply.get("code", reply["type"]) == reacts


def test_a_key_reacts_once(world: MemoryWorld) -> None:
    alice: MemoryLink = run(world.connect("alice", 1))
    tea = ask(alice, type="create_room", key="1", name="tea")["room"]
    seq = ask(alice, type="send", key="2", room=tea, text="news")["seq"]
    frame = {"type": "react", "key": "3", "room": tea, "seq": seq, "emoji": "🍵"}
    first, again = ask(alice, **frame), ask(alice, **frame)
    assert {**first, "id": 0} == {**again, "id": 0} and first["seq"] == seq + 1
    ask(alice, type="unreact", key="4", room=tea, seq=seq, emoji="🍵")
    # Said again much later, on another connection, it still has its one effect.
    assert ask(alice, **frame)["seq"] == seq + 1
    page = ask(alice, type="history", room=tea)
    assert "reactions" not in page["messages"][0]
