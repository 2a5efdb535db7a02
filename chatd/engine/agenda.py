"""The agenda: has messages said when they are due.

It asks the store what is due and commits, for each, what the feature makes of it. The store ensures
that it is said once: the message leaves the schedule in the unit that says it, under a key of its
own. So any number of nodes may do this at once, and any of them may die doing it.
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Cancel, Clock, Scheduler
from chatd.engine.rows import Committed
from chatd.engine.scheduled import ScheduledRow
from chatd.engine.unit import Unit

#: Seconds between two looks at the schedule. Nothing is scheduled for sooner than twice that, so
#: nobody has to tell the agenda of anything new; it follows a change of the wall clock this late.
LOOK: Final = 30.0
#: At least this many seconds between two looks, whatever is due.
BREATH: Final = 0.1
#: Messages committed at a time.
AT_ONCE: Final = 50
#: Seconds until the next try if the store is out of order and does not say for how long.
TRY_AGAIN: Final = 5.0
#: Refusals that say nothing about the message.
OUT_OF_ORDER: Final = frozenset(
    {Code.BUSY, Code.UNAVAILABLE, Code.STORAGE_FULL, Code.TIMEOUT, Code.INTERNAL}
)


class AgendaStore(Protocol):
    """The part of the store that the agenda uses."""

    def commit(self, unit: Unit) -> Awaitable[Committed]: ...
    def due(self, now: int, limit: int) -> Awaitable[Sequence[ScheduledRow]]: ...
    def next_due(self) -> Awaitable[int | None]: ...


class Voice(Protocol):
    """What becomes of a message that is due. Each unit is refused with `not-found` if the message
    is no longer waiting."""

    def said(self, row: ScheduledRow) -> Unit: ...
    def put_off(self, row: ScheduledRow, due: int) -> Unit: ...
    def failed(self, row: ScheduledRow, failure: str) -> Unit: ...


class Agenda:
    """``drive`` runs a coroutine to its end; ``fault`` logs a bug under the reference that it
    returns."""

    def __init__(
        self,
        store: AgendaStore,
        voice: Voice,
        scheduler: Scheduler,
        clock: Clock,
        drive: Callable[[Coroutine[Any, Any, None]], None],
        fault: Callable[[BaseException], str],
    ) -> None:
        self._store = store
        self._voice = voice
        self._scheduler = scheduler
        self._clock = clock
        self._drive = drive
        self._fault = fault
        self._cancel: Cancel | None = None
        self._stopped = False

    def start(self) -> None:
        """What became due while no server ran is said now."""
        self._drive(self._look())

    def stop(self) -> None:
        """No timer is left behind; what is under way ends as it may."""
        self._stopped = True
        if self._cancel is not None:
            self._cancel()

    async def _look(self) -> None:
        pause = LOOK
        try:
            pause = await self._say_what_is_due()
        except Refusal as why:
            pause = min(LOOK, why.retry_after or TRY_AGAIN)
        except Exception as failure:
            self._fault(failure)
        finally:
            if not self._stopped:
                self._cancel = self._scheduler.later(pause, lambda: self._drive(self._look()))

    async def _say_what_is_due(self) -> float:
        """Seconds until the next look."""
        rows = await self._store.due(self._clock.wall(), AT_ONCE)
        # All of them before the first answer: they share a commit.
        saying = [(row, self._begin(row)) for row in rows]
        troubles = [why for row, said in saying if (why := await self._end(row, said))]
        if troubles:
            return min(LOOK, troubles[0].retry_after or TRY_AGAIN)
        due = await self._store.next_due()
        if due is None:
            return LOOK
        return min(LOOK, max(BREATH, (due - self._clock.wall()) / 1000))

    def _begin(self, row: ScheduledRow) -> Awaitable[Committed] | Exception:
        try:
            return self._store.commit(self._voice.said(row))
        except Exception as failure:
            return failure

    async def _end(
        self, row: ScheduledRow, said: Awaitable[Committed] | Exception
    ) -> Refusal | None:
        """The refusal if the store is out of order: the message then goes on waiting as it is."""
        try:
            if isinstance(said, Exception):
                raise said
            await said
        except Refusal as why:
            if why.code in OUT_OF_ORDER:
                return why
            return await self._settle(self._instead(row, why))
        except Exception as failure:
            reference = self._fault(failure)
            sentence = f"The server made a mistake; tell the operator {reference}."
            return await self._settle(self._voice.failed(row, sentence))
        return None

    def _instead(self, row: ScheduledRow, why: Refusal) -> Unit:
        if why.code is Code.RATE_LIMITED:
            wait = round((why.retry_after or TRY_AGAIN) * 1000)
            return self._voice.put_off(row, self._clock.wall() + max(wait, 1))
        return self._voice.failed(row, why.message)

    async def _settle(self, unit: Unit) -> Refusal | None:
        try:
            await self._store.commit(unit)
        except Refusal as why:
            # Not there any more: another node said it, or its author took it back.
            return None if why.code is Code.NOT_FOUND else why
        return None
