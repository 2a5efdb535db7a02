"""When a credential was used: recorded in batches, a moment later, and nobody waits for it.

After a restart thousands come back within seconds, and many of them are due. A commit for each
would make everybody at the door wait for the disk, and have every reader's pages looked up again.
A crash loses one moment's notes: the next use writes them again.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from chatd.core.refusal import Refusal
from chatd.engine.accounts import TouchCredential
from chatd.engine.ports import Cancel, Scheduler, Writer
from chatd.engine.unit import Unit

#: Seconds from the first use noted to the writing.
MOMENT: Final = 2.0
#: Most changes in one unit.
TOGETHER: Final = 200


class Touches:
    """``drive`` runs a coroutine to its end."""

    def __init__(
        self,
        store: Writer,
        scheduler: Scheduler,
        drive: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._drive = drive
        self._waiting: dict[str, tuple[str, TouchCredential]] = {}
        self._timer: Cancel | None = None
        self._stopped = False

    async def note(self, user: str, change: TouchCredential) -> None:
        """A credential of ``user`` was used."""
        if self._stopped:
            return
        if self._timer is None:
            self._timer = self._scheduler.later(MOMENT, self._write)
        self._waiting[change.id] = (user, change)

    def stop(self) -> None:
        """Writes what was noted; whatever is noted after it is ignored."""
        self._stopped = True
        if self._timer is not None:
            self._timer()
            self._write()

    def _write(self) -> None:
        self._timer = None
        waiting, self._waiting = list(self._waiting.values()), {}
        for first in range(0, len(waiting), TOGETHER):
            self._drive(self._commit(waiting[first : first + TOGETHER]))

    async def _commit(self, noted: list[tuple[str, TouchCredential]]) -> None:
        try:
            await self._store.commit(
                Unit(actor=noted[0][0], changes=tuple(change for _, change in noted))
            )
        except Refusal:
            # The store is busy or out of order; a later use is recorded.
            return
