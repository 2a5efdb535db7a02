"""Follows the log, event by event, and records how far it came."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from chatd.core.refusal import Refusal
from chatd.engine.followers import Absent, Followed, SetFollower
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit
from chatd.hooks.lane import Sleep

#: Events read at a time; seconds between two commits of a position, and before a read that the
#: store refused is tried again.
PAGE: Final = 50
SAVED_EVERY: Final = 1.0
PATIENCE: Final = 1.0
#: Seconds before a read that failed because of a bug is tried again.
AFTER_A_MISTAKE: Final = 30.0

log = Logger(namespace="chatd.hooks")


class Store(Protocol):
    """What the webhook needs of `engine.ports.Store`, and the reads of followers."""

    @property
    def epoch(self) -> str: ...
    def commit(self, unit: Unit) -> Awaitable[Committed]: ...
    def position(self) -> Awaitable[int]: ...

    def follower(self, name: str) -> Awaitable[int | None]:
        """How far the follower came, None if there is none of this name."""

    def followed(self, first: int, last: int) -> Awaitable[Sequence[Followed]]:
        """As `Timeline.events`, with rooms."""

    def called(self, position: int, now: int) -> Awaitable[Sequence[str]]:
        """The ids of those whom the message there is for and who have not read it."""

    def absent(self, position: int, person: str, now: int) -> Awaitable[Absent | None]:
        """How it stands with one of these; None once there is nothing to tell."""


class Follower:
    """``handle`` is done with an event when it returns. It gets the event again if it raises a
    `Refusal` (the store had no time for it), or if the daemon dies before the position is saved;
    anything else it raises is a bug, and the event is skipped. ``due`` is how many seconds to wait
    before an event is looked at."""

    def __init__(
        self,
        name: str,
        store: Store,
        sleep: Sleep,
        handle: Callable[[Followed], Awaitable[None]],
        due: Callable[[Followed], float] = lambda _: 0.0,
    ) -> None:
        self.name = name
        self.position = 0
        self.head = 0
        self._store = store
        self._sleep = sleep
        self._handle = handle
        self._due = due
        self._saved = 0
        self._woken: Deferred[None] | None = None
        self._running: Deferred[None] | None = None
        self._saving: Deferred[None] | None = None

    async def start(self) -> None:
        """From where it was, or, if it is new, from the end of the log."""
        head = await self._store.position()
        self.head = max(self.head, head)
        found = await self._store.follower(self.name)
        self.position = head if found is None else found
        if found is None:
            await self._save()
        self._saved = self.position
        self._running = Deferred.fromCoroutine(self._run())
        self._running.addErrback(self._failed, "{name} follows the log no more")

    async def stop(self) -> None:
        """Gives up what it does; afterwards the position is on disk, if the store accepts it."""
        running, self._running = self._running, None
        if running is None:
            return
        running.cancel()
        if self._saving is not None:
            self._saving.cancel()
        if self.position != self._saved:
            await self._save()

    def reaches(self, head: int) -> None:
        """The log has grown to ``head``."""
        self.head = max(self.head, head)
        woken, self._woken = self._woken, None
        if woken is not None and not woken.called:
            woken.callback(None)

    async def _run(self) -> None:
        while True:
            if self.position >= self.head:
                self._woken = Deferred()
                await self._woken
                continue
            try:
                page = await self._asked(self._page)
            except CancelledError:
                raise
            except Exception:
                log.failure(
                    "{name} cannot read the log after {position}: a mistake of ours",
                    name=self.name,
                    position=self.position,
                )
                await self._sleep(AFTER_A_MISTAKE)
                continue
            for each in page:
                await self._follow(each)
                self.position = each.event.position
                self._save_soon()

    def _page(self) -> Awaitable[Sequence[Followed]]:
        first = self.position + 1
        return self._store.followed(first, min(self.head, first + PAGE - 1))

    async def _asked(self, read: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await read()
            except Refusal as refusal:
                log.warn("{name} waits for the store: {why}", name=self.name, why=refusal.message)
                await self._sleep(PATIENCE)

    async def _follow(self, each: Followed) -> None:
        seconds = self._due(each)
        if seconds > 0:
            await self._sleep(seconds)
        try:
            await self._asked(lambda: self._handle(each))
        except CancelledError:
            raise
        except Exception:
            log.failure(
                "{name} skips the event at {position}: a mistake of ours",
                name=self.name,
                position=each.event.position,
            )

    # How far it came.

    def _save_soon(self) -> None:
        if self._saving is None:
            self._saving = Deferred.fromCoroutine(self._save_later())
            self._saving.addErrback(self._failed, "how far {name} came was not saved")

    async def _save_later(self) -> None:
        try:
            await self._sleep(SAVED_EVERY)
            await self._save()
        finally:
            self._saving = None
        if self.position != self._saved and self._running is not None:
            self._save_soon()

    def _failed(self, failure: Any, what: str) -> None:
        if not failure.check(CancelledError):
            log.failure(what + ": a mistake of ours", failure, name=self.name)

    async def _save(self) -> None:
        position = self.position
        try:
            await self._store.commit(_set(self.name, position))
        except Refusal as refusal:
            # Until the next save: after a crash some events would go out twice.
            log.warn(
                "how far {name} came was not saved: {why}", name=self.name, why=refusal.message
            )
            return
        self._saved = position


def _set(name: str, position: int | None) -> Unit:
    return Unit("", changes=(SetFollower(name, position),))


async def forget(store: Store, name: str) -> None:
    """A follower that is no longer needed; should it come back, it begins at the end of the log."""
    if await store.follower(name) is not None:
        try:
            await store.commit(_set(name, None))
        except Refusal as refusal:
            log.warn("{name} is not forgotten yet: {why}", name=name, why=refusal.message)
