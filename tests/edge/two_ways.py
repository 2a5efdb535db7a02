"""One site twice: with the short way of a plain request, and with twisted.web's alone; and the same
talk to both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from site_rig import Rig, handshake
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

from chatd.edge.door_budget import Budget, Places, Seat, address_key
from chatd.edge.first_read import hand_over
from tests.fakes.tcp import MemoryTcp

ADDRESS = "192.0.2.7"


class Wire(MemoryTcp):
    """A connection in memory, with a place at the door, that hands on what it is given."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat
        self.calls: list[str] = []
        seat.closes_by(self.abortConnection)

    def getPeer(self) -> Any:
        peer = super().getPeer()
        peer.host = ADDRESS
        return peer

    # As lenient as a transport that is on its way out.

    def unregisterProducer(self) -> None:
        self.producer = None

    def pauseProducing(self) -> None:
        self.producerState = "paused"

    def resumeProducing(self) -> None:
        self.producerState = "producing"

    def loseConnection(self) -> None:
        self.calls.append("lose")
        super().loseConnection()

    def abortConnection(self) -> None:
        self.calls.append("abort")
        super().abortConnection()


class World:
    """One site, and what became of the requests to it; ``short`` or twisted.web's way alone."""

    def __init__(self, short: bool, **set_to: Any) -> None:
        self.short = short
        self.rig = Rig(**set_to)
        self.budget = Budget(Places())
        self.lines: list[tuple[Any, ...]] = []
        self.wires: list[Wire] = []
        self.slow: Slow | None = None

    async def people(self) -> World:
        self.token = await self.rig.token(await self.rig.person())
        self.cookie = await self.rig.session("ualice".replace("u", "u" + "0" * 6, 1))
        return self

    def note(self, event: Any) -> None:
        if event["log_namespace"].endswith("journal"):
            names = ("user", "method", "path", "address", "status", "code", "credential")
            self.lines.append((event["log_format"], *(event.get(name) for name in names)))

    def arrive(self, stranger_seconds: float = 60) -> Wire:
        seat = self.budget.admit(address_key(ADDRESS))
        assert isinstance(seat, Seat)
        seat.life = self.rig.clock.callLater(stranger_seconds, seat.expire)
        wire = Wire(seat)
        self.wires.append(wire)
        site = self.rig.edge.site
        hand_over(wire, site.buildProtocol(None) if self.short else site.channel())
        return wire

    def told(self, wire: Wire) -> dict[str, Any]:
        """Everything that anybody could notice."""
        now = self.rig.clock.seconds()
        site = self.rig.edge.site
        return {
            "said": re.sub(rb"(Date|X-Request-Id): [^\r]*", rb"\1:", wire.value()),
            "calls": wire.calls,
            "reading": wire.producerState,
            "lines": self.lines,
            "frames": [session.frames for session in self.rig.sessions],
            "inflates": [session.wire.inflates for session in self.rig.sessions],
            "who": [session.principal for session in self.rig.sessions],
            "where": [session.address for session in self.rig.sessions],
            "charged": [buckets._full_at for buckets in (site._buckets, site.upgrade._buckets)],
            "strangers": self.budget.unauthenticated,
            "connections": self.budget.connections,
            "idle": len(self.budget._all.idle or ()),
            "open": len(self.rig.edge.connections),
            "next": min((call.time - now for call in self.rig.clock.getDelayedCalls()), default=0),
        }

    async def end(self) -> None:
        for wire in self.wires:
            wire.protocol.connectionLost(Failure(ConnectionDone()))
            wire.seat.release()
        if self.slow is not None:
            self.slow.answer()
        await self.rig.stop()


async def both(talk: Callable[[World], Wire], **set_to: Any) -> dict[str, Any]:
    """What is told after the same talk in both worlds, which is the same."""
    told = []
    for short in (True, False):
        world = await World(short, **set_to).people()
        globalLogPublisher.addObserver(world.note)
        try:
            told.append(world.told(talk(world)))
        finally:
            globalLogPublisher.removeObserver(world.note)
            await world.end()
    assert told[0] == told[1]
    return told[0]


def bearer(world: World, **headers: str | None) -> bytes:
    return handshake(Authorization=f"Bearer {world.token}", **headers)


class Slow:
    """The store answers when it is told to, or never."""

    def __init__(self, world: World) -> None:
        self.waiting: list[Deferred[None]] = []
        world.slow = self
        world.rig.store.before = self._before

    async def _before(self, what: object) -> None:
        self.waiting.append(Deferred())
        await self.waiting[-1]

    def answer(self) -> None:
        while self.waiting:
            waited = self.waiting.pop(0)
            if not waited.called:
                waited.callback(None)
