"""Who is in a chatd that is to be measured, and in which rooms: written straight into its store.

A town is described by its shape; its people, their tokens and memberships follow from that, so that
ten thousand of them are there within seconds instead of minutes.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from chatd.auth.credentials import TOKEN_PREFIX
from chatd.store.migrate import migrate, steps
from chatd.store.names import FILE
from chatd.store.opening import make_folder
from chatd.store.sqlite import Sqlite, make_file
from tests.rigs.many import APART, BEGAN, EPOCH, Maker, Texts, room_id, user_id

#: Everybody is in four small rooms of 25 besides the ones that are measured.
SMALL_ROOM = 25
SMALL_ROOMS_EACH = 4
#: So many people wrote what stands in a store from the beginning.
SPEAKERS = 10


@dataclass(frozen=True)
class Town:
    """`people` connect; `rooms[n]` are the members of room n, by their numbers; the first `heard`
    rooms are those in which messages are measured. `silent`: nobody opens any room. `messages`: how
    many the first room has, and one stands in each other room then."""

    name: str
    people: int
    rooms: tuple[range, ...]
    heard: int
    silent: bool = False
    messages: int = 0

    def rooms_of(self) -> list[list[int]]:
        """The rooms of each person, those first that are theirs."""
        found: list[list[int]] = [[] for _ in range(self.people)]
        for number, members in enumerate(self.rooms):
            for place, person in enumerate(members):
                numbers = found[person % self.people]
                numbers.insert(len(numbers) if place else 0, number)
        return found


def hall(people: int) -> Town:
    """One room with everybody in it; five rooms for each."""
    small = [
        range(first, min(first + SMALL_ROOM, people))
        for first in range(0, people, SMALL_ROOM)
        for _ in range(SMALL_ROOMS_EACH)
    ]
    return Town(f"hall of {people:,}", people, (range(people), *small), heard=1)


def circles(people: int, rooms: int, *, size: int = 10) -> Town:
    """So many rooms of `size`, one after the other round the town: each person is in as many as it
    takes. With fewer places than people, the rest is in none."""
    members = tuple(range(n * size, n * size + size) for n in range(rooms))
    return Town(f"{rooms:,} rooms, {people:,} people", people, members, len(members))


def writers(people: int, *, together: bool) -> Town:
    """Nobody has a room open: all in one room, or each with a room of their own and nine guests."""
    if together:
        return Town(f"{people} writers, one room", people, (range(people),), 1, silent=True)
    rooms = tuple(range(n, n + 10) for n in range(people))
    return Town(f"{people} writers, {people} rooms", people, rooms, people, silent=True)


def library(messages: int, rooms: int, people: int = 100) -> Town:
    """A room of everybody with so many messages, and so many rooms of two."""
    crowds = (range(people), *(range(n, n + 2) for n in range(rooms)))
    name = f"{messages:,} messages, {rooms:,} rooms"
    return Town(name, people, crowds, 1, silent=True, messages=messages)


@dataclass(frozen=True)
class Person:
    """One line for the load generator."""

    token: str = ""
    rooms: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()

    def line(self) -> str:
        return "\t".join((self.token, " ".join(self.rooms), *self.frames)) + "\n"


def anonymous(count: int) -> list[Person]:
    """For a server that knows nobody."""
    return [Person()] * count


class _Builder(Maker):
    def __init__(self, database: Sqlite, town: Town) -> None:
        super().__init__(database, town.people, len(town.rooms))
        self._town = town

    def rooms(self) -> None:
        """With an event for the room and for each member."""
        people = self._town.people
        crowds = [[n % people for n in members] for members in self._town.rooms]
        self._many(
            """
            insert into rooms (id, kind, name, slug, topic, folded, creator, at, shared_history,
                               members)
            values (?, 'public', ?, ?, '', ?, ?, ?, 1, ?)
            """,
            (
                (
                    room_id(n),
                    f"Room {n}",
                    f"room{n}",
                    f"room {n} room{n}",
                    user_id(crowd[0]),
                    BEGAN,
                    len(crowd),
                )
                for n, crowd in enumerate(crowds)
            ),
        )
        self._many(
            "insert into memberships (room, person, from_seq, to_seq, role)"
            " values (?, ?, 1, null, ?)",
            (
                (room_id(n), user_id(person), "member" if place else "owner")
                for n, crowd in enumerate(crowds)
                for place, person in enumerate(crowd)
            ),
        )
        self._events(
            event
            for n, crowd in enumerate(crowds)
            for event in (
                (n, "room", crowd[0], BEGAN, None, {"kind": "public", "title": f"Room {n}"}),
                *(
                    (n, "membership", p, BEGAN, p, {"change": "joined", "role": "member"})
                    for p in crowd
                ),
            )
        )

    def messages(self, count: int, texts: Texts) -> None:
        """So many in the first room, by one person after the other; then one in each other room."""
        rest = range(1, len(self._town.rooms)) if count else ()
        self._events(
            (room, "message", n % SPEAKERS, BEGAN + n * APART, None, {"text": texts.text(n)})
            for n, room in enumerate((*[0] * count, *rest))
        )

    def tokens(self) -> list[str]:
        made = [TOKEN_PREFIX + secrets.token_urlsafe(32) for _ in range(self._town.people)]
        self._many(
            """
            insert into credentials (id, digest, kind, person, label, created, seen)
            values (?, ?, 'token', ?, 'bench', ?, ?)
            """,
            (
                (f"c{n:011d}", hashlib.sha256(token.encode()).digest(), user_id(n), BEGAN, BEGAN)
                for n, token in enumerate(made)
            ),
        )
        return made


def build(town: Town, state: Path) -> list[Person]:
    """Makes the store in the folder `state`; everybody with the frames that open their rooms."""
    make_folder(state)
    make_file(state / FILE)
    database = Sqlite(state / FILE, writing=True, synchronous="OFF")
    try:
        migrate(database, state / FILE, todo=steps(), new_epoch=lambda: EPOCH, now=BEGAN)
        builder = _Builder(database, town)
        builder.people()
        builder.rooms()
        builder.messages(town.messages, Texts())
        tokens = builder.tokens()
        builder.finish()
    finally:
        database.close()
    return [
        Person(
            token,
            tuple(room_id(n) for n in numbers if n < town.heard),
            (_resume([] if town.silent else [room_id(n) for n in numbers]),),
        )
        for token, numbers in zip(tokens, town.rooms_of(), strict=True)
    ]


def _resume(rooms: list[str]) -> str:
    return json.dumps({"type": "resume", "id": 0, "rooms": rooms}, separators=(",", ":"))
