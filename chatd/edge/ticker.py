"""One clock hand for all connections: each is ticked once a second, a quarter of them at a time.

Ten thousand connections with a timer each would fill the reactor's heap; here there is one.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.logger import Logger

log = Logger()

STEP_SECONDS = 0.25
SLICES = 4


class Ticked(Protocol):
    def tick(self, now: float) -> None: ...


class Ticker:
    """Runs while it has something to tick."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        # Dicts for their order: iteration stays the same from turn to turn.
        self._slices: list[dict[Ticked, None]] = [{} for _ in range(SLICES)]
        self._next = 0
        self._call: Any = None

    def __len__(self) -> int:
        return sum(map(len, self._slices))

    def add(self, ticked: Ticked) -> None:
        min(self._slices, key=len)[ticked] = None
        if self._call is None:
            self._call = self._reactor.callLater(STEP_SECONDS, self._step)

    def remove(self, ticked: Ticked) -> None:
        for members in self._slices:
            members.pop(ticked, None)
        if self._call is not None and not len(self):
            self._call.cancel()
            self._call = None

    def _step(self) -> None:
        self._call = self._reactor.callLater(STEP_SECONDS, self._step)
        now = self._reactor.seconds()
        due = self._slices[self._next]
        self._next = (self._next + 1) % SLICES
        for ticked in tuple(due):
            if ticked in due:
                try:
                    ticked.tick(now)
                except Exception:
                    log.failure("a connection's tick failed; the others go on")
