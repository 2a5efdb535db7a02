"""Builds what carries commits to those who hear them, and what runs beside it."""

import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from chatd.edge.broadcast import broadcast
from chatd.engine.agenda import Agenda
from chatd.engine.engine import Engine
from chatd.fanout.bus import NoBus
from chatd.fanout.hub import Hub
from chatd.fanout.last_seen import LastSeen
from chatd.fanout.node import Node
from chatd.fanout.sequencer import Sequencer
from chatd.features.scheduled import Sayings
from chatd.parts import Parts, ReactorScheduler

Drive = Callable[[Coroutine[Any, Any, None]], None]


def fan_out(
    reactor: Any, parts: Parts, engine: Engine, position: int, drive: Drive
) -> tuple[Node, LastSeen, Agenda]:
    """``position`` is where the log stands. None of them is started."""
    scheduler, clock, store = ReactorScheduler(reactor), parts.clock, parts.store

    def fault(failure: Exception) -> None:
        engine.fault(failure, "fan-out")

    hub = Hub(scheduler, clock, position, fault, broadcast)
    last_seen = LastSeen(store, scheduler, clock, drive)
    hub.audience.gone = last_seen.gone
    node = Node(
        store,
        hub,
        Sequencer(position, hub.deliver),
        NoBus(),
        scheduler,
        clock,
        engine.envelope,
        drive,
        epoch=store.epoch,
        name=secrets.token_hex(8),
    )
    agenda = Agenda(
        store,
        Sayings(engine.decide),
        scheduler,
        clock,
        drive,
        lambda failure: engine.fault(failure, "agenda"),
    )
    return node, last_seen, agenda
