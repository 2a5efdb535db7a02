"""Several nodes over one log and one broker, in memory; coroutines run as reads are answered."""

from collections.abc import Awaitable, Sequence
from random import Random

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.envelope import Batch
from chatd.engine.ports import Timeline
from chatd.engine.rows import Answer, Committed, EventRow, MarkRow, Missed, Page
from chatd.fanout.bus import Bus, NoBus
from chatd.fanout.hub import Hub
from chatd.fanout.node import Node
from chatd.fanout.sequencer import Sequencer
from chatd.fanout.subscriber import Subscriber
from tests.fakes.broker import FakeBroker
from tests.fakes.clock import FakeClock
from tests.fakes.drive import drive, fired
from tests.fakes.listener import Listener
from tests.fakes.log import Log, envelope_of, rows


class Reads(Timeline):
    """The log as a store shows it. ``asked`` counts pages read; ``failing`` refuses them."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.asked = 0
        self.failing = False

    def position(self) -> Awaitable[int]:
        self._check()
        return fired(self.log.position)

    def events(self, first: int, last: int) -> Awaitable[Sequence[EventRow]]:
        self._check()
        self.asked += 1
        return fired(rows(self.log.envelopes[first - 1 : last]))

    def _check(self) -> None:
        if self.failing:
            raise Refusal(Code.UNAVAILABLE, "The store is down; try again.", retry_after=1.0)

    def page(self, *args: object, **options: object) -> Awaitable[Page]:
        raise NotImplementedError

    def missed(self, *args: object) -> Awaitable[Missed]:
        raise NotImplementedError


class OneNode:
    """A node and what its hub was given."""

    def __init__(self, clock: FakeClock, log: Log, bus: Bus, name: str, epoch: str) -> None:
        self.got: list[int] = []
        self.store = Reads(log)
        self.hub = Hub(clock, clock, log.position, _raise)
        self.sequencer = Sequencer(log.position, self._deliver)
        self.node = Node(
            self.store,
            self.hub,
            self.sequencer,
            bus,
            clock,
            clock,
            envelope_of,
            drive,
            epoch=epoch,
            name=name,
        )
        self.node.start()

    def _deliver(self, batch: Batch) -> None:
        self.got.extend(envelope.position for envelope in batch.envelopes)
        self.hub.deliver(batch)


def _raise(fault: Exception) -> None:
    raise fault


class Cluster:
    """``count`` nodes; with one of them there is no bus at all."""

    def __init__(
        self, count: int, *members: str, seed: int = 0, lossy: bool = False, room: str = "tea"
    ) -> None:
        self.clock = FakeClock()
        self.log = Log()
        for user in members:
            self.log.move(room, user, True)
        chances = (0.3, 0.3, 0.6) if lossy else (0.0, 0.0, 0.0)
        self.broker = FakeBroker(Random(seed), *chances)
        self.nodes: list[OneNode] = []
        for number in range(count):
            bus = NoBus() if count == 1 else self.broker.bus()
            one = OneNode(self.clock, self.log, bus, f"node{number}", "epoch")
            self.broker.join(one.node.received)
            self.nodes.append(one)

    def attach(self, number: int, user: str, *rooms: str) -> tuple[Listener, Subscriber]:
        listener = Listener()
        subscriber = self.nodes[number].hub.attach(user, user.title(), listener)
        subscriber.memberships(self.log.rooms_of(user), self.log.position)
        subscriber.hold()
        for room in rooms:
            subscriber.show(
                room,
                position=self.log.position,
                head=self.log.head(room),
                members=len(self.log.members[room]),
            )
        subscriber.release()
        return listener, subscriber

    def commit(self, number: int, count: int = 1, room: str = "tea", author: str = "ann") -> None:
        """One commit of ``count`` messages through a node."""
        first = self.log.position
        for _ in range(count):
            self.log.say(room, author)
        self.committed(number, first)

    def committed(self, number: int, first: int, marks: tuple[MarkRow, ...] = ()) -> None:
        """The node's store tells of everything in the log behind ``first``."""
        events = tuple(rows(self.log.envelopes[first:]))
        members = tuple(
            (envelope.room, envelope.members)
            for envelope in self.log.envelopes[first:]
            if envelope.movement
        )
        self.nodes[number].node.committed([Committed(Answer(), events, marks, members=members)])

    def settle(self, seconds: float = 0.0) -> None:
        """Packets arrive, turns end, time passes."""
        self.broker.run()
        self.clock.advance(seconds)
        self.broker.run()
        self.clock.advance(0)
