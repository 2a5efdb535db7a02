"""What people show of themselves, and to whom: rows, requirements and changes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from chatd.engine.rows import StatusRow, UserKind
from chatd.engine.unit import Growth, Requirement, Upkeep
from chatd.wire.frames import Signal

SeenBy = Literal["all", "none"]
DirectFrom = Literal["all", "rooms", "none"]
#: Whom people find in the directory: everybody, those they share a room with, nobody.
Directory = Literal["all", "rooms", "none"]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """Somebody as one particular person may see them. ``status`` and ``last_seen`` are None if
    there is none, if it is over, or if it is not for that person's eyes."""

    id: str
    name: str
    display: str
    kind: UserKind
    about: str
    avatar: str | None
    status: StatusRow | None
    last_seen: int | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class PrivacyRow:
    """``seen_by``: who sees their last visit; ``direct_from``: who may begin a conversation."""

    seen_by: SeenBy
    direct_from: DirectFrom
    receipts: bool
    typing: bool


class ProfileReads(Protocol):
    """Reads of people as ``user`` may see them at ``now`` (ms)."""

    def profile(self, user: str, other: str, now: int) -> Awaitable[ProfileRow]:
        """Somebody, else `not-found`."""

    def find_people(
        self, user: str, query: str, after: str, directory: Directory, now: int, limit: int
    ) -> Awaitable[Sequence[ProfileRow]]:
        """By name, those whose name begins with ``query``, or any word of their display name,
        behind the name ``after``. `forbidden` where the directory is closed."""

    def privacy(self, user: str) -> Awaitable[PrivacyRow]: ...

    def may_type(self, user: str, room: str, now: int) -> Awaitable[bool]:
        """Whether others are told that ``user`` types. The refusal of `MayWrite` if they may not
        write there."""


@dataclass(frozen=True, slots=True)
class OwnsPicture(Requirement):
    """``picture`` exists and was uploaded by ``user``, else `not-found`."""

    picture: str
    user: str


@dataclass(frozen=True, slots=True)
class MayBeginDirect(Requirement):
    """``other`` lets ``user`` begin a conversation of two, or there is one already, else
    `forbidden`."""

    user: str
    other: str


@dataclass(frozen=True, slots=True)
class MayBeAdded(Requirement):
    """``user`` may bring ``other`` into a room: they share one already, or ``other`` lets everybody
    begin a conversation; else `forbidden`. Nobody should learn what those who share a room are told
    by making one and putting people into it."""

    user: str
    other: str


@dataclass(frozen=True, slots=True)
class FewBlocks(Requirement):
    """``user`` has blocked fewer than ``most`` people besides ``other``, else `limit-reached`."""

    user: str
    other: str
    most: int


@dataclass(frozen=True, slots=True)
class SetProfile(Growth):
    """None leaves a field as it is; an ``avatar`` of "" removes it. ``display`` comes with its case
    folded, for finding people."""

    user: str
    display: str | None = None
    about: str | None = None
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class SetStatus(Growth):
    """None for none."""

    user: str
    status: StatusRow | None


@dataclass(frozen=True, slots=True)
class SetPrivacy(Growth):
    """None leaves a setting as it is."""

    user: str
    seen_by: SeenBy | None = None
    direct_from: DirectFrom | None = None
    receipts: bool | None = None
    typing: bool | None = None


@dataclass(frozen=True, slots=True)
class SetSeen(Growth):
    """When the last connections of ``people`` (id, Unix ms) ended; less than a minute after what is
    known already is no news."""

    people: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class TellPerson(Upkeep):
    """Tells those who may see ``user`` and that person's own devices how they are now. ``signal``
    makes it from the row as it is for everybody at this point of the unit."""

    user: str
    now: int
    signal: Callable[[ProfileRow], Signal]


@dataclass(frozen=True, slots=True)
class TellPrivacy(Upkeep):
    """Tells ``user``'s own devices all settings as they are at this point of the unit."""

    user: str
    signal: Callable[[PrivacyRow], Signal]
