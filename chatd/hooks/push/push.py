"""Web Push as a whole: it looks along the log once a second and sends what waits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger

from chatd.core.push_endpoint import origin
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock, Random
from chatd.engine.pushes import PushFacts
from chatd.engine.rows import Committed
from chatd.hooks.push.encryption import encrypted, fresh_key
from chatd.hooks.push.payload import Render, payload, topic
from chatd.hooks.push.sender import Poster, Sender
from chatd.hooks.push.settings import PushSettings
from chatd.hooks.push.store import PushStore
from chatd.hooks.push.vapid import Vapid
from chatd.hooks.push.watch import Watch, calm

#: Seconds between two looks.
TICK: Final = 1.0

log = Logger(namespace="chatd.push")


class Push:
    """``present(person)``: they are at a page just now. ``connected(person, session)``: a page of
    that very session is open, which tells them itself. ``render`` makes the event of a row."""

    def __init__(
        self,
        settings: PushSettings,
        store: PushStore,
        poster: Poster,
        vapid: Vapid,
        reactor: Any,
        clock: Clock,
        *,
        render: Render,
        present: Callable[[str], bool],
        connected: Callable[[str, str], bool],
        random: Random,
        fraction: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._vapid = vapid
        self._reactor = reactor
        self._clock = clock
        self._render = render
        self._present = present
        self._connected = connected
        self._random = random
        self.watch = Watch(store, clock, settings.grace, self._here)
        self.sender = Sender(
            settings, store, clock, poster, self._make, self._here, self._sleep, fraction
        )
        self._calm_until = 0.0
        self._running: Deferred[None] | None = None

    async def start(self) -> None:
        self._calm_until = self._clock.now() + calm(self._settings.grace)
        await self.watch.start()
        self._running = Deferred.fromCoroutine(self._run())
        self._running.addErrback(_ended)

    async def stop(self) -> None:
        """What was found, and how far it came, is on disk afterwards, if the store accepts it."""
        running, self._running = self._running, None
        if running is None:
            return
        running.cancel()
        await self.sender.stop()
        try:
            await self.watch.save()
        except Refusal as refusal:
            log.warn("how far pushing came was not saved: {why}", why=refusal.message)

    def committed(self, outcomes: Sequence[Committed]) -> None:
        """After each commit of the store; never takes long."""
        for each in reversed(outcomes):
            if each.events:
                self.watch.reaches(each.events[-1].position)
                return

    def summary(self) -> str:
        """One line for `chatctl status`: since the start."""
        sender = self.sender
        return (
            f"{sender.taken} taken, {sender.failed} tries failed, {sender.skipped} given up,"
            f" {sender.gone} browsers gone"
        )

    # Inside.

    async def _run(self) -> None:
        while True:
            await self._sleep(TICK)
            try:
                await self.watch.look()
                if self._clock.now() >= self._calm_until:
                    await self.sender.send()
            except CancelledError:
                raise
            except Refusal as refusal:
                log.warn("pushing waits for the store: {why}", why=refusal.message)
            except Exception:
                log.failure("pushing stumbled: a mistake of ours")

    def _here(self, person: str, session: str) -> bool:
        return self._present(person) or self._connected(person, session)

    def _make(self, facts: PushFacts, ttl: int) -> tuple[Mapping[str, str], bytes]:
        """The headers (RFC 8030 §5) and the body of a push that is of use for ``ttl`` seconds."""
        to, room = facts.to, facts.room
        text = payload(facts, self._render, texts=self._settings.texts)
        headers = {
            "Authorization": self._vapid.authorization(origin(to.endpoint)),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl),
            "Topic": topic(self._store.epoch, room.id, to.session),
            # Anyone addressed is woken up; anyone who wants to hear of everything can wait.
            "Urgency": "high" if facts.mentioned or room.kind == "direct" else "normal",
        }
        return headers, encrypted(text, to.key, to.auth, fresh_key(), self._random(16))

    def _sleep(self, seconds: float) -> "Deferred[None]":
        return deferLater(self._reactor, seconds, lambda: None)


def _ended(failure: Any) -> None:
    if not failure.check(CancelledError):
        log.failure("pushing ended", failure)
