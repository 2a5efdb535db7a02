"""What a new connection has to know before anything is sent to it, as one read.

Each read is a way to another thread and back, 100 µs of processor time, most of it the lock of the
interpreter changing hands. So all of it is looked up together with the credential, before anybody
knows whether it will be needed; it is of use as long as nothing was handed to the writer meanwhile.
"""

from collections.abc import Callable
from typing import Final

from chatd.engine.accounts import CredentialRow
from chatd.engine.rows import RoomHead
from chatd.store import accounts
from chatd.store.database import Database
from chatd.store.privacy_reads import shuns
from chatd.store.rooms import of_user

#: Whom one shuns, one's rooms, and the position of which this is true.
Arrival = tuple[frozenset[str], tuple[RoomHead, ...], int]

#: Of so many who are at the door at the same time.
KEPT: Final = 256


def arrival(database: Database, user: str) -> Arrival:
    rooms, position = of_user(database, user)
    return shuns(database, user), rooms, position


def with_credential(
    database: Database, digest: bytes
) -> tuple[CredentialRow | None, Arrival | None]:
    row = accounts.credential(database, digest)
    return row, None if row is None else arrival(database, row.user)


class Arrivals:
    """What was looked up ahead, each for one use. ``handed`` tells how much the writer was handed
    so far; it is the only one that changes anything."""

    def __init__(self, handed: Callable[[], int]) -> None:
        self._handed = handed
        self._kept: dict[str, tuple[int, Arrival]] = {}

    def keep(self, user: str, handed: int, found: Arrival) -> None:
        """``handed``: as it was before the looking up."""
        self._kept.pop(user, None)
        if len(self._kept) >= KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[user] = handed, found

    def take(self, user: str) -> Arrival | None:
        """None where there is nothing, or something may have changed."""
        handed, found = self._kept.pop(user, (-1, None))
        return found if handed == self._handed() else None
