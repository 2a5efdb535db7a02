"""Deletes guests who have not been here for a while; what they said stays, under no name."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from twisted.logger import Logger

from chatd.chores.deletions import Deletions
from chatd.core.refusal import Refusal
from chatd.edge.connections import Ended
from chatd.engine.guests import GuestReads
from chatd.engine.ports import Cancel, Clock, Scheduler

#: Seconds between two looks, and how many go at a time.
EVERY: Final = 900.0
AT_A_TIME: Final = 100
DAY_MS: Final = 24 * 3_600_000

log = Logger(namespace="chatd.guests")


class GuestStore(GuestReads, Protocol):
    """The part of the store that this module uses."""


class Departures:
    """``drive`` runs a coroutine to its end and logs what it raises; ``present`` tells whether
    somebody is connected."""

    def __init__(
        self,
        store: GuestStore,
        deletions: Deletions,
        ended: Ended,
        clock: Clock,
        scheduler: Scheduler,
        drive: Callable[[Coroutine[Any, Any, None]], None],
        idle_days: float,
        present: Callable[[str], bool],
    ) -> None:
        self._store = store
        self._deletions = deletions
        self._ended = ended
        self._clock = clock
        self._scheduler = scheduler
        self._drive = drive
        self._present = present
        self._idle_ms = int(idle_days * DAY_MS)
        self._cancel: Cancel | None = None
        self._stopped = False

    def start(self) -> None:
        """Looks every EVERY seconds from now on."""
        if self._stopped:
            return
        self._cancel = self._scheduler.later(EVERY, self.start)
        self._drive(self._look())

    def stop(self) -> None:
        self._stopped = True
        if self._cancel is not None:
            self._cancel()

    async def _look(self) -> None:
        try:
            before = self._clock.wall() - self._idle_ms
            for user in await self._store.idle_guests(before, AT_A_TIME):
                if self._stopped:
                    return
                if not self._present(user):
                    await self._deletions.delete(user, erase=False, asker=None)
                    self._ended(user)
        except Refusal as refusal:
            log.warn("guests are looked at again later: {why}", why=refusal.message)
