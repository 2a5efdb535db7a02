"""Removes what is left of files: those that nobody used, and bodies that are nobody's."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final, Protocol

from twisted.logger import Logger

from chatd.core.refusal import Refusal
from chatd.engine.files import BodiesGone, FileReads, ForgetUnused
from chatd.engine.ports import Cancel, Clock, Scheduler, Writer
from chatd.engine.unit import Unit

#: Seconds between two looks, and how many go at a time.
EVERY: Final = 60.0
AT_A_TIME: Final = 200
#: How long a file may wait to be sent, in ms.
UNUSED_MS: Final = 24 * 3_600_000
#: Every this many looks, all bodies on the disk are checked; the first look is one.
LOOKS: Final = 360
#: The age at which a body without a row counts as lost, in ms: rows come within seconds.
LOST_MS: Final = 3_600_000

log = Logger(namespace="chatd.files")


class SweptStore(Writer, FileReads, Protocol):
    """The part of the store that this module uses."""


class SweptBodies(Protocol):
    """See `store.file_bodies`."""

    async def remove(self, files: Sequence[str]) -> bool: ...
    async def folders(self) -> tuple[str, ...]: ...
    async def older(self, folder: str, before: int) -> tuple[str, ...]: ...


class FileSweep:
    """``drive`` runs a coroutine to its end and logs what it raises."""

    def __init__(
        self,
        store: SweptStore,
        bodies: SweptBodies,
        clock: Clock,
        scheduler: Scheduler,
        drive: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._store = store
        self._bodies = bodies
        self._clock = clock
        self._scheduler = scheduler
        self._drive = drive
        self._cancel: Cancel | None = None
        self._looks = 0
        self._working = False
        self._stopped = False

    def start(self) -> None:
        """Looks every EVERY seconds from now on."""
        if self._stopped:
            return
        self._cancel = self._scheduler.later(EVERY, self.start)
        if not self._working:
            self._working = True
            self._drive(self._look())

    def stop(self) -> None:
        self._stopped = True
        if self._cancel is not None:
            self._cancel()

    async def _look(self) -> None:
        try:
            await self._tried(self._unused())
            await self._tried(self._erased())
            if self._looks % LOOKS == 0 and not await self._tried(self._lost()):
                return  # the next look is the one at all bodies
            self._looks += 1
        finally:
            self._working = False

    async def _tried(self, step: Coroutine[Any, Any, None]) -> bool:
        """Whether it could be done; what keeps one step from it keeps none of the others."""
        try:
            await step
        except Refusal as refusal:
            log.warn("files are looked at again later: {why}", why=refusal.message)
        except OSError as error:
            log.warn("files are looked at again later: {why}", why=error.strerror)
        else:
            return True
        return False

    async def _unused(self) -> None:
        before = self._clock.wall() - UNUSED_MS
        while not self._stopped and (files := await self._store.unused_files(before, AT_A_TIME)):
            await self._store.commit(Unit("", changes=(ForgetUnused(tuple(files)),)))

    async def _erased(self) -> None:
        """Their rows went with the erased messages; the bodies go now."""
        while not self._stopped and (files := await self._store.bodies_to_remove(AT_A_TIME)):
            if not await self._bodies.remove(files):
                return
            await self._store.commit(Unit("", changes=(BodiesGone(tuple(files)),)))

    async def _lost(self) -> None:
        """Bodies whose row never came because the daemon ended in between."""
        before = self._clock.wall() - LOST_MS
        for folder in await self._bodies.folders():
            files = await self._bodies.older(folder, before)
            for first in range(0, len(files), AT_A_TIME):
                if self._stopped:
                    return
                some = files[first : first + AT_A_TIME]
                known = await self._store.known_files(some)
                if lost := [file for file in some if file not in known]:
                    await self._bodies.remove(lost)
                    log.info("{count} bodies of files were nobody's", count=len(lost))
