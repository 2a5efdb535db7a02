"""How late the event loop is: everything that holds it up delays everybody by as much."""

from collections.abc import Callable
from typing import Final

from chatd.core.meters import SECONDS, Histogram
from chatd.engine.ports import Cancel, Clock, Scheduler

#: Seconds between two looks.
EVERY: Final = 0.25


class Lag:
    """Asks again and again to be called in EVERY seconds, and measures how late that was."""

    def __init__(self, scheduler: Scheduler, clock: Clock) -> None:
        self.seconds = Histogram(SECONDS)
        self._scheduler = scheduler
        self._clock = clock
        self._cancel: Cancel | None = None

    def start(self) -> None:
        due = self._clock.now() + EVERY
        self._cancel = self._scheduler.later(EVERY, self._late(due))

    def stop(self) -> None:
        if self._cancel is not None:
            self._cancel()

    def _late(self, due: float) -> Callable[[], None]:
        def look() -> None:
            self.seconds.add(max(0.0, self._clock.now() - due))
            self.start()

        return look
