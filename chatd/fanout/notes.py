"""What nodes tell one another, in one packet each: events, and passing signals."""

import msgspec

from chatd.engine.envelope import Batch, ToRoom, ToUser
from chatd.engine.rows import MarkRow
from chatd.engine.view import Presence


class Typed(msgspec.Struct, frozen=True, array_like=True, tag="typed"):
    """``user`` types in ``room``, or no longer does."""

    room: str
    user: str
    name: str
    active: bool


class MarksMoved(msgspec.Struct, frozen=True, array_like=True, tag="marks"):
    """Marks that a node committed."""

    rows: tuple[MarkRow, ...]


class Shown(msgspec.Struct, frozen=True, array_like=True, tag="shown"):
    """A signal about ``user``, for others who have one of ``rooms`` open."""

    user: str
    rooms: tuple[str, ...]
    payload: bytes


class Lease(msgspec.Struct, frozen=True, array_like=True):
    """How ``user`` shows on the sending node, and the rooms in which that shows."""

    user: str
    state: Presence
    rooms: tuple[str, ...]


class Leases(msgspec.Struct, frozen=True, array_like=True, tag="leases"):
    """Good only for a while. Of two notes from one node the one with the higher ``stamp`` holds."""

    stamp: int
    leases: tuple[Lease, ...]


class Shunned(msgspec.Struct, frozen=True, array_like=True, tag="shunned"):
    """One of two people has blocked the other, or no longer does."""

    user: str
    other: str
    on: bool


#: Passing, and may be lost.
Told = ToRoom | ToUser | Typed | MarksMoved | Shown | Shunned | Leases
Note = Batch | Told


class Packet(msgspec.Struct, frozen=True, array_like=True):
    """``epoch`` names the log: packets of a log that was replaced are ignored. ``node`` is the
    sending process, named anew at each start."""

    epoch: str
    node: str
    note: Note
