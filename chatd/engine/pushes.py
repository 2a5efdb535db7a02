"""Web Push: browsers that are told of messages while the page is closed; what waits for them."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.followers import RoomFacts
from chatd.engine.rows import EventRow
from chatd.engine.unit import Growth, Upkeep


@dataclass(frozen=True, slots=True)
class PushOffer:
    """What this server offers: the public ``key`` by which push services know it (a point of P-256
    in base64url), and whether a message's ``text`` may be included."""

    key: str
    text: bool


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """The browser of one session: where to post to, the point of its ``key`` (65 bytes) and its
    secret (16 bytes). ``text``: its owner wants the text of messages in it."""

    session: str
    person: str
    endpoint: str
    key: bytes
    auth: bytes
    text: bool


@dataclass(frozen=True, slots=True)
class Hearer:
    """A browser to be told of the message at ``position``, unless its owner is at one."""

    position: int
    room: str
    person: str
    session: str


@dataclass(frozen=True, slots=True)
class PushRow:
    """A push that waits: ``tries`` failed so far."""

    session: str
    room: str
    position: int
    tries: int


@dataclass(frozen=True, slots=True)
class PushFacts:
    """All that a push is made of: the browser, the ``message`` and its room as they read now,
    the author's display name, and how many messages are ``unread`` there. ``mentioned``: the
    message calls this person."""

    to: SubscriptionRow
    message: EventRow
    room: RoomFacts
    author: str
    unread: int
    mentioned: bool


@dataclass(frozen=True, slots=True)
class SetSubscription(Growth):
    """The session's browser is this one from now on. Another session's of the same address is
    forgotten: it was the same browser. Of more than ``most`` of one person the oldest go."""

    to: SubscriptionRow
    at: int
    most: int


@dataclass(frozen=True, slots=True)
class EndSubscription(Upkeep):
    """The session's browser is told of nothing any more, nor of what waits for it. With
    ``endpoint`` only if it still has that address."""

    session: str
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class QueuePushes(Growth):
    """These wait until ``due`` (Unix ms), of each room the latest; what failed before and waits for
    another try goes on waiting. Browsers that have gone meanwhile are passed over."""

    hearers: tuple[Hearer, ...]
    due: int


@dataclass(frozen=True, slots=True)
class EndPush(Upkeep):
    """It waits no more, unless a later message took its place."""

    session: str
    room: str
    position: int


@dataclass(frozen=True, slots=True)
class PutOffPush(Upkeep):
    """It failed ``tries`` times and waits until ``due`` (Unix ms)."""

    session: str
    room: str
    tries: int
    due: int


class PushReads(Protocol):
    """Subscriptions count only if their session is good at ``now`` (Unix ms)."""

    def subscription(self, session: str) -> Awaitable[SubscriptionRow | None]: ...

    def has_subscriptions(self) -> Awaitable[bool]:
        """Whether there is any at all."""

    def hearers(
        self, first: int, last: int, after: tuple[str, str], limit: int, now: int
    ) -> Awaitable[tuple[Hearer, ...]]:
        """Browsers of those who have not read messages from ``first`` to ``last`` and want to be
        notified; the latest for each room. By session and room, starting after that pair."""

    def due_pushes(self, now: int, limit: int) -> Awaitable[tuple[PushRow, ...]]:
        """Pushes whose time has come, the longest waiting first."""

    def push_facts(self, session: str, position: int, now: int) -> Awaitable[PushFacts | None]:
        """The current facts for one of `hearers`; None once there is nothing to tell."""
