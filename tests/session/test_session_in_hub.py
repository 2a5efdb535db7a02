"""A session beside the real hub: what is live follows replies; no room is open after `resync`."""

import json
from typing import Any

import pytest

from chatd.fanout.hub import Hub
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.ports import Subscriber
from chatd.session.session import Session
from tests.fakes.clock import FakeClock
from tests.fakes.drive import drive
from tests.fakes.log import Log
from tests.fakes.tiny import ALICE, LIMITS, Bench
from tests.fakes.wire import FakeWire


class Rig(Bench):
    """alice in the room r1 with bob, all of it in the log before she connects."""

    def __init__(self, inflates: bool = False) -> None:
        super().__init__()
        self.turns = FakeClock()
        self.log = Log()
        for user in ("u-alice", "u-bob"):
            self.log.move("r1", user, True)
        self.hub = Hub(self.turns, self.turns, self.log.position, self._fault)
        self.wire = FakeWire()
        self.outbox = Outbox(self.wire, self.clock, self.engine.meters, 5000, 10)
        self.subscriber: Subscriber = self.hub.attach("u-alice", "alice", self.outbox, inflates)
        self.session = Session(
            ALICE,
            self.engine,
            self.subscriber,
            self.outbox,
            self.wire,
            Budgets(UserBudgets(LIMITS), ALICE.user, LIMITS),
            LIMITS,
            self.clock,
            drive,
        )
        self.wire.drained = self.session.drained
        self.session.opened()
        self.subscriber.memberships(self.log.rooms_of("u-alice"), self.log.position)
        self.store.arrivals.fire((frozenset(), [], self.log.position))
        self.read = 0
        self.new()

    def _fault(self, failure: Exception) -> None:
        raise failure

    def open(self) -> None:
        """As a read does: hold, the store's snapshot, show, reply, release."""
        self.session.frame(b'{"type":"peek","id":9}')
        position, head = self.log.position, self.log.head("r1")
        self.say("meanwhile")
        self.subscriber.show("r1", position=position, head=head, members=2)
        self.store.reads[-1].fire(None)
        self.turns.turn()

    def say(self, text: str) -> None:
        self.log.say("r1", "u-bob", text)
        self.hub.deliver(self.log.batch(self.hub.position + 1, self.log.position))
        self.turns.turn()

    def new(self) -> list[Any]:
        self.wire.take()
        frames = self.wire.frames()[self.read :]
        self.read += len(frames)
        return [json.loads(frame) for frame in frames]


def test_what_was_said_while_reading_follows_the_reply() -> None:
    rig = Rig()
    rig.open()
    rig.say("after")
    kinds = [(frame["type"], frame.get("seq")) for frame in rig.new()]
    assert [kind for kind in kinds if kind[0] != "activity"] == [
        ("peeked", None),
        ("event", 3),
        ("event", 4),
    ]


@pytest.mark.parametrize("inflates", [False, True])
def test_a_slow_reader_gets_whole_frames_then_resync_and_no_room_is_open(inflates: bool) -> None:
    rig = Rig(inflates)
    rig.open()
    rig.new()
    rig.wire.room = 100
    for _ in range(100):
        rig.say("x" * 200)
    assert not rig.wire.reading
    assert list(rig.subscriber.open_rooms) == []
    frames = rig.new()
    assert (b"\xc1" in rig.wire.received) == inflates
    assert frames[-1]["type"] == "resync"
    seqs = [frame["seq"] for frame in frames if frame["type"] == "event"]
    assert seqs == list(range(4, 4 + len(seqs)))
    rig.say("not heard")
    assert "event" not in [frame["type"] for frame in rig.new()]
    rig.wire.room = 1 << 20
    rig.open()
    assert [frame["type"] for frame in rig.new()][:2] == ["peeked", "event"]


def test_a_lost_connection_hears_nothing() -> None:
    rig = Rig()
    rig.open()
    rig.new()
    rig.session.lost()
    rig.say("x")
    assert rig.new() == []
