"""A lane: events go out one after the other, each until its fate is known."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chatd.engine.ports import Clock
from chatd.hooks.answers import Answer, Fate, fate, pause
from chatd.hooks.post import NoAnswer, Poster
from chatd.hooks.signature import signed

#: For how long a failing event is tried, in seconds.
TRIED: Final = 24 * 3600.0

log = Logger(namespace="chatd.hooks")

#: The event as it reads now, None if there is nothing to tell any more.
Make = Callable[[], Awaitable[bytes | None]]
Sleep = Callable[[float], Deferred[None]]


class Gate:
    """Shut when the receiver wants nothing any more; opened by a reload or a start."""

    def __init__(self) -> None:
        self.shut = False
        self._waiting: list[Deferred[None]] = []

    def close(self) -> None:
        self.shut = True

    def open(self) -> None:
        self.shut = False
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.called:
                each.callback(None)

    async def passed(self) -> None:
        while self.shut:
            waiting: Deferred[None] = Deferred()
            self._waiting.append(waiting)
            await waiting


class Lane:
    """``secrets`` gives the signing secrets in force. One `deliver` at a time: the order of the
    calls is the order at the receiver."""

    def __init__(
        self,
        name: str,
        poster: Poster,
        gate: Gate,
        secrets: Callable[[], tuple[bytes, ...]],
        clock: Clock,
        sleep: Sleep,
        random: Callable[[], float],
    ) -> None:
        self.name = name
        self.delivered = 0
        self.skipped = 0
        #: tries that failed since the last one that succeeded
        self.failures = 0
        self.last = "nothing was sent yet"
        self._failing_since = 0.0
        self._poster = poster
        self._gate = gate
        self._secrets = secrets
        self._clock = clock
        self._sleep = sleep
        self._random = random

    async def deliver(self, id: str, at: int, make: Make) -> bool:
        """Sends what ``make`` gives, made again for every try, until it is accepted (True), refused
        for good, given up, or nothing is left to tell. ``at`` is when it happened, Unix ms."""
        while True:
            await self._gate.passed()
            body = await make()
            if body is None:
                return False
            answer = await self._try(id, body)
            decided = Fate.AGAIN if answer is None else fate(answer.status)
            if decided is Fate.TAKEN:
                self._answered()
                self.delivered += 1
                return True
            if decided is Fate.REFUSED:
                self._answered()
                self._skip(id, f"the receiver refused it: {self.last}")
                return False
            if decided is Fate.PAUSE:
                self._gate.close()
                log.error(
                    "the webhook is paused: its receiver answered 410 Gone. `systemctl reload"
                    " chatd` goes on; without webhook.url there is none"
                )
                continue
            self._failed()
            if self._is_hopeless(at):
                self._skip(id, f"it failed for 24 hours: {self.last}")
                return False
            seconds = pause(self.failures, answer, self._random)
            log.warn(
                "the webhook did not take {id} ({last}); again in {seconds} s",
                id=id,
                last=self.last,
                seconds=round(seconds, 1),
            )
            await self._sleep(seconds)

    def status(self) -> dict[str, Any]:
        return {
            "taken": self.delivered,
            "skipped": self.skipped,
            "failures": self.failures,
            "last": self.last,
        }

    async def _try(self, id: str, body: bytes) -> Answer | None:
        seconds = self._clock.wall() // 1000
        try:
            answer = await self._poster.post(signed(self._secrets(), id, seconds, body), body)
        except NoAnswer as error:
            self.last = str(error)
            return None
        self.last = f"status {answer.status}"
        if 300 <= answer.status < 400:
            self.last += ", a redirect, which is not followed"
        return answer

    def _answered(self) -> None:
        if self.failures:
            log.info("the webhook answers again: {last}", last=self.last)
        self.failures = 0

    def _failed(self) -> None:
        self.failures += 1
        if self.failures == 1:
            self._failing_since = self._clock.now()

    def _is_hopeless(self, at: int) -> bool:
        # Asked after a failed try: an event from a day ago that waited its turn is tried at least
        # once, and one that came just now has its day.
        return (
            self._clock.now() - self._failing_since >= TRIED
            and self._clock.wall() - at >= TRIED * 1000
        )

    def _skip(self, id: str, why: str) -> None:
        self.skipped += 1
        log.error("the webhook event {id} is skipped, {why}", id=id, why=why)
