"""Who hears of typing, presence, marks and activity, and how much: never everyone of everything.

Volume is bounded where it arises: each signal has an upper limit of members and, for a room, goes
out at most once a second; it is encoded once. Other nodes are told what happened, not what to send:
each counts and paces for its own connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from chatd.engine.envelope import Envelope, ToRoom, ToUser
from chatd.engine.ports import Clock, Scheduler
from chatd.engine.rows import EVERYONE, MarkRow, Tell, ToCompany, ToPerson
from chatd.engine.view import Presence as State
from chatd.fanout.books import Books, Channel, Person
from chatd.fanout.marks import Marks
from chatd.fanout.news import News
from chatd.fanout.notes import Leases, MarksMoved, Shown, Shunned, Told, Typed
from chatd.fanout.pace import Pace
from chatd.fanout.presence import Presence, shown
from chatd.fanout.timers import Timers
from chatd.fanout.turn import Turn
from chatd.fanout.typing import Typing
from chatd.wire import signals
from chatd.wire.codec import encode
from chatd.wire.framing import text

if TYPE_CHECKING:
    from chatd.fanout.subscriber import Subscriber

#: Typing and presence are sent in rooms of up to this many members.
COMPANY: Final = 200
#: Marks of others are sent in rooms of up to this many members.
READERS: Final = 50
#: Typists named in one signal.
NAMED: Final = 3
#: Rooms in which one person's presence is told.
ROOMS: Final = 64
#: Seconds between two signals of one kind for one room, and how many rooms are paced at a time.
INTERVAL: Final = 1.0
PACED: Final = 100_000


def _nobody(note: Told) -> None:
    """A single node has nobody to tell."""


def _unwritten(user: str) -> None:
    """Nobody records when people were last seen."""


class Audience:
    """Part of the hub. ``publish`` tells the other nodes; set once, by the node. ``gone`` is told
    who has no connection here any more; set once, by whoever records that."""

    def __init__(self, scheduler: Scheduler, clock: Clock, books: Books, turn: Turn) -> None:
        self.publish: Callable[[Told], None] = _nobody
        self.gone: Callable[[str], None] = _unwritten
        self._books = books
        self._turn = turn
        self._timers = scheduler = Timers(scheduler)
        self._activity: Pace[Channel] = Pace(scheduler, clock, INTERVAL, PACED, self._tell_activity)
        self._typing = Typing(scheduler, clock, self._tell_typing)
        self._marks = Marks(scheduler, clock, self._tell_marks)
        self._news = News(scheduler, lambda view, frames: self._post((view,), frames))
        self._presence = Presence(
            scheduler,
            clock,
            self._tell_presence,
            lambda note: self.publish(note),
            lambda user: self.gone(user),
        )

    def stop(self) -> None:
        """No timer is left behind, and none begins anew."""
        self._timers.stop()
        for each in (self._activity, self._typing, self._marks, self._news, self._presence):
            each.stop()

    # What happens here.

    def stirred(self, channel: Channel) -> None:
        """A message was said in the room."""
        self._activity.ask(channel)

    def types_no_more(self, room: str, user: str) -> None:
        """For whoever sent their message, and whoever came, went or changed to another role, which
        may be one that cannot write."""
        self._typing.types(room, user, "", False)

    def types(self, room: str, person: Person, active: bool) -> None:
        channel = self._books.channels.get(room)
        if channel is not None and channel.members <= COMPANY:
            self._typing.types(room, person.user, person.name, active)
            self.publish(Typed(room, person.user, person.name, active))

    def marked(self, rows: Sequence[MarkRow]) -> None:
        """Marks committed by this node."""
        self._marks.moved(rows, here=True)
        self.publish(MarksMoved(tuple(rows)))

    def tell(self, tells: Iterable[Tell]) -> None:
        """What units committed by this node want told."""
        for each in tells:
            note: ToUser | Shown | Shunned
            if isinstance(each, ToPerson):
                note = ToUser(each.user, encode(each.signal))
                self.pass_on(note)
            elif isinstance(each, ToCompany):
                note = Shown(each.user, self._rooms_of(each.user), encode(each.signal))
                self._show(note)
            else:
                note = Shunned(each.user, each.other, each.on)
                self._shun(note)
            self.publish(note)

    def mentioned(self, envelope: Envelope) -> None:
        """A message that mentions people. Those who have the room open see it themselves."""
        channel = self._books.channels.get(envelope.room)
        if channel is None:
            return
        if EVERYONE in envelope.mentions:
            people = list(channel.people)
        else:
            known = self._books.people
            people = [known[user] for user in envelope.mentions if user in known]
        signal = signals.Mentioned(
            room=envelope.room,
            seq=envelope.seq,
            number=envelope.number,
            from_=envelope.author,
        )
        looking = set(channel.views())
        self._post(
            (
                each
                for person in people
                if person.user != envelope.author
                and not (person.shuns and envelope.author in person.shuns)
                for each in person.connections
                if each not in looking
            ),
            text(encode(signal)),
        )

    def starting(self, person: Person) -> State:
        """How a new connection shows: like one that was lost a moment ago, otherwise online."""
        return self._presence.resting(person.user) or "online"

    def came(self, person: Person) -> None:
        self._presence.came(person.user, self._local(person), self._rooms(person))

    def showed(self, person: Person) -> None:
        self._presence.showed(person.user, self._local(person), self._rooms(person))

    def went(self, subscriber: Subscriber) -> None:
        """``subscriber`` is no longer among its person's connections."""
        person = subscriber.person
        if not subscriber.counted:
            return
        if any(each.counted for each in person.connections):
            self.showed(person)
        else:
            self._presence.went(person.user, self._rooms(person))

    def moved(self, room: str, user: str, inside: bool) -> None:
        self._presence.moved(room, user, inside)
        # To those looking on, the newcomer's state is news; offline goes without saying.
        if inside and (state := self._presence.state(user)) != "offline":
            self._tell_presence(user, state, (room,))

    def shows(self, user: str) -> State:
        return self._presence.state(user)

    def present(self) -> list[str]:
        """Who is connected to this node, or was a moment ago."""
        return self._presence.here()

    def here(self, room: str, viewer: Person) -> dict[str, State]:
        """Members present, as far as ``viewer`` may know, without those offline; empty in rooms
        with too many members."""
        channel = self._books.channels.get(room)
        if channel is None or channel.members > COMPANY:
            return {}
        users = {person.user for person in channel.people} | self._presence.elsewhere(room)
        if viewer.shuns:
            users -= viewer.shuns
        states = {user: self._presence.state(user) for user in sorted(users)}
        return {user: state for user, state in states.items() if state != "offline"}

    # What other nodes tell, and what is told to them.

    def heard(self, node: str, note: Told) -> None:
        match note:
            case Typed(room, user, name, active):
                if room in self._books.channels:
                    self._typing.types(room, user, name, active)
            case MarksMoved(rows):
                self._marks.moved(rows, here=False)
            case Leases():
                self._presence.lease(node, note)
            case Shown():
                self._show(note)
            case Shunned():
                self._shun(note)
            case _:
                self.pass_on(note)

    def renew_leases(self) -> None:
        """Tells the other nodes again who is here: leases end by themselves."""
        people = ((person.user, self._rooms(person)) for person in self._books.people.values())
        for note in self._presence.leases(people):
            self.publish(note)

    def pass_on(self, signal: ToRoom | ToUser) -> None:
        """A signal for the local connections it concerns."""
        frame = text(signal.payload)
        if isinstance(signal, ToRoom):
            if (channel := self._books.channels.get(signal.room)) is not None:
                self._turn.add(channel, (self._books.position, True, frame))
        elif (person := self._books.people.get(signal.user)) is not None:
            self._post(person.connections, frame)

    # What goes out.

    def _tell_activity(self, channel: Channel) -> None:
        signal = signals.Activity(room=channel.room, seq=channel.head, number=channel.number)
        looking = set(channel.views())
        self._post(
            (
                each
                for person in channel.people
                for each in person.connections
                if each not in looking
            ),
            text(encode(signal)),
        )
        # Saying something moved its author's marks; elsewhere it would count as unread.
        said, channel.said = channel.said, {}
        for user, seq in said.items():
            if (person := self._books.people.get(user)) is None:
                continue
            if elsewhere := [each for each in person.connections if each not in looking]:
                own = signals.Marked(room=channel.room, delivered=seq, read=seq)
                self._post(elsewhere, text(encode(own)))

    def _tell_typing(self, room: str, typists: Mapping[str, str]) -> None:
        channel = self._books.channels.get(room)
        if channel is None or channel.members > COMPANY:
            return
        if not any({view.person.user} != typists.keys() for view in channel.views()):
            return  # only the typist looks
        named = [signals.Typist(user, name) for user, name in islice(typists.items(), NAMED)]
        signal = signals.Typing(room=room, users=named, count=len(typists))
        self.pass_on(ToRoom(room, encode(signal)))

    def _tell_marks(self, room: str, rows: Mapping[str, tuple[MarkRow, bool]]) -> None:
        for user, (row, here) in rows.items():
            person = self._books.people.get(user)
            # On the committing node, somebody's only connection is the one that moved the mark.
            if person is not None and len(person.connections) > here:
                own = signals.Marked(room=room, delivered=row.delivered, read=row.read)
                self.pass_on(ToUser(user, encode(own)))
        channel = self._books.channels.get(room)
        if channel is not None and channel.members <= READERS and channel.views():
            readers = [
                signals.Reader(user, row.delivered, row.read, row.read_at or None)
                for user, (row, _) in rows.items()
                if not row.hidden
            ]
            if not readers:
                return
            self.pass_on(ToRoom(room, encode(signals.Marks(room=room, marks=readers))))

    def _tell_presence(self, user: str, state: State, rooms: Iterable[str]) -> None:
        self._news.tell(self._seen_by(self._views(rooms), user), user, state)

    def _show(self, note: Shown) -> None:
        views = self._seen_by(self._views(note.rooms), note.user)
        self._post((each for each in views if each.person.user != note.user), text(note.payload))

    def _shun(self, note: Shunned) -> None:
        """The two do not see each other any more, which to each looks as if the other left; or they
        do again."""
        for user, other in ((note.user, note.other), (note.other, note.user)):
            person = self._books.people.get(user)
            if person is None or not self._books.shun(person, other, note.on):
                continue
            state = self._presence.state(other)
            if state != "offline":
                views = self._views(self._rooms_of(other))
                theirs = [each for each in views if each.person is person]
                self._news.tell(theirs, other, "offline" if note.on else state)

    def _seen_by(self, views: dict[Subscriber, None], user: str) -> dict[Subscriber, None]:
        """Those of ``views`` who may know how ``user`` is."""
        if not self._books.shunning:
            return views
        return {
            each: None for each in views if not (each.person.shuns and user in each.person.shuns)
        }

    def _views(self, rooms: Iterable[str]) -> dict[Subscriber, None]:
        """Everyone who has one of the rooms open, except rooms with too many members."""
        views: dict[Subscriber, None] = {}
        for room in rooms:
            channel = self._books.channels.get(room)
            if channel is not None and channel.members <= COMPANY:
                views |= dict.fromkeys(channel.views())
        return views

    def _post(self, subscribers: Iterable[Subscriber], frame: bytes) -> None:
        entry = (self._books.position, True, frame)
        for subscriber in subscribers:
            subscriber.post((entry,))

    def _local(self, person: Person) -> State:
        return shown(each.state for each in person.connections if each.counted)

    def _rooms_of(self, user: str) -> tuple[str, ...]:
        """The rooms in which this node knows that somebody shows, wherever they are connected."""
        person = self._books.people.get(user)
        here = () if person is None else self._rooms(person)
        return tuple({*here, *self._presence.rooms(user)})

    def _rooms(self, person: Person) -> tuple[str, ...]:
        small = (channel.room for channel in self._books.small_rooms(person, COMPANY))
        return tuple(islice(small, ROOMS))
