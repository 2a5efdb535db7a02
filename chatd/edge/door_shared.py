"""What all listeners of one daemon share: limits, counters, the turns of handshakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from twisted.logger import Logger

from chatd.edge.door_budget import Budget, Places
from chatd.edge.transport_closing import TransportSettings
from chatd.edge.transport_turns import HandshakeTurns

log = Logger()

LOG_SECONDS = 10.0


@dataclass(frozen=True)
class DoorLimits:
    """Everything the door is bounded by."""

    places: Places = field(default_factory=Places)
    transport: TransportSettings = field(default_factory=TransportSettings)
    handshakes_per_turn: int = 8
    backlog: int = 4_096  # the kernel holds net.core.somaxconn of them at most
    stranger_seconds: float = 60.0  # in all, for a connection on which nobody authenticates


@dataclass
class DoorCounters:
    """Since the start. `refused` by reason: the names of Places, `proxy_header`, `descriptors`,
    `blocked`."""

    accepted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    handshakes: int = 0
    handshake_failures: int = 0
    resumed: int = 0

    def refuse(self, reason: str) -> None:
        self.refused[reason] = self.refused.get(reason, 0) + 1


class Door:
    """Made once; every listener gets it."""

    def __init__(
        self, reactor: Any, limits: DoorLimits, blocked: Callable[[str], bool] = lambda host: False
    ) -> None:
        """``blocked``: nobody may come from this address."""
        self.limits = limits
        self.blocked = blocked
        self.budget = Budget(limits.places)
        self.counters = DoorCounters()
        self.turns = HandshakeTurns(reactor, limits.handshakes_per_turn)
        self._seconds = reactor.seconds
        self._silent_until = 0.0
        self._unsaid = 0

    def note_failure(self, host: str, why: str) -> None:
        """At most one line per LOG_SECONDS, whatever strangers throw at the port."""
        now = self._seconds()
        if now < self._silent_until:
            self._unsaid += 1
            return
        log.info(
            "no TLS connection with {host}: {why} ({unsaid} others since the last such line)",
            host=host,
            why=why,
            unsaid=self._unsaid,
        )
        self._silent_until = now + LOG_SECONDS
        self._unsaid = 0
