"""One's own rooms, in pages that fit, and into how many of them others may bring one."""

import json
from collections.abc import Iterator

import pytest

from chatd.engine.unit import Append, CreateRoom
from chatd.features.members import MOST_ROOMS, movement
from chatd.features.rooms import PAGE
from tests.fakes.drive import run
from tests.features.test_views import ask
from tests.scenarios.memory import LIMITS, MemoryLink, MemoryWorld
from tests.store.desk import NOW

#: The longest that a name and a topic may be, in characters of four bytes.
NAME, TOPIC = "\N{TEACUP WITHOUT HANDLE}" * 80, "\N{TEACUP WITHOUT HANDLE}" * 500


@pytest.fixture
def world() -> Iterator[MemoryWorld]:
    world = MemoryWorld()
    for name in ("alice", "bob", "carol"):
        run(world.person(name))
    yield world
    world.stop()
    assert world.faults == []


def bring_bob(world: MemoryWorld, count: int) -> list[str]:
    """Carol brings bob into so many rooms; their ids."""
    rooms = [f"r{number:03}" for number in range(count)]
    for room in rooms:
        world.desk.do(
            CreateRoom(room, "private", NAME, None, TOPIC, "ucarol", NOW, shared_history=False),
            Append(room, "room", "ucarol", NOW, b'{"kind":"private"}'),
            *movement(room, "ucarol", "ubob", "added", "member", NOW),
        )
    return rooms


def size(frame: object) -> int:
    return len(json.dumps(frame, ensure_ascii=False).encode())


def test_the_rooms_of_one_who_was_brought_into_hundreds_come_in_pages_that_fit(
    world: MemoryWorld,
) -> None:
    # Somebody put a person into 498 rooms with long topics: the one reply was 1.2 MB.
    brought = bring_bob(world, 2 * PAGE + 98)
    bob = run(world.connect("bob", 1))
    found: list[str] = []
    pages: list[int] = []
    more = True
    while more:
        reply = ask(bob, type="rooms", after=found[-1] if found else None)
        assert size(reply) < LIMITS.reader_bytes * 0.6
        found += [room["room"] for room in reply["rooms"]]
        pages.append(len(reply["rooms"]))
        more = reply.get("more", False)
    assert (found, pages) == (brought, [PAGE, PAGE, 98])


def test_a_page_that_is_full_to_the_brim_is_the_last(world: MemoryWorld) -> None:
    bring_bob(world, PAGE)
    reply = ask(run(world.connect("bob", 1)), type="rooms")
    assert (len(reply["rooms"]), reply.get("more", False)) == (PAGE, False)


def test_others_bring_one_into_so_many_rooms_and_oneself_into_more(world: MemoryWorld) -> None:
    first = bring_bob(world, MOST_ROOMS)[0]
    alice: MemoryLink = run(world.connect("alice", 1))
    bob: MemoryLink = run(world.connect("bob", 1))
    tea = ask(alice, type="create_room", key="1", name="Tea")["room"]
    refused = ask(alice, type="add_member", key="2", room=tea, user="@bob")
    assert refused["code"] == "limit-reached"
    assert ask(alice, type="direct", key="3", user="@bob")["type"] == "done"
    assert ask(bob, type="join", key="4", room=tea)["type"] == "done"
    for key, room in (("5", first), ("6", tea)):
        assert ask(bob, type="leave", key=key, room=room)["type"] == "done"
    assert ask(alice, type="add_member", key="7", room=tea, user="@bob")["type"] == "done"
