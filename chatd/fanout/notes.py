"""What nodes tell one another, in one packet each: events, and what happened that is passing."""

import msgspec

from chatd.engine.envelope import Batch, ToRoom, ToUser
from chatd.engine.rows import MarkRow
from chatd.engine.view import Presence


class Typed(msgspec.Struct, frozen=True, array_like=True, tag="typed"):
    """``user`` types in ``room``, or no longer."""

    room: str
    user: str
    name: str
    active: bool


class MarksMoved(msgspec.Struct, frozen=True, array_like=True, tag="marks"):
    """Marks that a node committed."""

    rows: tuple[MarkRow, ...]


class Shown(msgspec.Struct, frozen=True, array_like=True, tag="shown"):
    """A signal about ``user``, for those others who have one of ``rooms`` open."""

    user: str
    rooms: tuple[str, ...]
    payload: bytes


class Lease(msgspec.Struct, frozen=True, array_like=True):
    """How ``user`` shows on the sending node, and the rooms in which this is told."""

    user: str
    state: Presence
    rooms: tuple[str, ...]


class Leases(msgspec.Struct, frozen=True, array_like=True, tag="leases"):
    """Good for a while only. Of two notes of one node that with the higher ``stamp`` holds."""

    stamp: int
    leases: tuple[Lease, ...]


class Shunned(msgspec.Struct, frozen=True, array_like=True, tag="shunned"):
    """Of two people one has blocked the other, or no longer."""

    user: str
    other: str
    on: bool


#: What is passing and may be lost.
Told = ToRoom | ToUser | Typed | MarksMoved | Shown | Shunned | Leases
Note = Batch | Told


class Packet(msgspec.Struct, frozen=True, array_like=True):
    """``epoch`` names the log: packets of a log that was replaced are none of ours. ``node`` is the
    sending process, named anew at each start."""

    epoch: str
    node: str
    note: Note
