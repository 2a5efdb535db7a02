"""Several nodes in one process: the real engine, sessions, fan-out and schema; no reactor, no
threads, no network. Time moves only when a scenario says so."""

import itertools
import json
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from chatd import features
from chatd.chores.deletions import Deletions
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateUser
from chatd.engine.agenda import Agenda
from chatd.engine.engine import Engine
from chatd.engine.files import CreateFile, FileRow
from chatd.engine.ports import Place
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit
from chatd.fanout.bus import Bus, NoBus
from chatd.fanout.hub import Hub
from chatd.fanout.last_seen import LastSeen
from chatd.fanout.node import Node
from chatd.fanout.sequencer import Sequencer
from chatd.features.scheduled import Sayings
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.session import Session
from chatd.store import (
    arrival,
    deletion_reads,
    entry_reads,
    file_reads,
    keeping_reads,
    message_reads,
    people,
    privacy_reads,
    profile_reads,
    receipt_reads,
    requirements,
    rooms,
    scheduled_reads,
    timeline,
)
from chatd.wire.frames import Limits
from tests.fakes.clock import FakeClock
from tests.fakes.drive import Promise
from tests.fakes.places import keep
from tests.fakes.wire import FakeWire, payloads
from tests.scenarios.language import Frame
from tests.store.desk import Desk
from tests.store.searching import search_now

#: A scenario is about what is said, not about how fast.
LIMITS = Limits(
    frame_bytes=65536,
    text_code_points=4096,
    data_bytes=4096,
    json_depth=8,
    messages_per_second=1000,
    messages_burst=1000,
    bytes_per_second=1e6,
    bytes_burst=1e6,
    user_messages_per_second=1000,
    user_messages_burst=1000,
    rooms_open=100,
    commands_in_flight=32,
    reader_bytes=1 << 20,
    reader_seconds=10,
    history_page=50,
)

_READS: dict[str, Callable[..., Any]] = {
    "position": timeline.position,
    "events": timeline.events,
    "missed": timeline.missed,
    "arrival": arrival.arrival,
    "joined": rooms.joined,
    "check": requirements.check,
    "room": rooms.room,
    "public": rooms.public,
    "members": rooms.members,
    "marks": rooms.marks,
    "by_slug": rooms.by_slug,
    "messages": message_reads.messages,
    "reactors": message_reads.reactors,
    "pins": message_reads.pins,
    "revisions": message_reads.revisions,
    "read_by": receipt_reads.read_by,
    "person": people.person,
    "by_name": people.by_name,
    "blocked": people.blocked,
    "profile": profile_reads.profile,
    "find_people": profile_reads.find_people,
    "privacy": profile_reads.privacy,
    "may_type": privacy_reads.may_type,
    "deletions": deletion_reads.deletions,
    "partings": deletion_reads.partings,
    "own_messages": deletion_reads.own_messages,
    "own_messages_in": deletion_reads.own_messages_in,
    "search": search_now,
    "room_links": entry_reads.room_links,
    "behind_link": entry_reads.behind_link,
    "invited": entry_reads.invited,
    "banned_people": entry_reads.banned_people,
    "invited_people": entry_reads.invited_people,
    "drafts": keeping_reads.drafts,
    "due": scheduled_reads.due,
    "next_due": scheduled_reads.next_due,
    "scheduled": scheduled_reads.scheduled,
}


class MemoryStore:
    """One node's door to the shared desk. Answers come in a later turn, as from a thread."""

    epoch = "epoch000"

    def __init__(self, desk: Desk, clock: FakeClock) -> None:
        self.committed: Callable[[Sequence[Committed]], None] = lambda committed: None
        self._desk = desk
        self._clock = clock

    def commit(self, unit: Unit) -> Promise[Committed]:
        promise: Promise[Committed] = Promise()
        try:
            outcome = self._desk.unit(unit)
        except Refusal as refusal:
            refused = refusal
            self._clock.later(0, lambda: promise.fail(refused))
            return promise

        def deliver() -> None:
            promise.fire(outcome)
            if not outcome.repeated:
                self.committed([outcome])

        self._clock.later(0, deliver)
        return promise

    def hand(self, unit: Unit, place: Place) -> None:
        keep(self.commit(unit), place)

    def page(
        self,
        user: str,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        at: int | None = None,
        limit: int,
    ) -> Promise[Any]:
        return self._read(timeline.page, user, room, before, after, around, limit, at)

    def opening(self, user: str, room: str, *, limit: int, marks_up_to: int) -> Promise[Any]:
        return self._read(timeline.opening, user, room, limit, marks_up_to)

    def __getattr__(self, name: str) -> Callable[..., Promise[Any]]:
        read = _READS[name]
        return lambda *arguments: self._read(read, *arguments)

    def _read(self, read: Callable[..., Any], *arguments: Any) -> Promise[Any]:
        promise: Promise[Any] = Promise()
        try:
            found = read(self._desk.database, *arguments)
        except Refusal as refusal:
            refused = refusal
            self._clock.later(0, lambda: promise.fail(refused))
        else:
            self._clock.later(0, lambda: promise.fire(found))
        return promise


class MemoryLink:
    """One connection: a session on a wire whose far end is this object."""

    def __init__(self, world: "MemoryWorld", session: Callable[[FakeWire], Session]) -> None:
        self.frames: deque[Frame] = deque()
        self.wire = FakeWire()
        self.session = session(self.wire)
        self._world = world
        self._read = 0
        self._replies: dict[int, Frame] = {}
        self._ids = itertools.count(1)

    async def command(self, frame: Frame) -> Frame:
        number = next(self._ids)
        sent = {key: value for key, value in frame.items() if value is not None}
        self.session.frame(json.dumps({**sent, "id": number}).encode())
        for _ in range(50):
            self.receive()
            if number in self._replies:
                return self._replies.pop(number)
            self._world.turn()
        raise AssertionError(f"no reply to {frame}")

    async def wait(self, wanted: Callable[[], bool]) -> None:
        for _ in range(12):
            self.receive()
            if wanted():
                return
            await self._world.settle()
        raise AssertionError("it did not come")

    async def ended(self) -> None:
        await self.wait(lambda: self.wire.closed is not None)
        await self.drop()

    async def drop(self) -> None:
        self.session.lost()
        self._world.links.remove(self)

    def receive(self) -> None:
        """Sorts what has arrived at the far end; answers pings."""
        self.wire.take()
        received = bytes(self.wire.received)
        self.wire.received.clear()
        for payload in payloads(received):
            if payload == b"<ping>":
                self.session.pong()
                continue
            frame = json.loads(payload)
            if "id" in frame:
                self._replies[frame["id"]] = frame
            else:
                self.frames.append(frame)


class MemoryNode:
    def __init__(self, world: "MemoryWorld", name: str, bus: Bus) -> None:
        clock, serial = world.clock, world.serial

        def random(size: int) -> bytes:
            return next(serial).to_bytes(3, "big").rjust(size, name.encode()[-1:])[-size:]

        def fault(*, what: str, reference: str, failure: BaseException) -> None:
            world.faults.append(f"{what}: {failure!r}")

        self.store = MemoryStore(world.desk, clock)
        self.engine = Engine(features.ALL, self.store, clock, random, LIMITS, fault)
        position = timeline.position(world.desk.database)
        self.hub = Hub(clock, clock, position, lambda failure: world.faults.append(repr(failure)))
        self.last_seen = LastSeen(self.store, clock, clock, world.drive)
        self.hub.audience.gone = self.last_seen.gone
        self.node = Node(
            self.store,
            self.hub,
            Sequencer(position, self.hub.deliver),
            bus,
            clock,
            clock,
            self.engine.envelope,
            world.drive,
            epoch=self.store.epoch,
            name=name,
        )
        self.users = UserBudgets(LIMITS)
        self.store.committed = self.node.committed
        self.agenda = Agenda(
            self.store,
            Sayings(self.engine.decide),
            clock,
            clock,
            world.drive,
            lambda failure: self.engine.fault(failure, "agenda"),
        )

    def session(self, world: "MemoryWorld", principal: Principal, wire: FakeWire) -> Session:
        outbox = Outbox(wire, world.clock, self.engine.meters)
        subscriber = self.hub.attach(principal.user, principal.name, outbox)
        session = Session(
            principal,
            self.engine,
            subscriber,
            outbox,
            wire,
            Budgets(self.users, principal.user, LIMITS),
            LIMITS,
            world.clock,
            world.drive,
        )
        wire.drained = outbox.drained
        return session


class MemoryWorld:
    """``buses`` makes each node's bus; without it there is one node and every person is on it."""

    def __init__(self, nodes: int = 1, bus: Callable[[str], Bus] | None = None) -> None:
        self.clock = FakeClock()
        self.desk = Desk()
        self.links: list[MemoryLink] = []
        self.faults: list[str] = []
        self._next_tick = 1.0
        #: what stands for chance, over all nodes and restarts
        self.serial = itertools.count(1)
        self._names = [f"node{n}" for n in range(1, nodes + 1)]
        self._make_bus = bus or (lambda name: NoBus())
        self._starts = 0
        self.start()

    def start(self) -> None:
        """Every node, as new."""
        self._starts += 1
        self.nodes = [
            MemoryNode(self, f"{name}.{self._starts}", self._make_bus(name)) for name in self._names
        ]
        for node in self.nodes:
            node.node.start()
            node.agenda.start()

    def drive(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            promise = coroutine.send(None)
        except StopIteration:
            return
        except Exception as failure:
            self.faults.append(repr(failure))
            return
        promise.then(lambda: self.drive(coroutine))

    async def person(self, name: str) -> None:
        self.desk.do(CreateUser(f"u{name}", name, name, name, None, False, 0))

    async def bring(self, who: str, name: str) -> str:
        id = f"f{next(self.serial):026}"
        row = FileRow(id, f"u{who}", name, "image/png", 100, 10, 10, self.clock.wall(), b"")
        self.desk.do(CreateFile(row, 1_000_000))
        return id

    async def reads(self, who: str, file: str) -> bool:
        return file_reads.readable_file(self.desk.database, f"u{who}", file) is not None

    async def connect(self, name: str, node: int) -> MemoryLink:
        home = self.nodes[min(node, len(self.nodes)) - 1]
        principal = Principal(f"u{name}", name, False, "bearer", f"c{name}")
        link = MemoryLink(self, lambda wire: home.session(self, principal, wire))
        self.links.append(link)
        link.session.opened()
        await self.settle()
        link.receive()
        assert link.frames.popleft()["type"] == "welcome"
        return link

    async def delete(self, name: str, erase: bool) -> None:
        store = self.nodes[0].store
        random = self.nodes[0].engine.random
        deletions = Deletions(store, self.clock, random, self.clock, self.drive)
        self.drive(deletions.delete(f"u{name}", erase=erase, asker=None))
        await self.settle()
        for link in self.links:
            if link.session.principal.name == name:
                link.session.revoked("The session was ended; sign in again.")
        await self.settle()

    def turn(self) -> None:
        """A moment: what is due happens, the bus carries on."""
        self.clock.advance(0.01)
        self.carry()
        if self.clock.now() >= self._next_tick:
            self._next_tick += 1.0
            for link in list(self.links):
                link.session.tick(self.clock.now())

    def carry(self) -> None:
        """What the bus has under way may arrive. A world with a broker says how."""

    async def settle(self) -> None:
        for _ in range(130):
            self.turn()
            for link in self.links:
                link.receive()

    async def passes(self, seconds: float) -> None:
        for _ in range(int(seconds * 100)):
            self.turn()
            for link in self.links:
                link.receive()

    async def fault(self, what: str) -> None:
        raise AssertionError(f"there is no broker here to be {what}")

    async def restart(self) -> None:
        self.stop()
        self.links.clear()
        self.start()
        await self.settle()

    def stop(self) -> None:
        for link in list(self.links):
            link.session.lost()
        for node in self.nodes:
            node.node.stop()
            node.agenda.stop()
