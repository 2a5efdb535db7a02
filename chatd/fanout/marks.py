"""Marks on their way to others: what moved in a room within a second goes out together."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from chatd.engine.ports import Clock, Scheduler
from chatd.engine.rows import MarkRow
from chatd.fanout.pace import Pace

#: Seconds between two signals for one room.
INTERVAL: Final = 1.0
#: Rooms paced at a time.
ROOMS: Final = 100_000

#: The newest mark of each user that moved, and whether it was committed by this node.
Moved = Mapping[str, tuple[MarkRow, bool]]


class Marks:
    """``send`` gets a room and what moved in it. Marks only move forward, in whatever order they
    are told."""

    def __init__(
        self, scheduler: Scheduler, clock: Clock, send: Callable[[str, Moved], None]
    ) -> None:
        self._waiting: dict[str, dict[str, tuple[MarkRow, bool]]] = {}
        self._pace: Pace[str] = Pace(scheduler, clock, INTERVAL, ROOMS, self._tell)
        self._send = send

    def moved(self, rows: Iterable[MarkRow], here: bool) -> None:
        rooms: dict[str, None] = {}
        for row in rows:
            waiting = self._waiting.setdefault(row.room, {})
            before, all_here = waiting.get(row.user, (row, here))
            furthest = MarkRow(
                row.room,
                row.user,
                max(row.delivered, before.delivered),
                max(row.read, before.read),
                row.hidden,
                (row if row.read >= before.read else before).read_at,
            )
            waiting[row.user] = (furthest, here and all_here)
            rooms[row.room] = None
        for room in rooms:
            self._pace.ask(room)

    def stop(self) -> None:
        self._pace.stop()

    def _tell(self, room: str) -> None:
        if moved := self._waiting.pop(room, None):
            self._send(room, moved)
