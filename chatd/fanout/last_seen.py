"""Last seen: when a person's last connection to this node ended, recorded in few commits."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from chatd.core.refusal import Refusal
from chatd.engine.ports import Cancel, Clock, Scheduler, Writer
from chatd.engine.profiles import SetSeen
from chatd.engine.unit import Unit
from chatd.fanout.presence import GRACE
from chatd.fanout.timers import Timers

#: Departures within this many seconds are recorded together; and how many fit into one unit.
INTERVAL: Final = 5.0
IN_A_UNIT: Final = 500


class LastSeen:
    """``drive`` runs a coroutine to its end. What the store refuses is forgotten: people who come
    back are seen again."""

    def __init__(
        self,
        store: Writer,
        scheduler: Scheduler,
        clock: Clock,
        drive: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._store = store
        self._scheduler = Timers(scheduler)
        self._clock = clock
        self._drive = drive
        self._waiting: dict[str, int] = {}
        self._cancel: Cancel | None = None

    def gone(self, user: str) -> None:
        """Their last connection here was lost `GRACE` seconds ago and has not come back."""
        self._waiting[user] = self._clock.wall() - int(GRACE * 1000)
        if self._cancel is None:
            self._cancel = self._scheduler.later(INTERVAL, self._due)

    async def stop(self, present: Iterable[str]) -> None:
        """The node ends, and with it the connections of those who are ``present``."""
        self._scheduler.stop()
        self._end_timer()
        now = self._clock.wall()
        self._waiting.update(dict.fromkeys(present, now))
        await self._write()

    def _due(self) -> None:
        self._cancel = None
        self._drive(self._write())

    def _end_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    async def _write(self) -> None:
        people = tuple(self._waiting.items())
        self._waiting.clear()
        for first in range(0, len(people), IN_A_UNIT):
            change = SetSeen(people[first : first + IN_A_UNIT])
            try:
                await self._store.commit(Unit("", changes=(change,)))
            except Refusal:
                return
