"""The store on SQLite: what `engine.ports.Store` asks for, and how it is opened."""

from collections.abc import Callable, Mapping, Sequence
from typing import cast

from twisted.internet.defer import Deferred

from chatd.core.meters import Commits
from chatd.engine.account_links import LinkRow, MailAddress
from chatd.engine.accounts import CredentialRow, InvitationRow, TicketRow, UserRow
from chatd.engine.deletion import OwnMessages, Parting
from chatd.engine.devices import DeviceRow
from chatd.engine.files import FileRow, Usage
from chatd.engine.followers import Absent, Followed
from chatd.engine.keeping import DraftRow
from chatd.engine.network_blocks import NetworkBlockRow
from chatd.engine.pictures import PictureRow
from chatd.engine.ports import Place
from chatd.engine.profiles import Directory, PrivacyRow, ProfileRow
from chatd.engine.pushes import Hearer, PushFacts, PushRow, SubscriptionRow
from chatd.engine.rows import (
    Committed,
    Missed,
    PersonRow,
)
from chatd.engine.scheduled import ScheduledRow
from chatd.engine.search import Found, Wanted
from chatd.engine.traces import Traced, TracedPerson
from chatd.engine.unit import Requirement, Unit
from chatd.store import (
    account_link_reads,
    accounts,
    arrival,
    deletion_reads,
    device_reads,
    file_reads,
    file_rows,
    follower_reads,
    keeping_reads,
    network_blocks,
    people,
    picture_store,
    privacy_reads,
    profile_reads,
    push_reads,
    requirements,
    scheduled_reads,
    timeline,
    trace_reads,
)
from chatd.store.factor_reads import FactorReading
from chatd.store.guests import GuestReading
from chatd.store.identity_asks import IdentityAsks
from chatd.store.indexer import Indexer
from chatd.store.lock import FolderLock
from chatd.store.promise import Promise, kept
from chatd.store.readers import Readers
from chatd.store.room_asks import RoomAsks
from chatd.store.searcher import Searcher
from chatd.store.writer import Writer


class SqliteStore(RoomAsks, IdentityAsks, FactorReading, GuestReading):
    """See `engine.ports.Store` for what every method promises; all answers are Deferreds."""

    def __init__(
        self,
        epoch: str,
        writer: Writer,
        readers: Readers,
        indexer: Indexer,
        searcher: Searcher,
        lock: FolderLock,
    ) -> None:
        self._epoch = epoch
        self._writer = writer
        self._readers = readers
        self._indexer = indexer
        self._searcher = searcher
        self._lock = lock
        self._arrivals = arrival.Arrivals(lambda: writer.handed)
        self.committed: Callable[[Sequence[Committed]], None] = _nobody

    def start(self) -> None:
        self._writer.start()
        self._readers.start()
        self._indexer.start()
        self._searcher.start()

    def stop(self) -> Deferred[None]:
        """Answers what was asked, commits what was accepted, copies the log over, lets go."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        # The writer last: the log can only be emptied once nobody reads it.
        await self._searcher.stop()
        await self._indexer.stop()
        await self._readers.stop()
        await self._writer.stop()
        self._lock.release()

    @property
    def epoch(self) -> str:
        return self._epoch

    @property
    def trouble(self) -> str | None:
        """Why nothing can be committed now, None if it can."""
        return self._writer.trouble

    @property
    def short_of_disk(self) -> str | None:
        """Why little more can be stored, None if there is room."""
        return self._writer.short_of_disk

    @property
    def progress(self) -> tuple[int, bool]:
        """How much the writer has done, and whether anything waits for it."""
        return self._writer.progress

    @property
    def commits(self) -> Commits:
        """What was committed since the start."""
        return self._writer.commits

    @property
    def search_index(self) -> str:
        """How much of the log the search index holds, in words for the operator."""
        return self._indexer.told

    def publish(self, committed: Sequence[Committed]) -> None:
        """What the writer reports of a commit, in the reactor."""
        self.committed(committed)
        self._indexer.wake(
            max((row.position for unit in committed for row in unit.events), default=0)
        )

    def commit(self, unit: Unit) -> Promise[Committed]:
        return self._writer.commit(unit)

    def hand(self, unit: Unit, place: Place) -> None:
        self._writer.hand(unit, place)

    def search(self, user: str, wanted: Wanted) -> Promise[Found]:
        return self._searcher.search(user, wanted)

    def position(self) -> Promise[int]:
        return self._readers.ask(timeline.position)

    def arrival(self, user: str) -> Promise[arrival.Arrival]:
        ahead = self._arrivals.look(user)
        if ahead is None:
            return self._readers.ask(arrival.arrival, user)
        return kept(ahead.arrival)

    def missed(
        self, user: str, rooms: Sequence[str], position: int | None, limit: int
    ) -> Promise[Missed]:
        ahead = self._arrivals.look(user)
        found = None if ahead is None else ahead.missed(rooms, position)
        if found is None:
            return self._readers.ask(timeline.missed, user, rooms, position, limit)
        return kept(found)

    def check(self, *requires: Requirement) -> Promise[None]:
        return self._readers.ask(requirements.check, *requires)

    def drafts(
        self, user: str, after: str | None, limit: int
    ) -> Promise[tuple[tuple[DraftRow, ...], bool]]:
        return self._readers.ask(keeping_reads.drafts, user, after, limit)

    def due(self, now: int, limit: int) -> Promise[tuple[ScheduledRow, ...]]:
        return self._readers.ask(scheduled_reads.due, now, limit)

    def next_due(self) -> Promise[int | None]:
        return self._readers.ask(scheduled_reads.next_due)

    def scheduled(
        self, user: str, after: str | None, limit: int
    ) -> Promise[tuple[tuple[ScheduledRow, ...], bool]]:
        return self._readers.ask(scheduled_reads.scheduled, user, after, limit)

    def picture(self, picture: str) -> Promise[PictureRow | None]:
        return self._readers.ask(picture_store.picture, picture)

    def readable_file(self, user: str, file: str) -> Promise[FileRow | None]:
        return self._readers.ask(file_reads.readable_file, user, file)

    def file_usage(self, user: str) -> Promise[int]:
        return self._readers.ask(file_rows.usage, user)

    def unused_files(self, before: int, limit: int) -> Promise[tuple[str, ...]]:
        return self._readers.ask(file_reads.unused_files, before, limit)

    def bodies_to_remove(self, limit: int) -> Promise[tuple[str, ...]]:
        return self._readers.ask(file_reads.bodies_to_remove, limit)

    def known_files(self, files: Sequence[str]) -> Promise[frozenset[str]]:
        return self._readers.ask(file_reads.known_files, files)

    def all_files(self) -> Promise[Usage]:
        return self._readers.ask(file_reads.all_files)

    def traced(self, room: str, seq: int) -> Promise[Traced | None]:
        return self._readers.ask(trace_reads.traced, room, seq)

    def traced_person(self, room: str, seq: int, user: str) -> Promise[TracedPerson]:
        return self._readers.ask(trace_reads.traced_person, room, seq, user)

    def names(self, rooms: Sequence[str], people: Sequence[str]) -> Promise[Mapping[str, str]]:
        return self._readers.ask(trace_reads.names, rooms, people)

    def person(self, user: str) -> Promise[PersonRow]:
        return self._readers.ask(people.person, user)

    def by_name(self, name: str) -> Promise[str]:
        return self._readers.ask(people.by_name, name)

    def company(self, user: str, others: Sequence[str]) -> Promise[tuple[str, ...]]:
        return self._readers.ask(people.company, user, others)

    def blocked(self, user: str) -> Promise[tuple[PersonRow, ...]]:
        return self._readers.ask(people.blocked, user)

    def profile(self, user: str, other: str, now: int) -> Promise[ProfileRow]:
        return self._readers.ask(profile_reads.profile, user, other, now)

    def find_people(
        self, user: str, query: str, after: str, directory: Directory, now: int, limit: int
    ) -> Promise[tuple[ProfileRow, ...]]:
        return self._readers.ask(
            profile_reads.find_people, user, query, after, directory, now, limit
        )

    def privacy(self, user: str) -> Promise[PrivacyRow]:
        return self._readers.ask(profile_reads.privacy, user)

    def may_type(self, user: str, room: str, now: int) -> Promise[bool]:
        return self._readers.ask(privacy_reads.may_type, user, room, now)

    def deletions(self) -> Promise[tuple[tuple[str, bool], ...]]:
        return self._readers.ask(deletion_reads.deletions)

    def partings(self, user: str, limit: int) -> Promise[tuple[Parting, ...]]:
        return self._readers.ask(deletion_reads.partings, user, limit)

    def own_messages(self, user: str, after: int, limit: int) -> Promise[OwnMessages]:
        return self._readers.ask(deletion_reads.own_messages, user, after, limit)

    def own_messages_in(self, user: str, room: str, limit: int) -> Promise[OwnMessages]:
        return self._readers.ask(deletion_reads.own_messages_in, user, room, limit)

    def account_link(self, digest: bytes) -> Promise[LinkRow | None]:
        return self._readers.ask(account_link_reads.account_link, digest)

    def user_by_email(self, address: str) -> Promise[UserRow | None]:
        return self._readers.ask(account_link_reads.user_by_email, address)

    def email_of(self, user: str) -> Promise[MailAddress | None]:
        return self._readers.ask(account_link_reads.email_of, user)

    def network_blocks(self) -> Promise[tuple[NetworkBlockRow, ...]]:
        return self._readers.ask(network_blocks.network_blocks)

    def user(self, user: str) -> Promise[UserRow | None]:
        return self._readers.ask(accounts.user, user)

    def user_by_name(self, name: str) -> Promise[UserRow | None]:
        return self._readers.ask(accounts.user_by_name, name)

    def users(self, after: str | None, limit: int) -> Promise[tuple[UserRow, ...]]:
        return self._readers.ask(accounts.users, after, limit)

    def credential(self, digest: bytes, *, arriving: bool = False) -> Promise[CredentialRow | None]:
        handed = self._writer.handed
        if not arriving or handed < 0:
            return self._readers.ask(accounts.credential, digest)

        def found(
            both: tuple[CredentialRow | None, arrival.Ahead | None],
        ) -> CredentialRow | None:
            row, ahead = both
            if row is not None and ahead is not None:
                self._arrivals.keep(row.user, handed, ahead)
            return row

        # The same Deferred; the callback changes what it yields.
        asked = self._readers.ask(arrival.with_credential, digest)
        return cast(Promise[CredentialRow | None], asked.addCallback(found))

    def credentials(self, user: str) -> Promise[tuple[CredentialRow, ...]]:
        return self._readers.ask(accounts.credentials, user)

    def invitation(self, digest: bytes) -> Promise[InvitationRow | None]:
        return self._readers.ask(accounts.invitation, digest)

    def invitations(self) -> Promise[tuple[InvitationRow, ...]]:
        return self._readers.ask(accounts.invitations)

    def ticket(self, digest: bytes) -> Promise[TicketRow | None]:
        return self._readers.ask(accounts.ticket, digest)

    def has_admin(self) -> Promise[bool]:
        return self._readers.ask(accounts.has_admin)

    def follower(self, name: str) -> Promise[int | None]:
        return self._readers.ask(follower_reads.follower, name)

    def followed(self, first: int, last: int) -> Promise[tuple[Followed, ...]]:
        return self._readers.ask(follower_reads.followed, first, last)

    def called(self, position: int, now: int) -> Promise[tuple[str, ...]]:
        return self._readers.ask(follower_reads.called, position, now)

    def absent(self, position: int, person: str, now: int) -> Promise[Absent | None]:
        return self._readers.ask(follower_reads.absent, position, person, now)

    def subscription(self, session: str) -> Promise[SubscriptionRow | None]:
        return self._readers.ask(push_reads.subscription, session)

    def has_subscriptions(self) -> Promise[bool]:
        return self._readers.ask(push_reads.has_subscriptions)

    def hearers(
        self, first: int, last: int, after: tuple[str, str], limit: int, now: int
    ) -> Promise[tuple[Hearer, ...]]:
        return self._readers.ask(push_reads.hearers, first, last, after, limit, now)

    def due_pushes(self, now: int, limit: int) -> Promise[tuple[PushRow, ...]]:
        return self._readers.ask(push_reads.due_pushes, now, limit)

    def push_facts(self, session: str, position: int, now: int) -> Promise[PushFacts | None]:
        return self._readers.ask(push_reads.push_facts, session, position, now)

    def device(self, digest: bytes) -> Promise[DeviceRow | None]:
        return self._readers.ask(device_reads.device, digest)

    def device_asked(self, user_digest: bytes) -> Promise[DeviceRow | None]:
        return self._readers.ask(device_reads.device_asked, user_digest)


def _nobody(committed: Sequence[Committed]) -> None:
    """Stands in until something is set to be told of commits."""
