"""What the pure half needs from the world, as protocols with their guarantees.

Coroutines of the pure half await only what these return. Any of them may raise a `Refusal`;
anything else they raise is a bug.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from chatd.engine.accounts import CredentialRow, InvitationRow, TicketRow, UserRow
from chatd.engine.entries import Entries
from chatd.engine.factors import FactorReads
from chatd.engine.files import FileReads
from chatd.engine.guests import GuestReads
from chatd.engine.keeping import Keeping
from chatd.engine.messages import Pins, ReactorRow, ReadBy, RevisionRow
from chatd.engine.network_blocks import NetworkBlockReads
from chatd.engine.pictures import Pictures
from chatd.engine.profiles import ProfileReads
from chatd.engine.pushes import PushReads
from chatd.engine.rows import (
    Committed,
    EventRow,
    MarkRow,
    MemberRow,
    Missed,
    Opening,
    Page,
    PersonRow,
    RoomHead,
    RoomRow,
)
from chatd.engine.scheduled import Waiting
from chatd.engine.search import Search
from chatd.engine.traces import Traces
from chatd.engine.unit import Requirement, Unit


class Writer(Protocol):
    """The one way anything lasting changes.

    * Units take effect in the order of the calls; a unit sees all before it.
    * The awaitable fires only after the commit that holds the unit reached the disk; units that
      arrive together share one commit. If the commit failed, or its outcome is not known, it fails
      with `unavailable` (retry: the key decides) and the store is reopened before anything else is
      acknowledged.
    * All awaitables of one commit fire in order, in the same reactor turn, before `committed` is
      told of the commit: a reply is queued before its event.
    """

    def commit(self, unit: Unit) -> Awaitable[Committed]: ...


class Place(Protocol):
    """Where the outcome of a unit is awaited, among those of one connection."""

    def keep(self, outcome: Committed | BaseException) -> Callable[[], None] | None:
        """The unit's outcome. What this returns is called once all outcomes of the commit are
        kept: once, however many places return it. Neither raises."""


class Handing(Protocol):
    """`Writer.commit` for callers with many units under way: only a place is made for each.

    Everything that `Writer` promises holds, except that the calls after the places of one commit
    come after all its outcomes, in order of the first place; and still before `committed`."""

    def hand(self, unit: Unit, place: Place) -> None:
        """Raises `busy` or `unavailable` at once if the unit is not accepted."""


class Timeline(Protocol):
    """Reads of the log. Each call is one consistent snapshot, of at most 256 KiB of bodies.

    If ``user`` may not see ``room``: `not-found` (hidden or missing), `forbidden` (public, not
    joined). Rows are clipped to the user's membership intervals and carry current content.
    """

    def page(
        self,
        user: str,
        room: str,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
        at: int | None = None,
        limit: int,
    ) -> Awaitable[Page]:
        """Messages with seq < before, > after, or about half on each side of ``around`` (itself
        included, if a message), or of the first event that happened at the time ``at`` (Unix ms)
        or later; with none of them the latest. At most one is given."""

    def opening(self, user: str, room: str, *, limit: int, marks_up_to: int) -> Awaitable[Opening]:
        """The room, its ``limit`` latest messages, and its members' marks if it has at most
        ``marks_up_to`` members."""

    def missed(
        self, user: str, rooms: Sequence[str], position: int | None, limit: int
    ) -> Awaitable[Missed]:
        """Events after ``position`` in ``rooms`` as ``user`` may see them, at most ``limit``; with
        None no events, only the rooms as they are now. Ids of rooms that do not exist count as
        removed."""

    def events(self, first: int, last: int) -> Awaitable[Sequence[EventRow]]:
        """Every event with first <= position <= last, over all rooms: fills a node's gap."""

    def position(self) -> Awaitable[int]:
        """The position of the last committed event, 0 in an empty store."""


class Rooms(Protocol):
    def arrival(self, user: str) -> Awaitable[tuple[frozenset[str], Sequence[RoomHead], int]]:
        """Everybody who has blocked ``user`` or whom ``user`` has blocked; every room ``user`` is a
        member of, the one with the latest event first; and the log's position of that snapshot."""

    def joined(self, user: str, after: str | None, limit: int) -> Awaitable[Sequence[RoomRow]]:
        """Rooms ``user`` is a member of, by id, starting after the id ``after``."""

    def check(self, *requires: Requirement) -> Awaitable[None]:
        """The refusal that a unit with these requirements would get now, or nothing."""

    def room(self, user: str, room: str) -> Awaitable[RoomRow]:
        """One room as ``user`` sees it (public rooms also without membership), else `not-found`."""

    def public(
        self,
        user: str,
        after: str | None,
        limit: int,
        words: tuple[str, ...] = (),
        archived: bool = False,
    ) -> Awaitable[Sequence[RoomRow]]:
        """Public rooms by name, starting after the slug-or-id ``after``; with ``words`` (folded)
        those in which all of them are found, those with most members first. Archived ones too if
        ``archived``."""

    def members(
        self, user: str, room: str, after: str | None, limit: int
    ) -> Awaitable[Sequence[MemberRow]]:
        """Members by user name, starting after the name ``after``."""

    def marks(self, user: str, room: str, limit: int) -> Awaitable[Sequence[MarkRow]]:
        """Marks of members, the furthest first."""

    def by_slug(self, slug: str, user: str | None = None) -> Awaitable[str]:
        """The id behind a "#slug", else `not-found`; also for one that is hidden from ``user``."""


class People(Protocol):
    def person(self, user: str) -> Awaitable[PersonRow]: ...

    def by_name(self, name: str) -> Awaitable[str]:
        """The id behind an "@name", else `not-found`."""

    def company(self, user: str, others: Sequence[str]) -> Awaitable[Sequence[str]]:
        """Those of ``others`` who share with ``user`` a room in which presence is shown, and whom
        no block separates."""

    def blocked(self, user: str) -> Awaitable[Sequence[PersonRow]]:
        """Whom ``user`` has blocked."""


class Messages(Protocol):
    """Reads about messages; ``user`` is a member of the room now, else refused as in `Timeline`.

    What is asked of one message is refused as `SeesMessage` says."""

    def messages(self, user: str, room: str, seqs: Sequence[int]) -> Awaitable[Page]:
        """Those of ``seqs`` that are messages and that ``user`` may see, without what they answer;
        ``more_after`` if not all fit."""

    def reactors(
        self, user: str, room: str, seq: int, emoji: str | None, after: int, limit: int
    ) -> Awaitable[Sequence[ReactorRow]]:
        """Who reacted to one message, in order, starting after the place ``after``."""

    def pins(self, user: str, room: str, before: int | None, limit: int) -> Awaitable[Pins]:
        """What is pinned and may be seen, newest pin first, with places below ``before``."""

    def revisions(
        self, user: str, room: str, seq: int, after: int, limit: int
    ) -> Awaitable[Sequence[RevisionRow]]:
        """What a message said before, oldest first, after the revision ``after``. `forbidden` to
        all but its author and, outside direct conversations, moderators."""

    def read_by(
        self, user: str, room: str, seq: int, after: str | None, limit: int
    ) -> Awaitable[ReadBy]:
        """Who has a message, by user name, starting after the name ``after``."""


class Accounts(Protocol):
    """What authentication asks the store. None if there is nothing of that description."""

    def user(self, user: str) -> Awaitable[UserRow | None]: ...
    def user_by_name(self, name: str) -> Awaitable[UserRow | None]: ...
    def users(self, after: str | None, limit: int) -> Awaitable[Sequence[UserRow]]: ...
    def credential(
        self, digest: bytes, *, arriving: bool = False
    ) -> Awaitable[CredentialRow | None]:
        """``arriving``: its owner is about to connect, and `arrival` will be asked for next."""

    def credentials(self, user: str) -> Awaitable[Sequence[CredentialRow]]: ...
    def invitation(self, digest: bytes) -> Awaitable[InvitationRow | None]: ...
    def invitations(self) -> Awaitable[Sequence[InvitationRow]]: ...
    def ticket(self, digest: bytes) -> Awaitable[TicketRow | None]: ...
    def has_admin(self) -> Awaitable[bool]: ...


class Store(
    Writer,
    Handing,
    Timeline,
    Rooms,
    Messages,
    People,
    ProfileReads,
    Accounts,
    FactorReads,
    GuestReads,
    Search,
    Entries,
    Keeping,
    Waiting,
    Pictures,
    FileReads,
    PushReads,
    NetworkBlockReads,
    Traces,
    Protocol,
):
    """All of it. ``epoch`` changes only if the log itself was replaced (a backup was restored)."""

    @property
    def epoch(self) -> str: ...

    #: Told after each commit, in order of position, in the reactor: the units that changed
    #: anything. Set once, by whoever builds the node.
    committed: Callable[[Sequence[Committed]], None]


class Clock(Protocol):
    """Two clocks: ``now`` is monotonic seconds (limits, timers), ``wall`` Unix milliseconds (what
    people are shown)."""

    def now(self) -> float: ...
    def wall(self) -> int: ...


#: Cancels a call that was asked for; harmless once it has run.
Cancel = Callable[[], None]


class Scheduler(Protocol):
    def later(self, seconds: float, call: Callable[[], None]) -> Cancel: ...


Random = Callable[[int], bytes]
