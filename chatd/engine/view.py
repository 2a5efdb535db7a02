"""View: one connection's window on what is said, as the features see it.

Handing over from history to live without a gap or a repeat takes four steps, in this order:
`hold` (live events are kept back for this connection, all rooms), read the store (a snapshot at
some position), `show` (the room is live from just after that position), queue the reply. The
session then calls `release`, which sends what was kept back, in order of position, less what the
snapshot already covered. So everything one connection gets is in order of position, and the last
cursor it saw describes completely what it has.
"""

from collections.abc import Collection
from typing import Literal, Protocol

Presence = Literal["online", "away", "offline"]
#: A room that somebody belongs to, as the store has it: its id, last seq and number, its members.
Membership = tuple[str, int, int, int]


class View(Protocol):
    @property
    def open_rooms(self) -> Collection[str]: ...

    def hold(self) -> int:
        """Live events are kept back from now on, until `release`. Returns the position up to which
        the open rooms' events were sent before."""

    def show(self, room: str, *, position: int, head: int, members: int) -> None:
        """``room`` is open here; events up to ``position`` are known, the last had seq ``head``."""

    def hide(self, room: str) -> None:
        """``room`` is not open here any more. Harmless if it was not."""

    @property
    def overflowed(self) -> bool:
        """More was kept back than fits: the snapshot is true, but going live from it would leave a
        hole. Read again."""

    def release(self) -> None:
        """Sends what was kept back and goes live."""

    def typing(self, room: str, active: bool) -> None:
        """Tells the others who have the open ``room`` in view."""

    def presence(self, state: Presence) -> None:
        """How this person shows on this connection."""

    def who_is_here(self, room: str) -> dict[str, Presence]:
        """Members present, by user id, without those offline; empty above the audience limit."""
