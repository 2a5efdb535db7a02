"""Who is shown to type: only who may write there, and no longer than that."""

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


def heard(link: MemoryLink) -> list[list[str] | str]:
    """The names of typists, and the types of other frames, in order; then they are forgotten."""
    link.receive()
    frames, found = list(link.frames), []
    link.frames.clear()
    for frame in frames:
        typists = [user["name"] for user in frame.get("users", [])]
        found.append(typists if frame["type"] == "typing" else frame["type"])
    return found


def test_another_role_ends_it_with_its_event_and_a_block_by_itself(world: MemoryWorld) -> None:
    alice: MemoryLink = run(world.connect("alice", 1))
    bob: MemoryLink = run(world.connect("bob", 1))
    tea = ask(alice, type="create_room", key="1", name="Tea")["room"]
    ask(bob, type="join", key="1", room=tea)
    chat = ask(alice, type="direct", key="2", user="@bob")["room"]
    for link in (alice, bob):
        for room in (tea, chat):
            ask(link, type="open", room=room)
    run(world.settle())
    heard(alice)

    ask(bob, type="typing", room=tea)
    run(world.settle())
    assert heard(alice) == [["bob"]]
    ask(alice, type="set_role", key="3", room=tea, user="@bob", role="reader")
    run(world.settle())
    assert heard(alice) == ["membership", []]
    assert ask(bob, type="typing", room=tea)["code"] == "forbidden"
    assert ask(bob, type="typing", room=tea, active=False)["type"] == "done"

    ask(bob, type="typing", room=chat)
    run(world.settle())
    assert heard(alice) == [["bob"]]
    ask(alice, type="block", key="4", user="@bob")
    assert ask(bob, type="typing", room=chat)["code"] == "blocked"
    run(world.passes(6))
    assert sorted(heard(alice), key=str) == [[], "block_changed", "presence"]
