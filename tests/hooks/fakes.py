"""Ports of the hooks without a network, a disk or a clock of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from chatd.core.refusal import Refusal
from chatd.engine.followers import Absent, Followed, RoomFacts, SetFollower
from chatd.engine.rows import Answer as LedgerAnswer
from chatd.engine.rows import Committed, EventRow, RoomKind
from chatd.engine.unit import Unit
from chatd.features.messages import render_deleted, render_edited, render_message
from chatd.hooks.answers import Answer
from chatd.hooks.post import NoAnswer
from chatd.wire.frames import Event

#: Unix ms when the fake clock shows 0.
BEGAN = 1_700_000_000_000


class Time:
    """Both clocks of the machine, on one that moves by `advance`."""

    def __init__(self) -> None:
        self.reactor = Clock()

    def now(self) -> float:
        return self.reactor.seconds()

    def wall(self) -> int:
        return BEGAN + round(self.reactor.seconds() * 1000)

    def sleep(self, seconds: float) -> Deferred[None]:
        return deferLater(self.reactor, seconds, lambda: None)

    def advance(self, seconds: float, step: float | None = None) -> None:
        """In steps, so that what follows from one moment is asked for before the next."""
        step = step or max(seconds / 50, 0.01)
        end = self.reactor.seconds() + seconds
        while self.reactor.seconds() < end - 1e-9:
            self.reactor.advance(min(step, end - self.reactor.seconds()))

    def waits(self) -> list[float]:
        return sorted(
            round(call.getTime() - self.reactor.seconds(), 3)
            for call in self.reactor.getDelayedCalls()
        )


@dataclass
class Post:
    at: float
    headers: Mapping[str, str]
    body: bytes


class FakePoster:
    """``plan``: what comes of the next posts: an answer, a status, a text (no answer), or a
    Deferred of one of them; afterwards ``usual``."""

    def __init__(self, time: Time, *plan: Any, usual: Any = 204) -> None:
        self.posts: list[Post] = []
        self.plan = list(plan)
        self.usual = usual
        self.stopped = False
        self._time = time

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.posts.append(Post(self._time.now(), headers, body))
        outcome = self.plan.pop(0) if self.plan else self.usual
        if isinstance(outcome, Deferred):
            outcome = await outcome
        if isinstance(outcome, str):
            raise NoAnswer(outcome)
        return outcome if isinstance(outcome, Answer) else Answer(outcome)

    async def stop(self) -> None:
        self.stopped = True

    @property
    def ids(self) -> list[str]:
        return [post.headers["webhook-id"] for post in self.posts]


@dataclass
class FakeStore:
    """A log in memory. ``refusals`` are raised by the next reads or commits, one each."""

    epoch: str = "epoch000"
    log: list[Followed] = field(default_factory=list)
    followers: dict[str, int] = field(default_factory=dict)
    absents: dict[tuple[int, str], Absent] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    commits: int = 0

    def say(
        self,
        text: str = "hello",
        *,
        room: str = "tea",
        kind: RoomKind = "public",
        slug: str | None = "tea",
        author: str = "alice",
        at: int = BEGAN,
        what: str = "message",
        target: int | None = None,
        body: bytes | None = None,
    ) -> Followed:
        position = len(self.log) + 1
        seq = sum(each.room.id == room for each in self.log) + 1
        made = f'{{"text":"{text}"}}'.encode() if body is None else body
        row = EventRow(position, room, seq, seq, what, author, author, at, target, made)
        followed = Followed(row, RoomFacts(room, kind, room.title(), slug))
        self.log.append(followed)
        return followed

    def erase(self, followed: Followed) -> None:
        """The message has no text any more."""
        at = followed.event.position - 1
        gone = msgspec.structs.replace(followed.event, body=b'{"deleted":1700000000000}')
        self.log[at] = replace(followed, event=gone)

    def misses(self, followed: Followed, person: str, **more: Any) -> Absent:
        """``person`` has not read it."""
        known: dict[str, Any] = {"email": None, "seen": None, "read": 0, "unread": 1, **more}
        absent = Absent(
            person, person, person.title(), message=followed.event, room=followed.room, **known
        )
        self.absents[followed.event.position, person] = absent
        return absent

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    async def commit(self, unit: Unit) -> Committed:
        self._refuse()
        self.commits += 1
        for change in unit.changes:
            assert isinstance(change, SetFollower)
            if change.position is None:
                self.followers.pop(change.name, None)
            else:
                self.followers[change.name] = change.position
        return Committed(LedgerAnswer())

    async def position(self) -> int:
        return len(self.log)

    async def follower(self, name: str) -> int | None:
        return self.followers.get(name)

    async def followed(self, first: int, last: int) -> Sequence[Followed]:
        self._refuse()
        return self.log[first - 1 : last]

    async def called(self, position: int, now: int) -> Sequence[str]:
        self._refuse()
        return sorted(person for at, person in self.absents if at == position)

    async def absent(self, position: int, person: str, now: int) -> Absent | None:
        self._refuse()
        return self.absents.get((position, person))


def render(row: EventRow) -> Event:
    renderers = {"message": render_message, "edited": render_edited, "deleted": render_deleted}
    return renderers[row.kind](row, f"epoch000.{row.position}")


def outcome(*rows: Followed) -> Committed:
    return Committed(LedgerAnswer(), tuple(each.event for each in rows))
