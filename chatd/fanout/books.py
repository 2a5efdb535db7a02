"""The books: who is connected here, which rooms they belong to, and who has which room open.

They hold only rooms with a member connected to this node. ``position`` is the event up to which
they are true; a connection shown a room from a later snapshot waits aside until they get there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from chatd.fanout.subscriber import Outbox, Subscriber

#: What is written to a connection: its position, whether it is a signal (an event goes before the
#: signals that were sent because of it), and the bytes of its frame.
Entry = tuple[int, bool, bytes]


def join(entries: Iterable[Entry]) -> bytes:
    """Their frames, one after the other."""
    return b"".join([entry[2] for entry in entries])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By position; at the same one events before signals, otherwise as they came."""
    return sorted(entries, key=lambda entry: entry[:2])


#: Readers written to between two looks at the clock.
PORTION: Final = 64


class Portion(NamedTuple):
    """Some of a room's readers, all of whom inflate or none, and their outboxes."""

    readers: list[Subscriber]
    outboxes: list[Outbox]
    inflates: bool

    @classmethod
    def of(cls, readers: list[Subscriber], inflates: bool) -> Portion:
        return cls(readers, [each.outbox for each in readers], inflates)


#: After every position: nothing is sent to this subscriber yet.
NEVER: Final = 2**63


#: Each empty `frozenset()` is a new object and takes 0.2 KiB.
_NOBODY: Final[frozenset[str]] = frozenset()


class Channel:
    """A room with local members.

    ``open`` hear everything from now on. ``aside`` are those for whom the room is open, but who get
    only events after a position (`NEVER` while they are held); beside it is the seq they know.
    ``pending`` is what this reactor turn brought. ``members`` is 0 while the count is not known.
    """

    __slots__ = (
        "aside",
        "head",
        "members",
        "number",
        "open",
        "pending",
        "people",
        "portions",
        "room",
        "said",
        "stirred",
    )

    def __init__(self, room: str) -> None:
        self.room = room
        self.head = 0
        self.number = 0
        self.members = 0
        self.pending: list[Entry] = []
        self.stirred = False
        #: Who said something since activity was told, and the seq of it.
        self.said: dict[str, int] = {}
        self.aside: dict[Subscriber, tuple[int, int]] = {}
        # Half the memory of sets.
        self.open: dict[Subscriber, None] = {}
        self.people: dict[Person, None] = {}
        #: whoever has it open, as a sweep goes round; None until the next one asks
        self.portions: tuple[Portion, ...] | None = None

    def listen(self, subscriber: Subscriber, position: int, head: int, now: int) -> None:
        """``subscriber`` hears what is after ``position``, where the last seq was ``head``; the
        books are at ``now``."""
        if position > now:
            self.aside[subscriber] = (position, head)
        else:
            self.aside.pop(subscriber, None)
            self.enter(subscriber)
            # Events from before the books knew the room were not counted until somebody opened it.
            self.head = max(self.head, head)

    def enter(self, subscriber: Subscriber) -> None:
        self.open[subscriber] = None
        self.portions = None

    def leave(self, subscriber: Subscriber) -> None:
        """Harmless if it had not entered."""
        self.open.pop(subscriber, None)
        self.portions = None

    def in_portions(self) -> tuple[Portion, ...]:
        """Everyone who hears everything, a portion at a time. Mostly the same as for the message
        before: looking at a thousand readers costs a tenth of writing to them."""
        if self.portions is None:
            self.portions = tuple(
                Portion.of(alike[at : at + PORTION], inflates)
                for inflates in (False, True)
                if (alike := [each for each in self.open if each.inflates is inflates])
                for at in range(0, len(alike), PORTION)
            )
        return self.portions

    def views(self) -> list[Subscriber]:
        """Everyone who has the room open."""
        return [*self.open, *self.aside]


class Person:
    """A user with at least one connection here.

    ``known``: their rooms were read from the store, true at position ``since``; movements that came
    before are kept in ``early`` (room, position, whether into it), the last one for each room.
    ``shuns``: who has blocked them or was blocked by them, None until it was read from the store;
    what became known before is kept in ``early_shuns``.
    """

    __slots__ = (
        "connections",
        "early",
        "early_shuns",
        "known",
        "name",
        "rooms",
        "shuns",
        "since",
        "user",
    )

    def __init__(self, user: str, name: str) -> None:
        self.user = user
        self.name = name
        self.connections: tuple[Subscriber, ...] = ()
        self.rooms: dict[Channel, None] = {}
        self.known = False
        self.since = 0
        self.early: dict[str, tuple[int, bool]] | None = None
        self.shuns: frozenset[str] | None = None
        self.early_shuns: dict[str, bool] | None = None


class Books:
    """The one owner of all channels and people of this node."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, Person] = {}
        #: those who shun somebody: mostly nobody, and then no one is checked
        self.shunning: set[Person] = set()

    def person(self, user: str, name: str) -> Person:
        """The person, entered in the books if need be."""
        person = self.people.get(user)
        if person is None:
            person = self.people[user] = Person(user, name)
        return person

    def channel(self, room: str) -> Channel:
        """The channel, entered in the books if need be: then link somebody or `tidy` it."""
        channel = self.channels.get(room)
        if channel is None:
            channel = self.channels[room] = Channel(room)
        return channel

    def link(self, person: Person, channel: Channel) -> None:
        person.rooms[channel] = None
        channel.people[person] = None

    def unlink(self, person: Person, channel: Channel) -> None:
        person.rooms.pop(channel, None)
        channel.people.pop(person, None)
        self.tidy(channel)

    def tidy(self, channel: Channel) -> None:
        """A room that concerns nobody here any more leaves the books."""
        if not (channel.people or channel.open or channel.aside):
            self.channels.pop(channel.room, None)

    def leave(self, person: Person) -> None:
        """The person's last connection is gone."""
        for channel in tuple(person.rooms):
            self.unlink(person, channel)
        self.shunning.discard(person)
        del self.people[person.user]

    def know_shuns(self, person: Person, users: frozenset[str]) -> None:
        """What the store says, read after the person came into the books. What became known since
        is newer; so is what was known already."""
        if person.shuns is None:
            early, person.early_shuns = person.early_shuns or {}, None
            self._set_shuns(person, users)
            for other, on in early.items():
                self.shun(person, other, on)

    def shun(self, person: Person, other: str, on: bool) -> bool:
        """Whether ``person`` and ``other`` see each other has changed; False if that is no news."""
        if person.shuns is None:
            person.early_shuns = person.early_shuns or {}
            person.early_shuns[other] = on
            return False
        before = person.shuns
        self._set_shuns(person, before | {other} if on else before - {other})
        return before != person.shuns

    def _set_shuns(self, person: Person, users: frozenset[str]) -> None:
        person.shuns = users or _NOBODY
        if users:
            self.shunning.add(person)
        else:
            self.shunning.discard(person)

    def small_rooms(self, person: Person, most: int) -> Iterable[Channel]:
        """The person's rooms with at most ``most`` members."""
        return (channel for channel in person.rooms if channel.members <= most)
