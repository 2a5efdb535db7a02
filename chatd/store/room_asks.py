"""What the store is asked about rooms and what is said in them; see `engine.ports`."""

from collections.abc import Sequence

from chatd.engine.entries import BannedRow, EntryRow, InvitedRow, RoomLinkRow
from chatd.engine.messages import Pins, ReactorRow, ReadBy, RevisionRow
from chatd.engine.rows import (
    EventRow,
    MarkRow,
    MemberRow,
    Opening,
    Page,
    RoomRow,
)
from chatd.store import (
    entry_reads,
    message_reads,
    receipt_reads,
    rooms,
    timeline,
)
from chatd.store.promise import Promise
from chatd.store.readers import Readers


class RoomAsks:
    """A part of `SqliteStore`."""

    _readers: Readers

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
    ) -> Promise[Page]:
        return self._readers.ask(timeline.page, user, room, before, after, around, limit, at)

    def opening(self, user: str, room: str, *, limit: int, marks_up_to: int) -> Promise[Opening]:
        return self._readers.ask(timeline.opening, user, room, limit, marks_up_to)

    def events(self, first: int, last: int) -> Promise[tuple[EventRow, ...]]:
        return self._readers.ask(timeline.events, first, last)

    def joined(self, user: str, after: str | None, limit: int) -> Promise[tuple[RoomRow, ...]]:
        return self._readers.ask(rooms.joined, user, after, limit)

    def room(self, user: str, room: str) -> Promise[RoomRow]:
        return self._readers.ask(rooms.room, user, room)

    def public(
        self,
        user: str,
        after: str | None,
        limit: int,
        words: tuple[str, ...] = (),
        archived: bool = False,
    ) -> Promise[tuple[RoomRow, ...]]:
        return self._readers.ask(rooms.public, user, after, limit, words, archived)

    def members(
        self, user: str, room: str, after: str | None, limit: int
    ) -> Promise[tuple[MemberRow, ...]]:
        return self._readers.ask(rooms.members, user, room, after, limit)

    def marks(self, user: str, room: str, limit: int) -> Promise[tuple[MarkRow, ...]]:
        return self._readers.ask(rooms.marks, user, room, limit)

    def by_slug(self, slug: str, user: str | None = None) -> Promise[str]:
        return self._readers.ask(rooms.by_slug, slug, user)

    def room_links(self, user: str, room: str, now: int) -> Promise[tuple[RoomLinkRow, ...]]:
        return self._readers.ask(entry_reads.room_links, user, room, now)

    def behind_link(self, user: str, digest: bytes, now: int) -> Promise[EntryRow]:
        return self._readers.ask(entry_reads.behind_link, user, digest, now)

    def invited(self, user: str) -> Promise[tuple[EntryRow, ...]]:
        return self._readers.ask(entry_reads.invited, user)

    def invited_people(self, user: str, room: str) -> Promise[tuple[InvitedRow, ...]]:
        return self._readers.ask(entry_reads.invited_people, user, room)

    def banned_people(
        self, user: str, room: str, after: str | None, limit: int, now: int
    ) -> Promise[tuple[BannedRow, ...]]:
        return self._readers.ask(entry_reads.banned_people, user, room, after, limit, now)

    def messages(self, user: str, room: str, seqs: Sequence[int]) -> Promise[Page]:
        return self._readers.ask(message_reads.messages, user, room, seqs)

    def reactors(
        self, user: str, room: str, seq: int, emoji: str | None, after: int, limit: int
    ) -> Promise[tuple[ReactorRow, ...]]:
        return self._readers.ask(message_reads.reactors, user, room, seq, emoji, after, limit)

    def pins(self, user: str, room: str, before: int | None, limit: int) -> Promise[Pins]:
        return self._readers.ask(message_reads.pins, user, room, before, limit)

    def revisions(
        self, user: str, room: str, seq: int, after: int, limit: int
    ) -> Promise[tuple[RevisionRow, ...]]:
        return self._readers.ask(message_reads.revisions, user, room, seq, after, limit)

    def read_by(
        self, user: str, room: str, seq: int, after: str | None, limit: int
    ) -> Promise[ReadBy]:
        return self._readers.ask(receipt_reads.read_by, user, room, seq, after, limit)
