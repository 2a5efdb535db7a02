"""The watchdog, tied to real work: a sign of life is given only if the daemon does what it is for,
so that systemd restarts one that hangs and leaves one alone that is merely refused something.

Three things are checked. The reactor turns: otherwise nothing here runs. A WebSocket opens through
the front door and says welcome (`round trip`); being turned away counts, since somebody decided it.
The store's writer gets on with what it was handed; a refusal counts. What others owe us, such as
space on the disk, is told in the status and at /readyz: a restart would not bring it.
"""

from collections.abc import Callable
from typing import Final

from twisted.logger import Logger

from chatd.engine.ports import Cancel, Scheduler
from chatd.systemd.notify import Notifier

#: Checks within the time in which a sign of life is due: one that fails by chance, or while the
#: machine is busy, is no reason for a restart.
LOOKS: Final = 3
#: Seconds between two checks if no watchdog waits for them; then they are for the status alone.
CALM: Final = 10.0

log = Logger(namespace="chatd.systemd")


class Watchdog:
    """``round_trip(seconds, done)`` tries the front door and calls ``done`` with what is wrong or
    None, once, within ``seconds``; it returns a function that ends the trial. ``progress()`` is how
    much the writer has done, and whether anything waits for it. ``status()`` is one line."""

    def __init__(
        self,
        notifier: Notifier,
        scheduler: Scheduler,
        round_trip: Callable[[float, Callable[[str | None], None]], Cancel],
        progress: Callable[[], tuple[int, bool]],
        status: Callable[[], str],
    ) -> None:
        self._notifier = notifier
        self._scheduler = scheduler
        self._round_trip = round_trip
        self._progress = progress
        self._status = status
        self._interval = notifier.watchdog / LOOKS if notifier.watchdog else CALM
        self._written = progress()
        self._next: Cancel | None = None
        self._trial: Cancel | None = None

    def start(self) -> None:
        if self._notifier.heard:
            self._notifier.alive()
            self._next = self._scheduler.later(self._interval, self._look)

    def stop(self) -> None:
        for cancel in (self._next, self._trial):
            if cancel is not None:
                cancel()
        self._next = self._trial = None

    def _look(self) -> None:
        self._next = self._scheduler.later(self._interval, self._look)
        self._notifier.status(self._status())
        if self._notifier.watchdog is None:
            return
        if self._writer_stands_still():
            log.warn("No sign of life: the store's writer has not got on since the last look.")
        elif self._trial is None:
            self._trial = self._round_trip(self._interval * 0.9, self._tried)

    def _writer_stands_still(self) -> bool:
        before, self._written = self._written, self._progress()
        (done, waiting), (now, waits) = before, self._written
        return waiting and waits and now == done

    def _tried(self, wrong: str | None) -> None:
        self._trial = None
        if wrong is None:
            self._notifier.alive()
        else:
            log.warn("No sign of life: {wrong}.", wrong=wrong)
