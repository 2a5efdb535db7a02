"""Carries out deletions of accounts: the first step at once, the rest in the background."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from msgspec.structs import replace
from twisted.logger import Logger

from chatd.core.codes import Code
from chatd.core.ids import letters
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.asking import still
from chatd.engine.deletion import DeletionReads, OwnMessages
from chatd.engine.ports import Cancel, Clock, Random, Scheduler, Writer
from chatd.engine.unit import TakeBack, TakenBack
from chatd.features import deletion

#: Rooms left, and messages erased, at a time: others write in between.
ROOMS: Final = 50
MESSAGES: Final = 200
#: The same, when they are only counted.
MESSAGES_COUNTED: Final = 5_000
#: More rooms than anybody is in.
MOST_ROOMS: Final = 1_000_000
#: Seconds after which what the store refused is tried again.
AGAIN: Final = 30.0
#: Letters after "deleted-".
LETTERS: Final = 10

log = Logger(namespace="chatd.deletions")


class DeletionStore(Writer, DeletionReads, Protocol):
    """The part of the store that this module uses."""


class Deletions:
    """``drive`` runs a coroutine to its end and logs what it raises. Without a ``scheduler``,
    `delete` returns once all of it is done."""

    def __init__(
        self,
        store: DeletionStore,
        clock: Clock,
        random: Random,
        scheduler: Scheduler | None = None,
        drive: Callable[[Coroutine[Any, Any, None]], None] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._random = random
        self._scheduler = scheduler
        self._drive = drive
        self._cancel: Cancel | None = None
        self._working = False
        #: somebody wants another look at what there is to do
        self._asked = False
        self._stopped = False

    async def stake(self, user: str) -> tuple[int, int]:
        """How many rooms would be left, and how many messages of theirs there are."""
        rooms = len(await self._store.partings(user, MOST_ROOMS))
        messages, after = 0, 0
        while True:
            found = await self._store.own_messages(user, after, MESSAGES_COUNTED)
            messages += len(found.messages)
            if found.after is None:
                return rooms, messages
            after = found.after

    async def rehearse(self, user: str, *, erase: bool) -> None:
        """Refuses as `delete` would, and does nothing."""
        unit = deletion.begun(user, letters(self._random, LETTERS), self._clock.wall(), erase=erase)
        try:
            await self._store.commit(replace(unit, changes=(*unit.changes, TakeBack())))
        except TakenBack:
            return

    async def delete(self, user: str, *, erase: bool, asker: Principal | None) -> None:
        """The account is nobody's once this returns. ``asker``: whoever wants it by a session.
        `wrong-state` for the last administrator, `gone` where it was deleted before."""
        name, now = letters(self._random, LETTERS), self._clock.wall()
        unit = deletion.begun(user, name, now, erase=erase)
        if asker is not None:
            unit = replace(unit, requires=(*still(asker, now), *unit.requires))
        await self._store.commit(unit)
        if self._drive is None:
            await self._work()
        else:
            self._drive(self._work())

    def start(self) -> None:
        """Goes on with what was interrupted."""
        if self._drive is not None:
            self._drive(self._work())

    def stop(self) -> None:
        """What is under way ends after its next commit; the next start goes on."""
        self._stopped = True
        self._end_timer()

    async def _work(self) -> None:
        self._asked = True
        if self._working:
            return
        self._working = True
        try:
            while self._asked and not self._stopped:
                # The store's answer may miss a deletion asked for while it is being read.
                self._asked = False
                await self._finish_all()
        finally:
            self._working = False

    async def _finish_all(self) -> None:
        """One that fails holds up no other: it is tried again later."""
        failed = False
        try:
            for user, erase in await self._store.deletions():
                try:
                    await self._finish(user, erase)
                except Exception as failure:
                    failed = True
                    self._not_now(failure)
        except Refusal as refusal:
            failed = True
            self._not_now(refusal)
        if failed and self._scheduler is not None and not self._stopped:
            self._end_timer()
            self._cancel = self._scheduler.later(AGAIN, self.start)

    def _not_now(self, failure: Exception) -> None:
        if self._scheduler is None:
            raise failure
        if isinstance(failure, Refusal):
            if not self._stopped:
                log.warn("a deletion goes on later: {why}", why=failure.message)
        else:
            log.failure("a deletion goes on later: a mistake of ours")

    def _end_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    async def _finish(self, user: str, erase: bool) -> None:
        await self._leave(user)
        if erase:
            after: int | None = 0
            while after is not None and not self._stopped:
                found = await self._store.own_messages(user, after, MESSAGES)
                await self._erase(user, found)
                after = found.after
        # What the person sent before the account was closed may have arrived after that.
        await self._leave(user)
        if not self._stopped:
            await self._store.commit(deletion.done(user))

    async def _leave(self, user: str) -> None:
        while not self._stopped and (rooms := await self._store.partings(user, ROOMS)):
            for parting in rooms:
                if parting.direct and parting.alone:
                    await self._forget_notes(user, parting.room)
                try:
                    await self._store.commit(deletion.parted(parting, self._clock.wall()))
                except Refusal as refusal:
                    if refusal.code is not Code.CONFLICT:
                        raise  # otherwise the room comes again, as it is then

    async def _forget_notes(self, user: str, room: str) -> None:
        """Notes to oneself are for nobody else: they always go."""
        after: int | None = 0
        while after is not None and not self._stopped:
            found = await self._store.own_messages_in(user, room, MESSAGES)
            await self._erase(user, found)
            after = found.after

    async def _erase(self, user: str, found: OwnMessages) -> None:
        if found.messages:
            unit = deletion.erased(user, found.messages, self._clock.wall())
            await self._store.commit(unit)
