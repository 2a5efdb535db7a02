"""Whether the peer is there, and signs of life for it; as values, without a timer.

A browser hides pings from its page, so there is also a heartbeat in JSON; nobody has to answer it.
When both are due they go out together: one write is a third of the cost of an idle peer.
"""

from enum import Enum
from typing import Final

#: Seconds without any sign of life before a ping is sent, and between two heartbeats.
INTERVAL: Final = 25.0
#: Seconds that the answer to a ping may take: dead at 35 s of silence.
PATIENCE: Final = 10.0
#: A peer that has been silent for this part of the interval is pinged with the heartbeat already.
#: Otherwise a peer that answers late would get its pings separately from its heartbeats for ever.
NEARLY: Final = 0.9


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

    @property
    def next(self) -> float:
        """Nothing is due before this moment, nor then if the peer is heard meanwhile."""
        if self._pinged is None:
            return min(self._next, self._heard + self.interval)
        return min(self._next, self._pinged + self._patience)

    def due(self, now: float) -> list[Sign]:
        """What to do now; asked about once a second, or soon after `next` has come.

        Only an unanswered ping means death, not silence alone: if this process itself was stopped
        for a while, everybody seems silent.
        """
        beats = now >= self._next
        signs = []
        if self._pinged is None:
            if now - self._heard >= self.interval * (NEARLY if beats else 1.0):
                self._pinged = now
                signs.append(Sign.PING)
        elif now - self._pinged >= self._patience:
            return [Sign.DEAD]
        if beats or signs:
            # After a pause one heartbeat, not all that were missed.
            after = self._next if beats else now
            self._next = max(after + self.interval, now + self.interval / 2)
            signs.append(Sign.HEARTBEAT)
        return signs
