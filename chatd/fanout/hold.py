"""What is kept back for one connection while it reads the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chatd.fanout.books import Channel, Entry, in_order, join

HELD_EVENTS = 256
HELD_BYTES = 256 * 1024


class Hold:
    """Live events since position ``since`` of every room the person belongs to.

    ``told``: rooms that were open when the hold began, with the seq the client knows of each.
    ``shown``: rooms opened during it, with the snapshot's position and seq.
    ``left``: rooms that the person was moved out of, each with that event's position.
    ``ending``: rooms that were open when the person was moved out, with the span of positions
    (after, up to) that is still to be sent of each.
    ``overflowed``: some of it was dropped since the hold began. ``broken``: going live would leave
    a hole, the client has to resume.
    """

    __slots__ = (
        "_kept",
        "_own",
        "_size",
        "broken",
        "ending",
        "left",
        "overflowed",
        "shown",
        "since",
        "stale",
        "told",
    )

    def __init__(self, since: int, told: dict[str, int]) -> None:
        self.since = since
        self.told = told
        self.shown: dict[Channel, tuple[int, int]] = {}
        self.left: list[tuple[str, int]] = []
        self.ending: dict[str, tuple[int, int]] = {}
        self.overflowed = False
        self.stale = False
        self.broken = False
        self._kept: dict[int, tuple[str, bytes]] = {}
        self._own: list[Entry] = []
        self._size = 0

    @property
    def full(self) -> bool:
        return len(self._kept) + len(self._own) > HELD_EVENTS or self._size > HELD_BYTES

    def leaves_after(self, room: str, position: int) -> int | None:
        """The position at which the membership in force at ``position`` ended, if it did."""
        return next((end for left, end in self.left if left == room and end > position), None)

    def keep(self, room: str, entries: Iterable[Entry]) -> None:
        """Events of ``room``, once each; its signals are only for those who have it open now."""
        for position, signal, frame in entries:
            if not signal and position not in self._kept:
                self._kept[position] = (room, frame)
                self._size += len(frame)

    def post(self, entries: Iterable[Entry]) -> None:
        """What is sent no matter which rooms are open."""
        for entry in entries:
            self._own.append(entry)
            self._size += len(entry[2])

    def replay(self, open_rooms: Mapping[str, int]) -> bytes:
        """What is to be sent, in order: from each open room what is after its position, from rooms
        that ended their span, and all that was posted."""
        chosen = list(self._own)
        for position, (room, frame) in self._kept.items():
            after, up_to = self.ending.get(room, (position, 0))
            if after < position <= up_to or open_rooms.get(room, position) < position:
                chosen.append((position, False, frame))
        return join(in_order(chosen))

    def clear(self) -> None:
        self._kept.clear()
        self._own.clear()
        self.ending.clear()
        self.left.clear()
        self._size = 0
