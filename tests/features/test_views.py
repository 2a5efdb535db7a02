"""Opening and resuming: what the cursor of each reply promises."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.drive import run
from tests.scenarios.language import Frame
from tests.scenarios.memory import MemoryLink, MemoryWorld


@pytest.fixture
def world() -> Iterator[MemoryWorld]:
    world = MemoryWorld()
    for name in ("alice", "bob"):
        run(world.person(name))
    yield world
    world.stop()
    assert world.faults == []


def ask(link: MemoryLink, **frame: Any) -> Frame:
    return run(link.command(frame))


def test_the_cursor_of_opened_leaves_out_what_other_open_rooms_have_not_sent_yet(
    world: MemoryWorld,
) -> None:
    alice, bob = run(world.connect("alice", 1)), run(world.connect("bob", 1))
    tea = ask(bob, type="create_room", key="1", name="tea")["room"]
    jam = ask(bob, type="create_room", key="2", name="jam")["room"]
    for key, room in enumerate((tea, jam)):
        ask(alice, type="join", key=f"j{key}", room=room)
    ask(alice, type="open", room=tea)
    run(world.settle())
    alice.receive()
    alice.frames.clear()
    # Committed, and in the snapshot that alice's reply is made from, but not delivered yet.
    send = {"type": "send", "id": 99, "key": "3", "room": tea, "text": "on its way"}
    bob.session.frame(json.dumps(send).encode())
    opened = ask(alice, type="open", room=jam)
    # The connection is lost right behind the reply: what does it miss?
    resumed = ask(
        run(world.connect("alice", 1)), type="resume", cursor=opened["cursor"], rooms=[tea, jam]
    )
    assert [event.get("text") for event in resumed["events"]] == ["on its way"]


def test_the_first_room_opened_is_covered_whole_by_the_reply(world: MemoryWorld) -> None:
    bob = run(world.connect("bob", 1))
    tea = ask(bob, type="create_room", key="1", name="tea")["room"]
    ask(bob, type="send", key="2", room=tea, text="hello")
    opened = ask(bob, type="open", room=tea)
    again = run(world.connect("bob", 1))
    assert "events" not in ask(again, type="resume", cursor=opened["cursor"], rooms=[tea])


def test_a_cursor_of_another_log_is_told_plainly(world: MemoryWorld) -> None:
    bob = run(world.connect("bob", 1))
    tea = ask(bob, type="create_room", key="1", name="tea")["room"]
    resumed = ask(bob, type="resume", cursor="zzzzzzzz.1", rooms=[tea])
    assert resumed["resumed"] is False
    assert [room["room"] for room in resumed["rooms"]] == [tea]
    ask(bob, type="send", key="2", room=tea, text="live")
    run(world.settle())
    bob.receive()
    assert "live" in [frame.get("text") for frame in bob.frames]


def test_many_missed_events_come_in_pages_in_order_and_then_live(world: MemoryWorld) -> None:
    bob, alice = run(world.connect("bob", 1)), run(world.connect("alice", 1))
    tea = ask(bob, type="create_room", key="1", name="tea")["room"]
    ask(alice, type="join", key="j", room=tea)
    cursor = ask(alice, type="open", room=tea)["cursor"]
    run(alice.drop())
    for number in range(1100):
        ask(bob, type="send", key=f"m{number}", room=tea, text=str(number))
    back = run(world.connect("alice", 1))
    texts, pages = [], 0
    while True:
        resumed = ask(back, type="resume", cursor=cursor, rooms=[tea])
        texts += [event["text"] for event in resumed["events"]]
        cursor, pages = resumed["cursor"], pages + 1
        if not resumed.get("more"):
            break
    assert texts == [str(number) for number in range(1100)]
    assert pages == 3
    ask(bob, type="send", key="last", room=tea, text="live")
    run(world.settle())
    back.receive()
    assert [frame["text"] for frame in back.frames if frame["type"] == "message"] == ["live"]


def test_no_more_rooms_are_open_than_the_limit(world: MemoryWorld) -> None:
    bob = run(world.connect("bob", 1))
    reply = ask(bob, type="resume", rooms=[f"r{n}" for n in range(101)])
    assert reply["code"] == "limit-reached"
