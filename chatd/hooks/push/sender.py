"""Brings what waits to push services, a few at a time, until it is accepted, too late or no use."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.core.push_endpoint import origin
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock
from chatd.engine.pushes import EndPush, EndSubscription, PushFacts, PushRow, PutOffPush
from chatd.engine.unit import Change, Unit
from chatd.hooks.answers import Answer, Fate, fate, pause
from chatd.hooks.lane import Sleep
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import OutOfReach
from chatd.hooks.push.settings import PushSettings
from chatd.hooks.push.store import PushStore

#: There is no such subscription (RFC 8030 §7.3), or not any more.
GONE: Final = frozenset({404, 410})
#: Seconds between two pushes for one room to one browser, which shows them in one place.
SPACED: Final = 30.0
#: Most browsers, and rooms of theirs, that are remembered as resting.
KEPT: Final = 10_000
#: Seconds before what the store refused is written again.
PATIENCE: Final = 1.0

log = Logger(namespace="chatd.push")


class Poster(Protocol):
    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`NoAnswer` if no status came back in time."""

    async def stop(self) -> None: ...


#: Headers and body of a push; ``ttl`` is for how many seconds it is of use.
Make = Callable[[PushFacts, int], tuple[Mapping[str, str], bytes]]


class Sender:
    """``here`` as in `Watch`; ``fraction()`` is from 0 to 1."""

    def __init__(
        self,
        settings: PushSettings,
        store: PushStore,
        clock: Clock,
        poster: Poster,
        make: Make,
        here: Callable[[str, str], bool],
        sleep: Sleep,
        fraction: Callable[[], float],
    ) -> None:
        self.taken = 0
        self.gone = 0
        self.skipped = 0
        self.failed = 0
        self._settings = settings
        self._store = store
        self._clock = clock
        self._poster = poster
        self._make = make
        self._here = here
        self._sleep = sleep
        self._fraction = fraction
        self._more = False
        self._going_on: Deferred[None] | None = None
        self._under: dict[tuple[str, str], Deferred[None]] = {}
        # Until when nothing goes to an address, or nothing of one room to one browser. Lost with
        # the process: then something goes out sooner than it might.
        self._rests: OrderedDict[str, float] = OrderedDict()

    async def send(self) -> None:
        """Begins with what is due, as far as there are places; raises the store's `Refusal`."""
        free = self._settings.concurrent - len(self._under)
        if free <= 0:
            return
        # Those under way are due as well.
        most = free + len(self._under)
        rows = await self._store.due_pushes(self._clock.wall(), most)
        self._more = len(rows) == most
        for row in rows:
            key = (row.session, row.room)
            if key not in self._under and len(self._under) < self._settings.concurrent:
                self._begin(key, row)

    async def stop(self) -> None:
        """Gives up what is under way: it still waits on disk."""
        self._more = False
        if self._going_on is not None:
            self._going_on.cancel()
        for doing in list(self._under.values()):
            doing.cancel()
        await self._poster.stop()

    def _begin(self, key: tuple[str, str], row: PushRow) -> None:
        doing: Deferred[None] = Deferred.fromCoroutine(self._push(row))
        # Before `ended` is added: if it is done already, that runs at once and takes it out.
        self._under[key] = doing

        def ended(result: object) -> None:
            self._under.pop(key, None)
            if isinstance(result, Failure) and not result.check(CancelledError):
                log.failure("a push failed by a mistake of ours", result)
            elif self._more and len(self._under) <= self._settings.concurrent // 2:
                self._more = False
                self._going_on = Deferred.fromCoroutine(self._go_on())
                self._going_on.addErrback(_stumbled)

        doing.addBoth(ended)

    async def _go_on(self) -> None:
        """More is due than there were places for, and some are now free."""
        await self._sleep(0)
        try:
            await self.send()
        except Refusal as refusal:
            log.warn("pushing waits for the store: {why}", why=refusal.message)

    async def _push(self, row: PushRow) -> None:
        try:
            facts = await self._store.push_facts(row.session, row.position, self._clock.wall())
        except Refusal as refusal:
            log.warn("pushing waits for the store: {why}", why=refusal.message)
            return
        left = self._left(facts)
        if facts is None or left <= 0 or self._here(facts.to.person, row.session):
            await self._write(_ends(row))
            return
        wait = self._wait(row, facts)
        if wait > 0:
            await self._write(_later(row, row.tries, self._clock.wall() + round(wait * 1000)))
            return
        headers, body = self._make(facts, left)
        answer: Answer | NoAnswer
        try:
            answer = await self._poster.post(facts.to.endpoint, headers, body)
        except NoAnswer as error:
            answer = error
        await self._write(self._decided(row, facts, left, answer))

    def _decided(
        self, row: PushRow, facts: PushFacts, left: int, answer: Answer | NoAnswer
    ) -> Change:
        # The address is a secret of the browser's: only its host is told.
        host = origin(facts.to.endpoint)
        if isinstance(answer, OutOfReach):
            self.gone += 1
            log.warn("{host} is forgotten: {why}", host=host, why=str(answer))
            return EndSubscription(row.session, facts.to.endpoint)
        if isinstance(answer, Answer):
            if answer.status in GONE:
                self.gone += 1
                return EndSubscription(row.session, facts.to.endpoint)
            decided = fate(answer.status)
            if decided is Fate.TAKEN:
                self.taken += 1
                self._rest(_place(row), SPACED)
                return _ends(row)
            if decided is Fate.REFUSED:
                self.skipped += 1
                log.warn(
                    "{host} refused a push for good: status {status}",
                    host=host,
                    status=answer.status,
                )
                return _ends(row)
        self.failed += 1
        tries = row.tries + 1
        seconds = pause(tries, answer if isinstance(answer, Answer) else None, self._fraction)
        why = f"status {answer.status}" if isinstance(answer, Answer) else str(answer)
        if seconds >= left:
            self.skipped += 1
            log.warn("{host} did not take a push in time ({why})", host=host, why=why)
            return _ends(row)
        self._rest(facts.to.endpoint, seconds)
        log.info(
            "{host} did not take a push ({why}); again in {seconds} s",
            host=host,
            why=why,
            seconds=round(seconds, 1),
        )
        return _later(row, tries, self._clock.wall() + round(seconds * 1000))

    async def _write(self, change: Change) -> None:
        """Keeps its place until that is on disk: what was accepted must not go out twice."""
        while True:
            try:
                await self._store.commit(Unit("", changes=(change,)))
                return
            except Refusal as refusal:
                log.warn("a push waits for the store: {why}", why=refusal.message)
                await self._sleep(PATIENCE)

    def _left(self, facts: PushFacts | None) -> int:
        """For how many seconds it is still of use."""
        if facts is None:
            return 0
        age = max(0, self._clock.wall() - facts.message.at) // 1000
        return max(0, self._settings.ttl - age)

    def _wait(self, row: PushRow, facts: PushFacts) -> float:
        """Seconds for which nothing goes to this browser, or nothing of this room."""
        rests = (self._rests.get(facts.to.endpoint), self._rests.get(_place(row)))
        return max((until - self._clock.now() for until in rests if until is not None), default=0)

    def _rest(self, what: str, seconds: float) -> None:
        self._rests[what] = self._clock.now() + seconds
        self._rests.move_to_end(what)
        if len(self._rests) > KEPT:
            self._rests.popitem(last=False)


def _stumbled(failure: Failure) -> None:
    if not failure.check(CancelledError):
        log.failure("pushing stumbled: a mistake of ours", failure)


def _place(row: PushRow) -> str:
    return f"{row.session} {row.room}"


def _ends(row: PushRow) -> Change:
    return EndPush(row.session, row.room, row.position)


def _later(row: PushRow, tries: int, due: int) -> Change:
    return PutOffPush(row.session, row.room, tries, due)
