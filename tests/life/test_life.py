"""A short life in every test run, and proof that its judges see what they are to see."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_twisted

from tests.life.life import Plan, life
from tests.life.model import Model, Place, Room
from tests.life.people import Device, Reading, Told, expected, wrong_readings
from tests.life.views import wrong_views

PEOPLE = {"ua": "alice", "ub": "bob"}


@pytest.mark.faketime
@pytest_twisted.inlineCallbacks
def test_a_team_of_eight_lives_two_days_as_the_model_says(tmp_path: Path) -> Any:
    from twisted.internet import reactor
    from twisted.internet.defer import Deferred

    plan = Plan(events=300, people=8, rooms=6, days=2, seed=7)
    outcome = yield Deferred.fromCoroutine(life(reactor, tmp_path, plan))
    assert outcome.faults == []
    assert outcome.starts >= 2 and outcome.refused > 10 and outcome.readings > 10


# ---- the judges ---------------------------------------------------------------------------------


def talked() -> Model:
    """Alice's room: bob joins at seq 3 of a room that shows newcomers nothing of before."""
    model = Model(PEOPLE)
    model.create("tea", "ua", "private", "Tea", None, 0)
    assert model.add("tea", "ua", "ub", "member", 0) == Place(3)
    for number in range(4):
        assert model.send("tea", "ua", f"{number} @bob", 0) == Place(4 + number, 1 + number)
    return model


class Listener:
    """As much of a device as its judge looks at."""

    user = "ub"
    name = "bob's laptop"

    def __init__(self, heard: list[Told], *, over: bool = False) -> None:
        reading = Reading("tea", 3, heard)
        self.ended = [reading] if over else []
        self.readings = {} if over else {"tea": reading}


FAULTS: dict[str, Callable[[list[Told]], list[Told]]] = {
    "one missing": lambda heard: [*heard[:1], *heard[2:]],
    "the last missing": lambda heard: heard[:-1],
    "one twice": lambda heard: [*heard[:2], *heard[1:]],
    "two swapped": lambda heard: [heard[1], heard[0], *heard[2:]],
    "another author": lambda heard: [(heard[0][0], heard[0][1], "ub", None, None), *heard[1:]],
    "one too many": lambda heard: [*heard, (9, "message", "ua", None, None)],
    "nothing": lambda heard: [],
}


def heard() -> list[Told]:
    return [expected(event) for event in talked().rooms["tea"].events[3:]]


def judged(told: list[Told], *, over: bool = False) -> list[str]:
    return wrong_readings(cast(Device, Listener(told, over=over)), talked().rooms)


def test_what_was_heard_whole_and_in_order_is_right() -> None:
    assert judged(heard()) == []
    # A reading that ended may end anywhere.
    assert judged(heard()[:2], over=True) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_what_was_heard_is_found(fault: str) -> None:
    assert len(judged(FAULTS[fault](heard()))) == 1


class Answers:
    """A server that shows bob what it is told to."""

    user = "ub"
    name = "bob's laptop"

    def __init__(self, room: dict[str, Any], messages: list[dict[str, Any]]) -> None:
        self.client = self
        self.room = room
        self.messages = messages

    async def rooms(self) -> list[dict[str, Any]]:
        return [self.room]

    async def do(self, type_: str, **fields: Any) -> dict[str, Any]:
        return {
            "history": {"messages": self.messages},
            "members": {
                "members": [{"user": "ua", "role": "owner"}, {"user": "ub", "role": "member"}]
            },
            "pins": {"pins": []},
        }[type_]


def truth(room: Room) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    state = {
        "room": "tea",
        "role": "member",
        "seq": 7,
        "number": 4,
        "unread": 4,
        "mentions": 4,
        "members": 2,
    }
    messages = [
        {
            "seq": event.seq,
            "number": event.number,
            "from": event.author,
            "text": event.text,
            "mentions": list(event.mentions),
        }
        for event in room.events[3:]
    ]
    return state, messages


def seen(room: dict[str, Any], messages: list[dict[str, Any]]) -> list[str]:
    from tests.fakes.drive import run

    return list(run(wrong_views(cast(Device, Answers(room, messages)), talked())))


def test_a_true_view_is_right() -> None:
    assert seen(*truth(talked().rooms["tea"])) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("unread", 3), ("mentions", 0), ("seq", 6), ("role", "owner"), ("members", 3), ("topic", "x")],
)
def test_a_fault_in_the_list_of_rooms_is_found(field: str, value: object) -> None:
    state, messages = truth(talked().rooms["tea"])
    assert len(seen({**state, field: value}, messages)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "other words"),
        ("from", "ub"),
        ("number", 9),
        ("edited", 1),
        ("deleted", 1),
        ("reply_to", 4),
        ("mentions", []),
        ("reactions", [{"emoji": "👍", "count": 1, "users": ["ua"]}]),
    ],
)
def test_a_fault_in_a_message_is_found(field: str, value: object) -> None:
    state, messages = truth(talked().rooms["tea"])
    messages[1][field] = value
    assert len(seen(state, messages)) == 1


def test_a_message_that_is_not_shown_is_missed() -> None:
    state, messages = truth(talked().rooms["tea"])
    assert len(seen(state, messages[:-1])) == 1


def test_the_model_refuses_what_the_protocol_refuses() -> None:
    model = talked()
    assert model.send("tea", "uc", "hello", 0) == "not-found"
    assert model.edit("tea", "ub", 4, "mine now", 0) == "forbidden"
    assert model.delete("tea", "ua", 4, 0) == Place(8)
    assert model.edit("tea", "ua", 4, "again", 0) == "gone"
    assert model.leave("tea", "ua", 0) == "wrong-state"
    before = dataclasses.asdict(model.rooms["tea"])
    assert model.set_role("tea", "ub", "ua", "reader", 0) == "forbidden"
    assert dataclasses.asdict(model.rooms["tea"]) == before
