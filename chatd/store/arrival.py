"""What a new connection has to know before anything is sent to it, as one read.

Each read is a trip to another thread and back: 100 µs of processor time, mostly the interpreter's
lock changing hands. So all of it is looked up together with the credential, before anybody knows
whether it will be needed; it is good as long as nothing was handed to the writer meanwhile.
"""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from chatd.engine.accounts import CredentialRow
from chatd.engine.rows import Missed, RoomHead, RoomRow
from chatd.store import accounts
from chatd.store.database import Database
from chatd.store.privacy_reads import shuns
from chatd.store.rooms import of_member, of_user

#: Whom the user shuns, their rooms, and the position at which this is true.
Arrival = tuple[frozenset[str], tuple[RoomHead, ...], int]

#: At most this many arrivals are kept at a time.
KEPT: Final = 256
#: Whoever belongs to more rooms than this has them read when they ask.
ROOMS: Final = 16


class Ahead(msgspec.Struct, frozen=True, gc=False):
    """``rooms``: all of the user's rooms, by id; None if there are too many."""

    arrival: Arrival
    rooms: dict[str, RoomRow] | None

    def missed(self, asked: Sequence[str], since: int | None) -> Missed | None:
        """What `Store.missed` answers, None if that needs a look at what was said."""
        _, _, position = self.arrival
        if self.rooms is None or since not in (None, position):
            return None
        asked = tuple(dict.fromkeys(asked))
        return Missed(
            (),
            position,
            False,
            tuple(self.rooms[room] for room in asked if room in self.rooms),
            tuple(room for room in asked if room not in self.rooms),
        )


def arrival(database: Database, user: str) -> Arrival:
    rooms, position = of_user(database, user)
    return shuns(database, user), rooms, position


def with_credential(database: Database, digest: bytes) -> tuple[CredentialRow | None, Ahead | None]:
    row = accounts.credential(database, digest)
    if row is None:
        return None, None
    found = arrival(database, row.user)
    mine = [room.id for room in found[1]]
    rooms = of_member(database, row.user, mine) if len(mine) <= ROOMS else None
    return row, Ahead(found, rooms)


class Arrivals:
    """What was looked up ahead. ``handed`` tells how much the writer has been handed; nothing else
    changes anything."""

    def __init__(self, handed: Callable[[], int]) -> None:
        self._handed = handed
        self._kept: dict[str, tuple[int, Ahead]] = {}

    def keep(self, user: str, handed: int, found: Ahead) -> None:
        """``handed``: as it was before the lookup."""
        self._kept.pop(user, None)
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[user] = handed, found

    def look(self, user: str) -> Ahead | None:
        """None if there is nothing, or something may have changed."""
        if (kept := self._kept.get(user)) is None:
            return None
        handed, found = kept
        if handed == self._handed():
            return found
        del self._kept[user]
        return None
