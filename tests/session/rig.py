"""A session on a wire whose far end the test is, with a store that answers when it is told to."""

import json
from typing import Any

from msgspec.structs import replace

from chatd.core.principal import Principal
from chatd.engine.rows import RoomHead
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.session import Session
from chatd.wire.frames import Limits
from tests.fakes.drive import drive
from tests.fakes.subscriber import FakeSubscriber
from tests.fakes.tiny import ALICE, LIMITS, Bench
from tests.fakes.wire import FakeWire

ROOM = RoomHead("r1", 9, 4, 2)
#: Limits under which nothing is refused for its rate.
WIDE = replace(
    LIMITS,
    messages_per_second=1e6,
    messages_burst=1e6,
    user_messages_per_second=1e6,
    user_messages_burst=1e6,
    bytes_per_second=1e9,
    bytes_burst=1e9,
)


class Rig(Bench):
    def __init__(
        self,
        limits: Limits = WIDE,
        principal: Principal = ALICE,
        room: int = 1 << 30,
        opened: bool = True,
    ) -> None:
        super().__init__(limits)
        self.wire = FakeWire(room)
        self.subscriber = FakeSubscriber()
        self.outbox = Outbox(
            self.wire, self.clock, self.engine.meters, limits.reader_bytes, limits.reader_seconds
        )
        self.session = Session(
            principal,
            self.engine,
            self.subscriber,
            self.outbox,
            self.wire,
            Budgets(UserBudgets(limits), principal.user, limits),
            limits,
            self.clock,
            drive,
        )
        self.wire.drained = self.session.drained
        if opened:
            self.session.opened()
            self.store.arrivals.fire((frozenset(), [ROOM], 36))
            self.wire.take()
            self.read = len(self.wire.frames())

    def send(self, kind: str, number: int, **fields: Any) -> None:
        self.session.frame(json.dumps({"type": kind, "id": number, **fields}).encode())

    def say(self, number: int, text: str = "hello", room: str = "r1") -> None:
        self.send("say", number, key=f"k{number}", room=room, text=text)

    def new(self) -> list[Any]:
        """Frames that came since the last look."""
        self.wire.take()
        frames = self.wire.frames()[self.read :]
        self.read += len(frames)
        return [frame if frame == b"<ping>" else json.loads(frame) for frame in frames]

    def answers(self) -> list[tuple[int | None, str]]:
        """New replies as (id, type), of errors their code."""
        return [(frame.get("id"), frame.get("code", frame["type"])) for frame in self.new()]

    def pass_time(self, seconds: int, taking: bool = True) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            if taking:
                self.wire.take()
            self.session.tick(self.clock.now())
