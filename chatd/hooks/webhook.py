"""The webhook: what it sees, who is reported as away, and how it does."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from twisted.internet.task import deferLater
from twisted.logger import Logger

from chatd.core import ids
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.followers import Absent, Followed, RoomFacts
from chatd.engine.ports import Clock, Random
from chatd.engine.rows import Committed
from chatd.hooks import payload
from chatd.hooks.absence import Absence
from chatd.hooks.answers import Fate, fate
from chatd.hooks.follower import Follower, Store, forget
from chatd.hooks.lane import Gate, Lane
from chatd.hooks.post import NoAnswer, Poster
from chatd.hooks.settings import HookSettings
from chatd.hooks.signature import secret, signed

MESSAGES: Final = "webhook:messages"
AWAY: Final = "webhook:away"
#: Seconds that people have to come back after a start before they count as away.
CALM: Final = 30.0

log = Logger(namespace="chatd.hooks")


class Webhook:
    """``present(user)`` tells whether somebody is connected, ``render`` makes the event of a row,
    ``fraction`` gives numbers from 0 to 1. `ValueError` for a secret that is not one."""

    def __init__(
        self,
        settings: HookSettings,
        store: Store,
        poster: Poster,
        reactor: Any,
        clock: Clock,
        *,
        render: payload.Render,
        present: Callable[[str], bool],
        random: Random,
        fraction: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._store = store
        self._poster = poster
        self._reactor = reactor
        self._clock = clock
        self._render = render
        self._present = present
        self._random = random
        self._fraction = fraction
        self._gate = Gate()
        self._absence = Absence()
        self._calm_until = 0.0
        self._secrets = _read(settings.secret_files)
        self._lanes: list[tuple[Follower, Lane]] = []

    async def start(self) -> None:
        settings = self._settings
        self._calm_until = self._clock.now() + min(CALM, settings.away_seconds)
        for wanted, name, handle, due in (
            (settings.messages, MESSAGES, self._message, _at_once),
            (settings.away, AWAY, self._somebody, self._until_due),
        ):
            if not settings.url or not wanted:
                await forget(self._store, name)
                continue
            lane = Lane(
                name,
                self._poster,
                self._gate,
                lambda: self._secrets,
                self._clock,
                self._sleep,
                self._fraction,
            )
            follower = Follower(name, self._store, self._sleep, _bound(handle, lane), due)
            self._lanes.append((follower, lane))
            await follower.start()

    async def stop(self) -> None:
        lanes, self._lanes = self._lanes, []
        for follower, _ in lanes:
            await follower.stop()
        await self._poster.stop()

    def committed(self, outcomes: Sequence[Committed]) -> None:
        """After each commit of the store; never takes long."""
        head = max((row.position for each in outcomes for row in each.events), default=0)
        if head:
            for follower, _ in self._lanes:
                follower.reaches(head)

    def reload(self, secret_files: tuple[str, ...]) -> None:
        """Reads the secrets again, and goes on if the receiver wanted nothing any more. A bad file
        changes nothing, nor does having none: until a start the webhook stays what it was."""
        try:
            self._secrets = _read(secret_files) or self._secrets
        except (OSError, ValueError) as error:
            log.error("the webhook keeps its secrets: {error}", error=error)
        self._gate.open()

    # What the operator sees.

    def status(self) -> list[dict[str, Any]]:
        return [
            {
                "follower": follower.name,
                "position": follower.position,
                "behind": follower.head - follower.position,
                "paused": self._gate.shut,
                **lane.status(),
            }
            for follower, lane in self._lanes
        ]

    def summary(self) -> str:
        """One line for `chatctl status`."""
        if not self._lanes:
            return "none"
        told = []
        for follower, lane in self._lanes:
            state = "paused" if self._gate.shut else "failing" if lane.failures else "well"
            name = follower.name.partition(":")[2]
            told.append(f"{name}: {state}, {follower.head - follower.position} behind")
        return "; ".join(told)

    async def test(self) -> dict[str, Any]:
        """Sends a ping, once; `unavailable` with the reason if it is not accepted."""
        if not self._settings.url:
            raise Refusal(Code.WRONG_STATE, "There is no webhook: set webhook.url.")
        id = "ping_" + ids.letters(self._random, 12)
        now = self._clock.wall()
        body = payload.ping(now, self._settings.link)
        began = self._clock.now()
        try:
            answer = await self._poster.post(signed(self._secrets, id, now // 1000, body), body)
        except NoAnswer as error:
            raise Refusal(
                Code.UNAVAILABLE, f"The receiver gave no answer: {error}.", retry=False
            ) from None
        if fate(answer.status) is not Fate.TAKEN:
            raise Refusal(
                Code.UNAVAILABLE,
                f"The receiver answered {answer.status}; it takes an event with a status from 200"
                " to 299. Redirects are not followed.",
                retry=False,
            )
        taken = round((self._clock.now() - began) * 1000)
        return {"id": id, "status": answer.status, "milliseconds": taken}

    # Messages.

    def _sees(self, room: RoomFacts) -> bool:
        """Deny first: never what two people say to one another, private rooms only by name."""
        chosen = self._settings.rooms
        if room.kind == "direct":
            return False
        if not chosen:
            return room.kind == "public"
        return "*" in chosen or room.id in chosen or (room.slug is not None and room.slug in chosen)

    async def _message(self, lane: Lane, followed: Followed) -> None:
        event = followed.event
        if event.kind not in payload.TYPES or not self._sees(followed.room):
            return

        async def make() -> bytes | None:
            # Read again for every try: what was deleted meanwhile is told without its text.
            (now,) = await self._store.followed(event.position, event.position)
            return payload.message(now, self._render)

        await lane.deliver(f"msg_{self._id(event.position)}", event.at, make)

    # People.

    def _until_due(self, followed: Followed) -> float:
        wait = self._settings.away_seconds
        left = followed.event.at / 1000 + wait - self._clock.wall() / 1000
        # A wall clock may be set back: nobody waits longer than that because of it.
        return max(min(left, wait), self._calm_until - self._clock.now())

    async def _somebody(self, lane: Lane, followed: Followed) -> None:
        event, room = followed.event, followed.room
        if event.kind != "message" or not (room.kind == "direct" or self._sees(room)):
            return
        for person in await self._store.called(event.position, self._clock.wall()):
            absent = await self._absent(event.position, person)
            if absent is None or self._absence.is_known(absent):
                continue

            async def make(person: str = person) -> bytes | None:
                now = await self._absent(event.position, person)
                return None if now is None else self._away(now)

            if await lane.deliver(f"away_{self._id(event.position, person)}", event.at, make):
                self._absence.begins(absent, self._clock.wall())

    async def _absent(self, position: int, person: str) -> Absent | None:
        absent = await self._store.absent(position, person, self._clock.wall())
        if absent is not None and self._present(person):
            self._absence.ends(person, absent.room.id)
            return None
        return absent

    def _away(self, absent: Absent) -> bytes:
        direct = absent.room.kind == "direct"
        return payload.away(
            absent,
            self._render,
            link=self._settings.link,
            with_text=self._settings.direct if direct else True,
        )

    # Inside.

    def _id(self, position: int, person: str = "") -> str:
        """The same for every repeat; it tells nothing about how much is said here."""
        words = f"{self._store.epoch}:{position}:{person}".encode()
        return hashlib.blake2b(words, digest_size=12).hexdigest()

    def _sleep(self, seconds: float) -> Any:
        return deferLater(self._reactor, seconds, lambda: None)


def _read(files: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(secret(Path(path).read_text("utf-8")) for path in files)


def _at_once(followed: Followed) -> float:
    return 0.0


def _bound(handle: Callable[[Lane, Followed], Any], lane: Lane) -> Callable[[Followed], Any]:
    return lambda followed: handle(lane, followed)
