"""One clock hand for all connections: each is ticked once a second, a sixteenth of them at a time.

Ten thousand connections with a timer each would fill the reactor's heap; here there is one timer. A
tick must cost next to nothing if nothing is due: that is the connection's part.
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.logger import Logger

log = Logger()

#: Of ten thousand connections 625 are ticked in one turn: if all of them have something to do, that
#: takes 20 ms. The step is a power of two, so that adding it up stays exact.
SLICES = 16
STEP_SECONDS = 1 / SLICES


class Ticked(Protocol):
    def tick(self, now: float) -> None: ...


class Ticker:
    """Runs only while it has something to tick."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        # Dicts for their order: iteration stays the same from turn to turn.
        self._slices: list[dict[Ticked, None]] = [{} for _ in range(SLICES)]
        self._next = 0
        self._due = 0.0
        self._call: Any = None

    def __len__(self) -> int:
        return sum(map(len, self._slices))

    def add(self, ticked: Ticked) -> None:
        min(self._slices, key=len)[ticked] = None
        if self._call is None:
            self._due = self._reactor.seconds() + STEP_SECONDS
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
        if now - self._due >= 1.0:
            # This process was stopped for a while: nobody is owed the missed ticks, nor helped by
            # all of them in one turn.
            self._due = now
        while self._due <= now and self._call is not None:
            self._due += STEP_SECONDS
            due = self._slices[self._next]
            self._next = (self._next + 1) % SLICES
            self._tick(due, now)

    def _tick(self, due: dict[Ticked, None], now: float) -> None:
        for ticked in tuple(due):
            if ticked in due:
                try:
                    ticked.tick(now)
                except Exception:
                    log.failure("a connection's tick failed; the others go on")
