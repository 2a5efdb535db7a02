"""Ways into a room: links that anybody may follow, and people who are invited by name."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.rows import RoomKind, Tell
from chatd.engine.unit import Growth, Requirement, Upkeep


@dataclass(frozen=True, slots=True)
class RoomLinkRow:
    """A link into a room. ``expires`` (ms) and ``uses_left`` None: no end."""

    id: str
    room: str
    by: str
    by_name: str
    created: int
    expires: int | None
    uses_left: int | None


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What somebody who is not in the room is shown of it, and who lets them in, and since when."""

    room: str
    kind: RoomKind
    name: str
    topic: str
    avatar: str | None
    members: int
    by: str
    by_name: str
    at: int
    #: whether the asker is in the room already
    joined: bool = False


@dataclass(frozen=True, slots=True)
class InvitedRow:
    """Somebody who was invited into a room and has not answered yet."""

    user: str
    name: str
    by: str
    by_name: str
    at: int


@dataclass(frozen=True, slots=True)
class BannedRow:
    """Somebody who is kept out of a room; ``until`` in ms, None for good."""

    user: str
    name: str
    by: str
    by_name: str
    at: int
    until: int | None


@dataclass(frozen=True, slots=True)
class IsInvited(Requirement):
    """``user`` was invited into ``room``, else `not-found`, as for a room that is not there."""

    room: str
    user: str


@dataclass(frozen=True, slots=True)
class MayBeInvited(Requirement):
    """``user`` is not yet invited into ``room`` (`exists`), and fewer invitations than these limits
    wait in the room, for the person, and for that person from ``by`` (`limit-reached`)."""

    room: str
    user: str
    by: str
    most_of_room: int
    most_of_person: int
    most_between: int


@dataclass(frozen=True, slots=True)
class CreateRoomLink(Growth):
    """A link, found by the SHA-256 of its secret. Those that ended are forgotten; `limit-reached`
    if ``most`` others lead into the room. The answer carries ``at``."""

    link: str
    digest: bytes
    room: str
    by: str
    at: int
    expires: int | None
    uses: int | None
    most: int


@dataclass(frozen=True, slots=True)
class EndRoomLink(Upkeep):
    """The link leads nowhere any more; `not-found` if the room has none of that id."""

    room: str
    link: str


@dataclass(frozen=True, slots=True)
class EnterByLink(Growth):
    """``user`` becomes a member of the link's room, with the event ``body``, and the link has one
    use less. `not-found` for a link that does not exist, has ended or is used up; `exists`,
    `banned` and `limit-reached` (``stays``) as for joining, and then no use is taken."""

    digest: bytes
    user: str
    at: int
    body: bytes
    stays: int


@dataclass(frozen=True, slots=True)
class SetInvited(Growth):
    """``user`` is invited; ``tell`` makes of the row what that person is told."""

    room: str
    user: str
    by: str
    at: int
    tell: Callable[[EntryRow], Tell]


@dataclass(frozen=True, slots=True)
class EndInvited(Upkeep):
    """``user`` is not invited into the room any more: `not-found` if they were not."""

    room: str
    user: str


class Entries(Protocol):
    """Reads of the ways into rooms."""

    def room_links(self, user: str, room: str, now: int) -> Awaitable[Sequence[RoomLinkRow]]:
        """Links that lead into the room, newest first; for its moderators."""

    def behind_link(self, user: str, digest: bytes, now: int) -> Awaitable[EntryRow]:
        """Where the link leads, else `not-found`."""

    def invited(self, user: str) -> Awaitable[Sequence[EntryRow]]:
        """Rooms into which ``user`` is invited, latest first."""

    def invited_people(self, user: str, room: str) -> Awaitable[Sequence[InvitedRow]]:
        """Who is invited into the room, by name; for its moderators."""

    def banned_people(
        self, user: str, room: str, after: str | None, limit: int, now: int
    ) -> Awaitable[Sequence[BannedRow]]:
        """Who is banned from the room at ``now``, by name after ``after``; for its moderators."""
