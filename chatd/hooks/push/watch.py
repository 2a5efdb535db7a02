"""Follows the log and records whom to push to: then no restart forgets or repeats it."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from twisted.logger import Logger

from chatd.core.refusal import Refusal
from chatd.engine.followers import SetFollower
from chatd.engine.ports import Clock
from chatd.engine.pushes import Hearer, QueuePushes
from chatd.engine.unit import Change, Unit
from chatd.hooks.push.store import PushStore

PUSH: Final = "push"
#: Positions looked at in one read, and browsers found in one.
STRETCH: Final = 250
PAGE: Final = 500
#: Seconds between two commits of a position if nothing was found.
SAVED_EVERY: Final = 10.0
#: Seconds after which those who seem to be here and do not read are looked at again: a page that
#: was closed, or a machine that fell asleep, shows as here for some more time.
SECOND_LOOK: Final = 60.0
#: Seconds that people have to come back after a start before anybody is pushed to.
CALM: Final = 30.0

log = Logger(namespace="chatd.push")


def calm(grace: float) -> float:
    """Seconds after a start in which nobody counts as away."""
    return max(grace, min(CALM, grace * 3))


class Watch:
    """``here(person, session)``: nobody needs to push to this browser of theirs. `look` is called
    again and again, about once a second, and never twice at once."""

    def __init__(
        self,
        store: PushStore,
        clock: Clock,
        grace: float,
        here: Callable[[str, str], bool],
    ) -> None:
        self.position = 0
        self.head = 0
        self._store = store
        self._clock = clock
        self._grace = grace
        self._here = here
        self._saved = 0
        self._saved_at = 0.0
        # Where the log stood when: what stood there for long enough is looked at.
        self._heads: deque[tuple[float, int]] = deque()
        self._old_enough = 0

    async def start(self) -> None:
        """From where it was, or, if it is new, from the end of the log."""
        head = await self._store.position()
        self.head = max(self.head, head)
        found = await self._store.follower(PUSH)
        self.position = self._old_enough = head if found is None else found
        now = self._clock.now()
        self._saved_at = now
        # Everybody is just coming back.
        self._heads.append((now + calm(self._grace) - self._grace, head))
        self._saved = self.position
        if found is None:
            try:
                await self._commit(SetFollower(PUSH, head))
            except Refusal as refusal:
                # A full disk, say: nobody is to be without a chat for that. It is recorded with
                # whatever comes next; until then a start begins at the end once more.
                log.warn("how far pushing came is not saved yet: {why}", why=refusal.message)

    def reaches(self, head: int) -> None:
        """The log has grown to ``head``."""
        self.head = max(self.head, head)

    async def look(self) -> None:
        """Whatever has been unread for long enough by now. A `Refusal` of the store is raised: what
        it was about is looked at again."""
        last = self._due()
        while self.position < last:
            if not await self._store.has_subscriptions():
                self.position = last
                break
            until = min(last, self.position + STRETCH)
            if not await self._look(self.position + 1, until):
                self.position = until
        if self._clock.now() - self._saved_at >= SAVED_EVERY:
            await self.save()

    async def save(self) -> None:
        """Records how far it came."""
        if self.position > self._saved:
            await self._commit(SetFollower(PUSH, self.position))
            self._saved = self.position
        self._saved_at = self._clock.now()

    def _due(self) -> int:
        now = self._clock.now()
        heads = self._heads
        if self.head > (heads[-1][1] if heads else self._old_enough):
            heads.append((now, self.head))
        while heads and heads[0][0] <= now - self._grace:
            self._old_enough = max(self._old_enough, heads.popleft()[1])
        return self._old_enough

    async def _look(self, first: int, last: int) -> bool:
        """Whether somebody was found: then how far it came is on disk with that."""
        wall, after = self._clock.wall(), ("", "")
        page = await self._store.hearers(first, last, after, PAGE, wall)
        if not page:
            return False
        while len(page) == PAGE:
            # Not all in one commit, which others wait for. Should it end here, those are recorded
            # again, each under the same message.
            await self._commit(*self._queued(page, wall))
            after = (page[-1].session, page[-1].room)
            page = await self._store.hearers(first, last, after, PAGE, wall)
        await self._commit(*self._queued(page, wall), SetFollower(PUSH, last))
        self.position = self._saved = last
        return True

    def _queued(self, found: Sequence[Hearer], wall: int) -> tuple[Change, ...]:
        here = {each for each in found if self._here(each.person, each.session)}
        away = tuple(each for each in found if each not in here)
        return (
            QueuePushes(away, wall),
            QueuePushes(tuple(here), wall + round(SECOND_LOOK * 1000)),
        )

    async def _commit(self, *changes: Change) -> None:
        await self._store.commit(Unit("", changes=changes))
