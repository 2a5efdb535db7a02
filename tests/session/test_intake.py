"""What a frame is charged for before it becomes a command."""

import json
from typing import Any, cast

from msgspec.structs import replace

from chatd import features
from chatd.core.codes import Code
from chatd.engine.engine import Engine
from chatd.engine.origin import Origin
from chatd.engine.ports import Store
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.intake import Intake
from chatd.wire.frames import Command, Error
from tests.fakes.tiny import LIMITS, Faults, Time, TinyStore

#: Nothing is refused but for the reads it takes.
READS_ALONE = replace(
    LIMITS,
    messages_burst=1e6,
    user_messages_burst=1e6,
    bytes_burst=1e9,
)


class Frames:
    """An intake over all features, at one moment."""

    def __init__(self) -> None:
        engine = Engine(
            features.ALL, cast(Store, TinyStore()), Time(), bytes, READS_ALONE, Faults()
        )
        budgets = Budgets(UserBudgets(READS_ALONE), "alice", READS_ALONE)
        self.intake = Intake(engine, budgets, Origin())

    def taken(self, most: int, **command: Any) -> int:
        """How many of ``most`` such commands are let through."""
        for count in range(most):
            item = self.intake.take(json.dumps({"id": 1, **command}).encode(), 0.0, READS_ALONE)
            if isinstance(item, Error):
                assert item.code == Code.RATE_LIMITED
                return count
            assert isinstance(item, Command)
        return most


def test_a_name_is_charged_as_a_read_by_whatever_command_it_comes() -> None:
    # `close` costs nothing; with a name it asked the store four thousand times a second.
    assert Frames().taken(500, type="close", room="r1") == 500
    assert Frames().taken(500, type="close", room="#tea") == 200
    assert Frames().taken(500, type="join", key="k", room="#tea") == 200
    # This one asks besides whether one may.
    assert Frames().taken(500, type="typing", room="#tea") == 100


def test_every_name_counts() -> None:
    rooms = [f"#room{n}" for n in range(9)]
    assert Frames().taken(500, type="resume", rooms=rooms) == 20


def test_more_names_than_a_command_may_have_are_not_charged_for() -> None:
    rooms = [f"#room{n}" for n in range(1000)]
    assert Frames().taken(1, type="resume", rooms=rooms) == 1


def test_resuming_many_rooms_counts_for_more_than_resuming_one() -> None:
    assert Frames().taken(500, type="resume", rooms=["r1"]) == 200
    assert Frames().taken(500, type="resume", rooms=[f"r{n}" for n in range(80)]) == 40
