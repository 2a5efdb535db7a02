"""The data maker: a store with a great many people, rooms or messages, within seconds.

    python -m tests.rigs.many FOLDER --people 10000 --messages 2000
    python -m tests.rigs.many FOLDER --people 100 --messages 1000000 --rooms 1
    python -m tests.rigs.many FOLDER --people 1000 --messages 1000000 --rooms 10000 --each 10

Rows go straight into the tables, as the writer would have left them (`chatctl verify` finds nothing
wrong), the same for the same numbers. Ids are counted, see `room_id` and `user_id`; names are
p00000, p00001 … Everybody is in all rooms, or so many in each; the first of a room owns it.
"""

import argparse
import random
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import msgspec

from chatd.core.lookalikes import skeleton
from chatd.store.migrate import migrate, steps
from chatd.store.names import FILE
from chatd.store.opening import make_folder
from chatd.store.sqlite import Sqlite, make_file

BEGAN = 1_700_000_000_000
#: Between two messages, in milliseconds: a million of them take not quite two years.
APART = 60_000
EPOCH = "many0000"
#: In one message of so many there is this word, and nowhere else.
RARE, RARELY = "zyzzyva", 50_000
#: Every tenth message is Chinese; in one of these so many this stands.
PLACE, PLACES = "北冥有鱼", 1_000
BATCH = 10_000

#: Room, kind, author, time, subject, body.
Happened = tuple[int, str, int, int, int | None, object]


def user_id(number: int) -> str:
    return f"u{number:011d}"


def room_id(number: int) -> str:
    return f"r{number:011d}"


class Texts:
    """Messages of about a dozen words, distributed as words are (Zipf): few often, most hardly
    ever."""

    def __init__(self, seed: int = 1, vocabulary: int = 30_000) -> None:
        self._random = random.Random(seed)
        self.words = list(dict.fromkeys(self._word() for _ in range(vocabulary)))
        self._weights = _zipf(len(self.words))
        self.signs = [chr(0x4E00 + 7 * n) for n in range(2500)]
        self._sign_weights = _zipf(len(self.signs))

    def _word(self) -> str:
        pick = self._random.choice
        syllables = self._random.choices((1, 2, 3, 4), (2, 5, 4, 1))[0]
        parts = (pick("bcdfghklmnprstvw") + pick("aeiouäö") for _ in range(syllables))
        return "".join(parts) + pick(("", "n", "s", "r", "t"))

    def text(self, number: int) -> str:
        choices, length = self._random.choices, self._random.randint(3, 20)
        if number % 10 == 5:
            said = "".join(choices(self.signs, cum_weights=self._sign_weights, k=2 * length))
            return said + PLACE if number % (10 * PLACES) == 5 else said
        said = " ".join(choices(self.words, cum_weights=self._weights, k=length))
        return f"{said} {RARE}" if number % RARELY == 1 else said


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 3) for rank in range(count)))


class Maker:
    def __init__(self, database: Sqlite, people: int, rooms: int, each: int | None = None) -> None:
        self._database = database
        self._people = people
        self._rooms = rooms
        self._each = each or people
        self._position = 0
        self._seqs = [0] * rooms
        self._numbers = [0] * rooms

    def people(self) -> None:
        self._many(
            """
            insert into users (id, name, skeleton, display, admin, created)
            values (?, ?, ?, ?, 0, ?)
            """,
            (
                (user_id(n), f"p{n:05d}", skeleton(f"p{n:05d}"), f"Person {n}", BEGAN)
                for n in range(self._people)
            ),
        )

    def members(self, room: int) -> list[int]:
        return members(room, self._people, self._each)

    def rooms(self) -> None:
        """With an event for the room and for each member, before all messages."""
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
                    user_id(self.members(n)[0]),
                    BEGAN,
                    self._each,
                )
                for n in range(self._rooms)
            ),
        )
        staff = [
            (room, n, "member" if rank else "owner")
            for room in range(self._rooms)
            for rank, n in enumerate(self.members(room))
        ]
        self._many(
            """
            insert into memberships (room, person, from_seq, to_seq, role)
            values (?, ?, 1, null, ?)
            """,
            ((room_id(room), user_id(n), role) for room, n, role in staff),
        )

        def beginnings() -> Iterator[Happened]:
            for room, n, role in staff:
                if role == "owner":
                    yield room, "room", n, BEGAN, None, {"kind": "public", "title": f"Room {room}"}
                yield room, "membership", n, BEGAN, n, {"change": "joined", "role": role}

        self._events(beginnings())

    def messages(self, count: int, texts: Texts) -> None:
        """Turn by turn in every room, by one person after the other."""
        self._events(
            (
                n % self._rooms,
                "message",
                self.members(n % self._rooms)[n // self._rooms % self._each],
                BEGAN + n * APART,
                None,
                {"text": texts.text(n)},
            )
            for n in range(count)
        )

    def finish(self) -> None:
        self._database.run(
            """
            update rooms set
                head = (select max(seq) from events where room = rooms.id),
                number = (select count(*) from events where room = rooms.id and numbered = 1),
                position = (select max(position) from events where room = rooms.id)
            """,
            {},
        )

    def _events(self, events: Iterator[Happened]) -> None:
        encode = msgspec.json.Encoder().encode

        def rows() -> Iterator[tuple[object, ...]]:
            for room, kind, author, at, subject, body in events:
                numbered = kind == "message"
                self._position += 1
                self._seqs[room] += 1
                self._numbers[room] += numbered
                yield (
                    self._position,
                    room_id(room),
                    self._seqs[room],
                    self._numbers[room],
                    int(numbered),
                    kind,
                    user_id(author),
                    at,
                    None if subject is None else user_id(subject),
                    encode(body),
                )

        self._many(
            """
            insert into events (position, room, seq, number, numbered, kind, author, at, subject,
                                body)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            rows(),
        )

    def _many(self, sql: str, rows: Iterator[tuple[object, ...]]) -> None:
        with self._database.connection:
            self._database.connection.executemany(sql, rows)
        self._database.checkpoint(truncate=True)


def members(room: int, people: int, each: int) -> list[int]:
    """Who is in a room of ``each``: one after the other, and shifted by one each time round, so
    that two people share few rooms."""
    first = room * each + room * each // people
    return [(first + n) % people for n in range(each)]


def make(
    folder: Path,
    *,
    people: int = 100,
    rooms: int = 1,
    messages: int = 1_000_000,
    seed: int = 1,
    each: int | None = None,
) -> Texts:
    """Makes the store in ``folder``; the texts know which words there are, the commonest first."""
    texts = Texts(seed)
    make_folder(folder)
    make_file(folder / FILE)
    database = Sqlite(folder / FILE, writing=True, synchronous="OFF")
    try:
        migrate(database, folder / FILE, todo=steps(), new_epoch=lambda: EPOCH, now=BEGAN)
        maker = Maker(database, people, rooms, each)
        maker.people()
        maker.rooms()
        maker.messages(messages, texts)
        maker.finish()
    finally:
        database.close()
    return texts


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a store with a great many of something.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, help="people in each room (all)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    make(**vars(options))
    size = (options.folder / FILE).stat().st_size
    print(f"{options.folder / FILE}: {size / 2**20:.0f} MiB in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
