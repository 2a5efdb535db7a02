"""Reads of the log: pages of messages, what was missed, every event in a stretch."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from heapq import merge
from itertools import islice

from chatd.core.intervals import Intervals
from chatd.engine.rows import EventRow, Missed, Opening, Page, wordless
from chatd.store import rooms
from chatd.store.database import Database, Row
from chatd.store.event_rows import BODY_BYTES, EVENT, event_row, fit, for_everyone, shows_target
from chatd.store.page_parts import quoted, reactions
from chatd.store.requirements import require_member
from chatd.store.several import rows_of

_AT = EVENT + " where e.position = :position"
_STRETCH = EVENT + " where e.position between :first and :last order by e.position"
_MESSAGES = """
    select position from events
    where room = :room and numbered = 1 and seq between :low and :high order by seq
"""
_UP = _MESSAGES + " asc limit :limit"
_DOWN = _MESSAGES + " desc limit :limit"
_POSITIONS = """
    select position from events
    where room = :room and seq between :low and :high order by seq limit :limit
"""


def position(database: Database) -> int:
    row = database.row("select coalesce(max(position), 0) from events", {})
    assert row is not None
    return int(row[0])


def events(database: Database, first: int, last: int) -> tuple[EventRow, ...]:
    rows = database.rows(_STRETCH, {"first": first, "last": last})
    return tuple(for_everyone(database, event_row(row)) for row in rows)


def intervals(database: Database, user: str, room: str) -> Intervals:
    """Which events of the room the user was there for."""
    rows = database.rows(
        """
        select from_seq, to_seq from memberships where room = :room and person = :user
        order by from_seq
        """,
        {"room": room, "user": user},
    )
    return Intervals.of((first, last) for first, last in rows)


def page(
    database: Database,
    user: str,
    room: str,
    before: int | None,
    after: int | None,
    around: int | None,
    limit: int,
    time: int | None = None,
) -> Page:
    require_member(database, room, user)
    stays = intervals(database, user, room)
    seen = _Messages(database, room, stays)
    at = position(database)
    if time is not None:
        around = seen.first_at(time)
    if around is not None:
        down, more_before = seen.down(around - 1, limit)
        up, more_after = seen.up(around, limit)
        kept_up = max(limit - limit // 2, limit - len(down))
        kept_down = limit - min(kept_up, len(up))
        chosen = _fit_around(down[:kept_down], up[:kept_up])
        more_before = more_before or chosen[0] < len(down)
        more_after = more_after or chosen[1] < len(up)
        rows = [*reversed(down[: chosen[0]]), *up[: chosen[1]]]
    elif after is not None:
        up, more_after = seen.up(after + 1, limit)
        rows = fit(up)
        more_after = more_after or len(rows) < len(up)
        more_before = seen.any_down(after)
    else:
        down, more_before = seen.down(None if before is None else before - 1, limit)
        rows = fit(down)
        more_before = more_before or len(rows) < len(down)
        more_after = before is not None and seen.any_up(before)
        rows.reverse()
    return Page(
        tuple(rows),
        more_before,
        more_after,
        at,
        quoted(database, room, rows, stays),
        reactions(database, user, room, rows),
    )


class _Messages:
    """The messages of a room that one person may see."""

    def __init__(self, database: Database, room: str, seen: Intervals) -> None:
        self._database = database
        self._room = room
        self._seen = seen
        row = database.row("select head from rooms where id = :room", {"room": room})
        self._head = row[0] if row else 0

    def first_at(self, time: int) -> int:
        """The seq of the first event at that time or later, otherwise of the last. If the server's
        clock was set back in between, it is one of the candidates."""

        def when(seq: int) -> int:
            row = self._database.row(
                "select at from events where room = :room and seq = :seq",
                {"room": self._room, "seq": seq},
            )
            assert row is not None
            return int(row[0])

        return min(bisect_left(range(1, self._head + 1), time, key=when) + 1, self._head)

    def up(self, first: int, limit: int) -> tuple[list[EventRow], bool]:
        """The messages from ``first`` on, ascending, and whether there are more."""
        parts = self._seen.clip(max(1, first), self._head)
        return self._take(_UP, parts, limit)

    def down(self, last: int | None, limit: int) -> tuple[list[EventRow], bool]:
        """The messages up to ``last``, descending, and whether there are more."""
        parts = self._seen.clip(1, self._head if last is None else min(last, self._head))
        return self._take(_DOWN, parts[::-1], limit)

    def any_up(self, first: int) -> bool:
        return bool(self._positions(_UP, self._seen.clip(max(1, first), self._head), 1))

    def any_down(self, last: int) -> bool:
        return bool(self._positions(_DOWN, self._seen.clip(1, min(last, self._head))[::-1], 1))

    def _take(
        self, sql: str, parts: list[tuple[int, int]], limit: int
    ) -> tuple[list[EventRow], bool]:
        found = self._positions(sql, parts, limit + 1)
        return [_event(self._database, at) for at in found[:limit]], len(found) > limit

    def _positions(self, sql: str, parts: list[tuple[int, int]], limit: int) -> list[int]:
        found: list[int] = []
        for low, high in parts:
            if len(found) == limit:
                break
            values = {"room": self._room, "low": low, "high": high, "limit": limit - len(found)}
            found.extend(row[0] for row in self._database.rows(sql, values))
        return found


def _event(database: Database, at: int) -> EventRow:
    row: Row | None = database.row(_AT, {"position": at})
    assert row is not None
    return event_row(row)


def _fit_around(down: Sequence[EventRow], up: Sequence[EventRow]) -> tuple[int, int]:
    """How many rows of each side fit, going outwards from the middle by turns; at least one."""
    counts = [0, 0]
    sides = (down, up)
    size = 0
    turns = [(side, n) for n in range(max(len(down), len(up))) for side in (1, 0)]
    for side, n in turns:
        if n >= len(sides[side]):
            continue
        size += len(sides[side][n].body)
        if size > BODY_BYTES and counts != [0, 0]:
            break
        counts[side] += 1
    return counts[0], counts[1]


def opening(database: Database, user: str, room: str, limit: int, marks_up_to: int) -> Opening:
    latest = page(database, user, room, None, None, None, limit)
    shown = rooms.room(database, user, room)
    few = shown.members <= marks_up_to
    return Opening(
        shown, latest, tuple(rooms.marks(database, user, room, marks_up_to)) if few else ()
    )


def missed(
    database: Database, user: str, asked: Sequence[str], since: int | None, limit: int
) -> Missed:
    asked = list(dict.fromkeys(asked))
    mine = rooms.of_member(database, user, asked)
    stays: dict[str, Intervals] = {}
    positions: list[list[int]] = []
    if since is not None:
        for room, head in _stirred(database, asked, since):
            seen = stays[room] = intervals(database, user, room)
            if seen.spans:
                positions.append(_news(database, room, head, seen, since, limit + 1))
    found = list(islice(merge(*positions), limit + 1))
    taken = fit(
        _as_seen(database, event, stays[event.room])
        for event in (_event(database, at) for at in found[:limit])
    )
    more = len(taken) < len(found)
    return Missed(
        tuple(taken),
        taken[-1].position if more else position(database),
        more,
        tuple(mine[room] for room in asked if room in mine),
        tuple(room for room in asked if room not in mine),
    )


def _stirred(database: Database, asked: Sequence[str], since: int) -> list[tuple[str, int]]:
    """Those of the rooms in which something happened after ``since``, and their last seq."""
    sql = "select id, head from rooms where id in ({rooms}) and position > :since"
    return [(row[0], row[1]) for row in rows_of(database, sql, asked, {"since": since})]


def _as_seen(database: Database, event: EventRow, stays: Intervals) -> EventRow:
    """The event for somebody who was there at these times, without words that are not for them:
    those of a message from before they came and, if their last stay has ended, what a message was
    edited into afterwards."""
    about = shows_target(database, event)
    shown = event.target if about and event.target is not None else event.seq
    if about and not stays.contains(shown):
        return wordless(event)
    if stays.is_open:
        return event
    changed = database.row(
        "select 1 from events where room = :room and seq = :seq and changed >= :end",
        {"room": event.room, "seq": shown, "end": stays.spans[-1][1]},
    )
    return event if changed is None else wordless(event)


def _news(
    database: Database, room: str, head: int, seen: Intervals, since: int, limit: int
) -> list[int]:
    """The positions of the room's events after ``since`` that may be seen, at most ``limit``."""

    def position_of(seq: int) -> int:
        found = database.row(
            "select position from events where room = :room and seq = :seq",
            {"room": room, "seq": seq},
        )
        assert found is not None
        return int(found[0])

    # Positions rise with the seq: halving finds the first new event in a room of any length.
    known = bisect_right(range(1, head + 1), since, key=position_of)
    found: list[int] = []
    for low, high in seen.clip(known + 1, head):
        if len(found) == limit:
            break
        values = {"room": room, "low": low, "high": high, "limit": limit - len(found)}
        found.extend(row[0] for row in database.rows(_POSITIONS, values))
    return found
