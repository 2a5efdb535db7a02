"""What the store returns: frozen rows, the same whichever database holds them.

What is made for every message is a `msgspec.Struct`: a frozen dataclass with as many fields takes
seven times as long to make (0.7 against 0.1 µs for two fields), and the garbage collector can
ignore these, which hold nothing that could point back at them.
"""

from dataclasses import dataclass, field
from typing import Literal

import msgspec
from msgspec.structs import replace

from chatd.wire.frames import Signal

RoomKind = Literal["public", "private", "direct"]
RoleName = Literal["reader", "member", "moderator", "owner"]
Notify = Literal["all", "mentions", "none"]
UserKind = Literal["person", "bot", "guest"]
#: Stands for everyone in the room among those whom a message mentions.
EVERYONE = "*"


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """One event as the log holds it, with current content.

    ``position`` counts every event of the store densely from 1, in commit order, over all rooms.
    ``number`` is the event's own number for a message, otherwise that of the last message before
    it. ``body`` is JSON whose shape belongs to the feature that owns ``kind``; an edit's body is
    the current body of its target, so that erased text is never read again.
    """

    position: int
    room: str
    seq: int
    number: int
    kind: str
    author: str
    author_name: str
    at: int
    target: int | None
    body: bytes
    #: the user the event is about and that person's name now, if there is one
    subject: str | None = None
    subject_name: str | None = None
    #: whom the message mentions: ids, `EVERYONE` for all in the room
    mentions: tuple[str, ...] = ()
    #: members who may not see the message whose words the event shows: they came after it
    kept_from: tuple[str, ...] = ()


def wordless(row: EventRow) -> EventRow:
    """The event as seen by somebody who may not see the message whose words it shows."""
    return replace(row, body=b"{}", mentions=())


class RoomRow(msgspec.Struct, frozen=True, gc=False):
    """A room as one user sees it. ``read``/``delivered`` are that user's marks (seq, 0 for none),
    ``unread`` counts messages after ``read`` within what the user may see. ``role`` is None for a
    public room they are not in. ``other`` is the other person of a direct conversation, the user in
    notes to self.

    ``mentions`` counts the unread messages that mention the user. ``slow`` is seconds between two
    messages of one member, 0 for none; ``posting`` the lowest role that may write. What follows is
    how the user keeps the room (``notify`` None: the default of its kind)."""

    id: str
    kind: RoomKind
    name: str
    slug: str | None
    topic: str
    role: RoleName | None
    head: int
    number: int
    read: int
    delivered: int
    unread: int
    members: int
    other: str | None = None
    other_name: str | None = None
    mentions: int = 0
    avatar: str | None = None
    archived: bool = False
    slow: int = 0
    posting: RoleName = "member"
    notify: Notify | None = None
    muted_until: int | None = None
    favourite: bool = False
    place: int | None = None
    unread_from: int | None = None


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """How one person keeps one room; see `RoomRow`."""

    room: str
    notify: Notify | None = None
    muted_until: int | None = None
    favourite: bool = False
    place: int | None = None
    unread_from: int | None = None


class RoomHead(msgspec.Struct, frozen=True, gc=False):
    """How far a room has got, for those connected: its last seq and number, its members."""

    id: str
    head: int
    number: int
    members: int


@dataclass(frozen=True, slots=True)
class StatusRow:
    """What somebody is up to; ``until`` Unix ms, None for no end."""

    emoji: str
    text: str
    until: int | None = None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """``status`` may be over; it is None if one of the two people has blocked the other."""

    user: str
    name: str
    role: RoleName
    display: str = ""
    kind: UserKind = "person"
    avatar: str | None = None
    status: StatusRow | None = None


@dataclass(frozen=True, slots=True)
class MarkRow:
    """How far a member got in a room: the seq delivered to and read by them, 0 for none.
    ``hidden``: they show it to nobody else. ``read_at``: when they read that far, in ms, 0 if not
    known; not part of how far they got."""

    room: str
    user: str
    delivered: int
    read: int
    hidden: bool = False
    read_at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: str
    name: str
    display: str
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ReactionRow:
    """How many reacted to a message with ``emoji``, the first few of them, and whether the asker is
    among them all."""

    seq: int
    emoji: str
    count: int
    users: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of a room in ascending order of seq, and whether more lie before and after.

    ``quoted``: messages that these answer, not among them, as far as the user may see them.
    ``reactions`` are those to ``messages``, in their order, then by who was first."""

    messages: tuple[EventRow, ...]
    more_before: bool
    more_after: bool
    position: int
    quoted: tuple[EventRow, ...] = ()
    reactions: tuple[ReactionRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything a client needs to show a room, from one snapshot: ``room.head`` is the last event
    at ``page.position``; ``marks`` is empty if the room has more members than asked for."""

    room: RoomRow
    page: Page
    marks: tuple[MarkRow, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """What a resuming client missed: events in order of position up to ``position``, one snapshot.

    ``more``: the limit was reached; ask again after ``position``, which is then the last event's.
    ``rooms``: those asked for in which the user is a member now. ``removed``: the others, whose
    membership ended (their last event is the removal) or never was.
    """

    events: tuple[EventRow, ...]
    position: int
    more: bool
    rooms: tuple[RoomRow, ...]
    removed: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What the ledger keeps of a keyed command's first answer."""

    room: str | None = None
    seq: int | None = None
    number: int | None = None
    at: int | None = None


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A signal for every connection of ``user``: their own feed."""

    user: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class ToCompany:
    """A signal about ``user`` for those who have a room of theirs open, sent like presence."""

    user: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class Shun:
    """Whether from now on one of two people has blocked the other: then neither sees when the other
    is there."""

    user: str
    other: str
    on: bool


Tell = ToPerson | ToCompany | Shun


class Committed(msgspec.Struct, frozen=True, gc=False):
    """The outcome of one unit, after its commit reached the disk.

    ``repeated``: the key was known, nothing was written, ``answer`` is the first one.
    """

    answer: Answer
    events: tuple[EventRow, ...] = ()
    marks: tuple[MarkRow, ...] = ()
    repeated: bool = False
    #: per appended membership event: the room's member count afterwards, by room id
    members: tuple[tuple[str, int], ...] = ()
    #: what the unit wants told; empty for a repeated one
    tells: tuple[Tell, ...] = ()
