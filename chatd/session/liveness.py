"""Whether the peer is there, and signs of life for it; as values, without a timer.

Browsers show no pings to a page, so there is a heartbeat in JSON besides; nobody has to answer it.
"""

from enum import Enum
from typing import Final

#: Seconds without any sign of life before a ping is sent, and between two heartbeats.
INTERVAL: Final = 25.0
#: Seconds that the answer to a ping may take: dead at 35 s of silence.
PATIENCE: Final = 10.0


class Sign(Enum):
    """What is due."""

    PING = "ping"
    HEARTBEAT = "heartbeat"
    DEAD = "dead"


class Liveness:
    """Watches one connection. ``jitter`` (0 to 1) spreads the heartbeats of many of them."""

    __slots__ = ("_heard", "_next", "_patience", "_pinged", "interval")

    def __init__(
        self, now: float, jitter: float, interval: float = INTERVAL, patience: float = PATIENCE
    ) -> None:
        self.interval = interval
        self._patience = patience
        self._heard = now
        self._pinged: float | None = None
        self._next = now + interval * jitter

    def heard(self, now: float) -> None:
        """Any frame, any pong, any sign that the peer took bytes."""
        self._heard = now
        self._pinged = None

    def due(self, now: float) -> list[Sign]:
        """What to do now; asked about once a second.

        Only an unanswered ping means death, not silence alone: where this process itself was
        stopped for a while, everybody seems silent.
        """
        signs = []
        if self._pinged is None:
            if now - self._heard >= self.interval:
                self._pinged = now
                signs.append(Sign.PING)
        elif now - self._pinged >= self._patience:
            return [Sign.DEAD]
        if now >= self._next:
            # After a pause one heartbeat, not all that were missed.
            self._next = max(self._next + self.interval, now + self.interval / 2)
            signs.append(Sign.HEARTBEAT)
        return signs
