"""Followers of the log, which remember how far they came; a webhook, for one."""

from dataclasses import dataclass

from chatd.engine.rows import EventRow, RoomKind
from chatd.engine.unit import Upkeep

#: When everyone is called, each member is named in rooms of up to this many members.
CALLED = 1000


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room as nobody in particular sees it."""

    id: str
    kind: RoomKind
    name: str
    slug: str | None


@dataclass(frozen=True, slots=True)
class Followed:
    """An event of the log and its room, both as they are now."""

    event: EventRow
    room: RoomFacts


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody whom a message is for and who has not read it: ``read`` is their mark, ``seen`` when
    their last connection ended (ms; None: never, or not known), ``email`` a confirmed one.
    ``message`` is as it reads now; ``identities`` say who they are at other sites: issuer and
    subject."""

    user: str
    name: str
    display: str
    email: str | None
    seen: int | None
    read: int
    unread: int
    message: EventRow
    room: RoomFacts
    identities: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SetFollower(Upkeep):
    """The follower ``name`` is done with everything up to ``position``; None: it is forgotten."""

    name: str
    position: int | None
