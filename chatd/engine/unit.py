"""The unit of work: what one command wants changed, and what must hold for it.

A handler decides without reading: it returns a `Unit`. The store's single writer checks every
requirement and makes every change of a unit inside one savepoint, assigns the numbers, and commits
many units at once. A requirement that does not hold raises a `Refusal` there and the unit leaves no
trace. All values here are frozen and know nothing of SQL; `store` has one function for each type.
Those that every message makes one of are `msgspec.Struct`s, for the reason given in `rows`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import EventRow, RoleName, RoomKind, SettingsRow, Tell

# ---- what must hold -----------------------------------------------------------------------------


class Requirement:
    """Checked in the writer's transaction, before the unit's changes, in the order given."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class IsMember(Requirement):
    """``user`` is a member of ``room`` with at least ``role``.

    Else `not-found` if the room is missing or hidden from the user, `forbidden` if not.
    """

    room: str
    user: str
    role: RoleName = "reader"


class MayWrite(Requirement, msgspec.Struct, frozen=True, gc=False):
    """``user`` may say something in ``room`` at ``now`` (ms): a member of the room's posting role
    (`forbidden`; `not-found` as `IsMember`), not archived (`wrong-state`), neither of a direct
    conversation's two blocked the other (`blocked`), and not sooner after the last message than
    slow mode allows (`rate-limited`; moderators need not wait).

    ``anew`` False: about something said before; slow mode does not apply and the role `member` will
    do."""

    room: str
    user: str
    now: int
    anew: bool = True


@dataclass(frozen=True, slots=True)
class SeesMessage(Requirement):
    """``seq`` is a message of the room, visible to ``user`` and not deleted, else `not-found`
    (`gone` if deleted)."""

    room: str
    seq: int
    user: str


@dataclass(frozen=True, slots=True)
class IsRoom(Requirement):
    """The room exists and is of one of ``kinds``; `not-found` for a room that ``user`` cannot see
    and `wrong-state` for another kind."""

    room: str
    user: str
    kinds: tuple[RoomKind, ...]


@dataclass(frozen=True, slots=True)
class NotMember(Requirement):
    """``user`` is not yet in ``room``, else `exists`."""

    room: str
    user: str


@dataclass(frozen=True, slots=True)
class NotBanned(Requirement):
    """No ban of ``user`` in ``room`` is in force at ``now`` (ms), else `banned`."""

    room: str
    user: str
    now: int


@dataclass(frozen=True, slots=True)
class Outranks(Requirement):
    """``actor``'s role in the room is above ``other``'s (owners may act on owners, and anyone on
    themselves), else `forbidden`. `not-found` if ``other`` is not a member and
    ``must_be_member``."""

    room: str
    actor: str
    other: str
    must_be_member: bool = True


@dataclass(frozen=True, slots=True)
class KeepsAnOwner(Requirement):
    """The room has an owner besides ``user`` or no member besides ``user``, else `wrong-state`.
    Direct conversations need no owner."""

    room: str
    user: str


@dataclass(frozen=True, slots=True)
class IsMessage(Requirement):
    """``seq`` is a message of the room, visible to ``user`` and not deleted, else `not-found`
    (`gone` if deleted). It is by ``user``, and sent at ``not_before`` (ms) or later, or ``user``
    has at least ``or_role`` in the room, else `forbidden`."""

    room: str
    seq: int
    user: str
    not_before: int = 0
    or_role: RoleName | None = None


class AccountOpen(Requirement, msgspec.Struct, frozen=True, gc=False):
    """``user``, in whose name it is done, still has an account, else `unauthorized`. For every
    command, since it may be under way while the account is disabled or deleted, here or on another
    node."""

    user: str


@dataclass(frozen=True, slots=True)
class UserExists(Requirement):
    """``user`` is an account that is not disabled, else `not-found`."""

    user: str


@dataclass(frozen=True, slots=True)
class NotBlocked(Requirement):
    """In a direct conversation neither has blocked the other, else `blocked`. Holds elsewhere."""

    room: str
    user: str


@dataclass(frozen=True, slots=True)
class NotBlockedBy(Requirement):
    """Neither of two people has blocked the other, else `blocked`."""

    user: str
    other: str


@dataclass(frozen=True, slots=True)
class UnderLimit(Requirement):
    """``user`` has created fewer than ``most`` rooms, else `limit-reached`."""

    user: str
    most: int


@dataclass(frozen=True, slots=True)
class FewStays(Requirement):
    """``user`` has been in ``room`` fewer than ``most`` times, else `limit-reached`. Every stay is
    kept and looked at when that person reads. A room with shared history keeps one."""

    room: str
    user: str
    most: int


@dataclass(frozen=True, slots=True)
class FewRooms(Requirement):
    """``user`` is now in fewer than ``most`` rooms, conversations of two not counted, else
    `limit-reached`."""

    user: str
    most: int


# ---- what changes -------------------------------------------------------------------------------


class Change:
    """Made in the order given. Within a unit a later change may refer to the seq that the unit's
    last `Append` to the same room got. Each kind is either `Growth` or `Upkeep`."""

    __slots__ = ()


class Growth(Change):
    """Refused as `storage-full` while the disk has too little free space."""

    __slots__ = ()


class Upkeep(Change):
    """Made even then: it lets people in to read or puts them out, takes something away, or notes
    what is done. It adds nothing, a row in the place of another, or one of a few that end by
    themselves."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CreateRoom(Growth):
    """A new room, without members. ``slug`` is unique over all rooms (`name-taken`).

    ``shared_history``: a new member sees everything from seq 1, otherwise only from joining on.
    ``pair``: the two users of a direct conversation, sorted. One room for each pair: if it exists
    already, the unit ends here with that room as its answer and changes nothing more.
    """

    room: str
    kind: RoomKind
    name: str
    slug: str | None
    topic: str
    creator: str
    at: int
    shared_history: bool
    pair: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a text mentions, by user ``names``; ``everyone``: all in the room, which needs the role
    ``role`` in a room of more than ``few`` members. The writer finds out who they are: current
    members of the room with no block between them and the author. Others are left out."""

    names: tuple[str, ...]
    everyone: bool = False
    role: RoleName = "moderator"
    few: int = 0


class Append(Growth, msgspec.Struct, frozen=True, gc=False):
    """A new event; the writer gives position, seq and, if ``numbered``, number. ``body`` is JSON.

    A numbered event (a message) moves the author's own marks to itself. ``subject`` is the user an
    event is about; that person's name is read with the event, as the author's is."""

    room: str
    kind: str
    author: str
    at: int
    body: bytes
    target: int | None = None
    numbered: bool = False
    subject: str | None = None
    mentions: Mentions | None = None


@dataclass(frozen=True, slots=True)
class Forward(Growth):
    """A new message in ``room`` made from the one at ``seq`` of ``source``, as that reads now:
    ``body`` makes the new body from its row."""

    room: str
    author: str
    at: int
    source: str
    seq: int
    body: Callable[[EventRow], bytes]


@dataclass(frozen=True, slots=True)
class ReplaceBody(Growth):
    """The message at ``seq`` has a new body from now on, given or made from the old one (which may
    raise a `Refusal`), and mentions others; the old body is kept among its revisions. ``deleted``:
    the message is erased with its revisions, reactions, pin and mentions; `IsMessage` and
    `SeesMessage` refuse it from now on."""

    room: str
    seq: int
    body: bytes | Callable[[bytes], bytes]
    deleted: bool = False
    mentions: Mentions | None = None


@dataclass(frozen=True, slots=True)
class SetMember(Growth):
    """``user`` has ``role`` from the last appended event on (a new interval begins if not yet a
    member), or with None leaves with it (the interval closes at that event's seq)."""

    room: str
    user: str
    role: RoleName | None


@dataclass(frozen=True, slots=True)
class SetBan(Growth):
    """``user`` may not enter until ``until`` (ms; None = for good); ``lifted`` ends a ban."""

    room: str
    user: str
    by: str
    at: int
    until: int | None = None
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class ChangeRoom(Growth):
    """What is not None is so from now on. ``avatar`` is a picture's id, "" for none; ``slow`` the
    seconds between two messages of one member; ``posting`` the least role that writes."""

    room: str
    name: str | None = None
    slug: str | None = None
    topic: str | None = None
    avatar: str | None = None
    archived: bool | None = None
    slow: int | None = None
    posting: RoleName | None = None


@dataclass(frozen=True, slots=True)
class AdvanceMark(Growth):
    """Moves ``user``'s marks forward to at most the room's head; never back. None leaves one as it
    is. ``read`` implies ``delivered``. Yields a MarkRow if something moved.

    A room marked as unread is no longer so after any ``read``; ``tell`` then turns its settings
    into what ``user`` is told."""

    room: str
    user: str
    delivered: int | None
    read: int | None
    at: int
    tell: Callable[[SettingsRow], Tell] | None = None


@dataclass(frozen=True, slots=True)
class SetBlock(Growth):
    """``user`` blocks ``other``, or with ``blocked`` False no longer does."""

    user: str
    other: str
    blocked: bool
    at: int


# ---- both together ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeBack(Upkeep):
    """The last change of a unit that is only rehearsed: all of it has been checked and made by
    then, and all of it is undone. Raises `TakenBack`."""


class TakenBack(Refusal):
    """Nothing stood in the way; nothing was done."""

    def __init__(self) -> None:
        super().__init__(Code.WRONG_STATE, "This was only tried.", retry=False)


class Unit(msgspec.Struct, frozen=True, gc=False):
    """Everything one command wants, all or nothing.

    With ``key`` the ledger is asked first: (actor, key) known with the same ``digest`` → the first
    answer again, nothing checked or changed; with another digest → `conflict`. The ledger's row is
    written in the same savepoint as the changes.
    """

    actor: str
    requires: tuple[Requirement, ...] = ()
    changes: tuple[Change, ...] = ()
    key: str | None = None
    digest: bytes = b""
    #: the room that the answer names if no event was appended
    room: str | None = None
    #: signals that go out once the unit is on disk, and may be lost
    tells: tuple[Tell, ...] = ()
