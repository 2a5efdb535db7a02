"""The hub: brings the events of the log to the connections of this node.

It takes batches in dense order (from the sequencer) and keeps the books true to them: a membership
event moves its subject before anything after it is handed out, so that nothing after their own
removal ever reaches anyone.
"""

from collections.abc import Callable, Iterable

from chatd.engine.envelope import Batch, Envelope
from chatd.engine.ports import Clock, Scheduler
from chatd.engine.view import Membership, Presence
from chatd.fanout.audience import Audience
from chatd.fanout.books import Books, Person
from chatd.fanout.subscriber import Outbox, Subscriber
from chatd.fanout.turn import Broadcast, Turn, plainly
from chatd.wire.codec import encode
from chatd.wire.framing import text
from chatd.wire.signals import RoomAdded, RoomRemoved


class Hub:
    """``position`` is where the log stands at the start; ``fault`` is told what an outbox raised (a
    bug); ``broadcast`` writes to many of them."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Clock,
        position: int,
        fault: Callable[[Exception], None],
        broadcast: Broadcast = plainly,
    ) -> None:
        self.books = Books(position)
        self.turn = Turn(
            scheduler,
            clock,
            self.books,
            lambda room: self.audience.stirred(room),
            fault,
            broadcast,
        )
        self.audience = Audience(scheduler, clock, self.books, self.turn)

    @property
    def position(self) -> int:
        """The last event delivered."""
        return self.books.position

    def attach(self, user: str, name: str, outbox: Outbox, inflates: bool = False) -> Subscriber:
        """A new connection of ``user``. It is held: read the rooms, then call `memberships`.
        ``inflates``: the peer takes deflated frames."""
        self.turn.flush()
        person = self.books.person(user, name)
        subscriber = Subscriber(self, person, outbox, inflates)
        person.connections += (subscriber,)
        return subscriber

    def deliver(self, batch: Batch) -> None:
        """The next events of the log, exactly once and in order. Written at the end of the turn."""
        for envelope in batch.envelopes:
            self.books.position = envelope.position
            channel = self.books.channels.get(envelope.room)
            if channel is not None:
                entry = (envelope.position, False, text(envelope.payload))
                channel.head = max(channel.head, envelope.seq)
                if envelope.numbered:
                    channel.number = max(channel.number, envelope.number)
                    channel.stirred = True
                    channel.said[envelope.author] = envelope.seq
                if envelope.kept_from:
                    self.turn.keep_from(
                        envelope.kept_from, envelope.position, text(envelope.wordless)
                    )
                self.turn.add(channel, entry)
            if envelope.mentions:
                self.audience.mentioned(envelope)
            if envelope.numbered:
                self.audience.types_no_more(envelope.room, envelope.author)
            elif envelope.subject is not None:
                self.audience.types_no_more(envelope.room, envelope.subject)
                if envelope.movement is not None:
                    self._move(envelope, envelope.subject)

    def know(self, person: Person, rooms: Iterable[Membership], position: int) -> None:
        """The store's list of a person's rooms, true at ``position``. What the books have seen
        since is newer; so are the books if the person was known already."""
        if person.known:
            return
        self.turn.flush()
        for room, _, _, members in rooms:  # heads matter once a room is open
            channel = self.books.channel(room)
            if position >= self.position or not channel.members:
                channel.members = members
            self.books.link(person, channel)
        person.known = True
        person.since = position
        early, person.early = person.early, None
        for room, (moved, inside) in (early or {}).items():
            if moved > position:
                self._move_person(person, room, moved, inside)
        for subscriber in person.connections:
            subscriber.known(self.position)

    def shows(self, user: str) -> Presence:
        """How somebody shows to those who may see it."""
        return self.audience.shows(user)

    def renamed(self, user: str, name: str) -> None:
        """Somebody has another name from now on."""
        person = self.books.people.get(user)
        if person is not None:
            person.name = name

    def detach(self, subscriber: Subscriber) -> None:
        """Called by `Subscriber.detach`, which the session calls."""
        person = subscriber.person
        person.connections = tuple(each for each in person.connections if each is not subscriber)
        self.audience.went(subscriber)
        if not person.connections:
            self.books.leave(person)

    def _move(self, envelope: Envelope, subject: str) -> None:
        inside = envelope.movement == "in"
        self.audience.moved(envelope.room, subject, inside)
        person = self.books.people.get(subject)
        if person is not None and not person.known:
            person.early = person.early or {}
            person.early[envelope.room] = (envelope.position, inside)
        elif person is not None and envelope.position > person.since:
            self._move_person(person, envelope.room, envelope.position, inside)
        channel = self.books.channels.get(envelope.room)
        if channel is not None:
            channel.head = max(channel.head, envelope.seq)
            # A row read from the log carries no count: one more or one less is then the best guess.
            counted = channel.members + (1 if inside else -1)
            channel.members = envelope.members or max(counted, 0)

    def _move_person(self, person: Person, room: str, position: int, inside: bool) -> None:
        channel = self.books.channel(room)
        signal = RoomAdded(room=room) if inside else RoomRemoved(room=room)
        entry = (position, True, text(encode(signal)))
        if inside:
            self.books.link(person, channel)
        for subscriber in person.connections:
            if not subscriber.covers(channel, position):
                if not inside:
                    subscriber.removed(channel, position)
                subscriber.post([entry])
        if not inside:
            self.books.unlink(person, channel)
