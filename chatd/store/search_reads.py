"""Searching: from what is wanted to the messages, in one snapshot of the log and one of the index.

The connection reads the log and has the index attached as ``search``. The index only says where to
look: who may read what, and every word shown, come from the log.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import apsw

from chatd.core.intervals import Intervals
from chatd.core.search_words import Phrase
from chatd.engine.rows import EventRow
from chatd.engine.search import Found, Hit, Wanted
from chatd.store import refusals, timeline
from chatd.store.database import Database
from chatd.store.event_rows import BODY_BYTES
from chatd.store.requirements import require_member
from chatd.store.search_index import (
    EVERY,
    SHARD_BITS,
    author_mark,
    has_mark,
    room_mark,
    shard,
    table,
)

#: For more rooms than this the log is asked about each message that has the words; for fewer, the
#: index is asked for the rooms as well.
ROOMS_BY_MARK = 200

# A message whose body was replaced after what the index has seen is left out: the index would show
# what was in it. The event of the replacement follows in the room at once, see `ReplaceBody`.
_CANDIDATES = """
    select e.position, e.room, e.seq
    from search.{table}(:match) w cross join events e on e.position = w.rowid
    where w.rowid between :low and :high and e.numbered = 1 and e.deleted = 0
      and e.at >= :after and e.at < :before
      and (e.changed is null or :indexed >= coalesce(
              (select c.position from events c where c.room = e.room and c.seq = e.changed + 1), 0))
      and exists (select 1 from memberships m
                  where m.room = e.room and m.person = :user and m.to_seq is null)
      and exists (select 1 from memberships m
                  where m.room = e.room and m.person = :user and m.from_seq <= e.seq
                    and (m.to_seq is null or m.to_seq >= e.seq))
    order by w.rowid desc limit :limit
"""
# Rooms in which nothing has been said since the oldest position of interest can be skipped.
_ROOMS = """
    select r.id from memberships m join rooms r on r.id = m.room
    where m.person = :user and m.to_seq is null and r.position >= :low
"""
_NEIGHBOURS = """
    select position from events
    where room = :room and numbered = 1 and seq between :low and :high
    order by seq {order} limit :limit
"""
_LATEST = 2**53


class _Candidate(NamedTuple):
    position: int
    room: str
    seq: int


def search(database: Database, user: str, wanted: Wanted, late: Callable[[], bool]) -> Found:
    """``late`` tells whether it has taken long enough: then what was found is the answer, and the
    rest is left to the next page; `timeout` if not even one part of the index was searched."""
    # The index before the log, so that the log is never older than what the index says of it.
    row = database.row("select position from search.meta", {})
    assert row is not None
    indexed = int(row[0])
    head = timeline.position(database)
    behind = max(0, head - indexed)
    if wanted.room is not None:
        require_member(database, wanted.room, user)
    low, high = _bounds(database, wanted, min(head, indexed))
    marks = [] if low > high else _marks(database, user, wanted, low)
    if marks is None or low > high:
        return Found((), None, behind)
    values = {
        "match": _match(wanted, marks),
        "user": user,
        "indexed": indexed,
        "after": wanted.after or 0,
        "before": _LATEST if wanted.before is None else wanted.before,
    }
    candidates: list[_Candidate] = []
    below: int | None = None
    for number in range(shard(high), shard(low) - 1, -1):
        first = max(low, number << SHARD_BITS)
        last = min(high, ((number + 1) << SHARD_BITS) - 1)
        try:
            rows = database.rows(
                _CANDIDATES.format(table=table(number)),
                {**values, "low": first, "high": last, "limit": wanted.limit + 1 - len(candidates)},
            )
        except apsw.InterruptError:
            if last == high:
                raise refusals.too_slow() from None
            below = last + 1
            break
        candidates.extend(_Candidate(*row) for row in rows)
        if len(candidates) > wanted.limit:
            break
        if first > low and late():
            below = first
            break
    return _found(database, user, wanted, candidates, below, behind)


def _bounds(database: Database, wanted: Wanted, head: int) -> tuple[int, int]:
    """The first and the last position that can be of interest, found by halving: times rise with
    the position, unless the clock was set; each message's own time decides afterwards."""

    def at(position: int) -> int:
        row = database.row("select at from events where position = :at", {"at": position})
        return int(row[0]) if row else 0

    positions = range(1, head + 1)
    low, high = 1, head
    if wanted.below is not None:
        high = min(high, wanted.below - 1)
    if wanted.after is not None:
        low = bisect_left(positions, wanted.after, key=at) + 1
    if wanted.before is not None:
        high = min(high, bisect_left(positions, wanted.before, key=at))
    return low, high


def _marks(database: Database, user: str, wanted: Wanted, low: int) -> list[str | list[str]] | None:
    """The marks that a message must have, a list meaning any of them; None if no message can."""
    marks: list[str | list[str]] = [has_mark(kind) for kind in sorted(wanted.has)]
    if wanted.author is not None:
        marks.append(author_mark(wanted.author))
    if wanted.room is not None:
        marks.append(room_mark(wanted.room))
    else:
        rooms = [row[0] for row in database.rows(_ROOMS, {"user": user, "low": low})]
        if not rooms:
            return None
        if len(rooms) <= ROOMS_BY_MARK:
            marks.append([room_mark(room) for room in rooms])
    return marks


def _match(wanted: Wanted, marks: Iterable[str | list[str]]) -> str:
    """The FTS5 expression; every token in it is a string in quotation marks."""
    parts = [f"words : {_phrase(phrase)}" for phrase in wanted.phrases]
    for mark in marks:
        either = [mark] if isinstance(mark, str) else mark
        parts.append(f"marks : ({' OR '.join(map(_quoted, either))})")
    match = " AND ".join(parts) if parts else f"marks : {_quoted(EVERY)}"
    if not wanted.excluded:
        return match
    excluded = " OR ".join(map(_phrase, wanted.excluded))
    return f"({match}) NOT (words : ({excluded}))"


def _phrase(phrase: Phrase) -> str:
    return _quoted(" ".join(phrase.tokens)) + (" *" if phrase.prefix else "")


def _quoted(text: str) -> str:
    # A NUL would end the expression; no word and no id has one.
    return '"' + text.replace("\0", "").replace('"', '""') + '"'


def _found(
    database: Database,
    user: str,
    wanted: Wanted,
    candidates: list[_Candidate],
    below: int | None,
    behind: int,
) -> Found:
    """The candidates with their rows, as many as fit into one answer; at least one."""
    hits: list[Hit] = []
    seen: dict[str, Intervals] = {}
    size = 0
    for candidate in candidates[: wanted.limit]:
        if candidate.room not in seen:
            seen[candidate.room] = timeline.intervals(database, user, candidate.room)
        hit = _hit(database, seen[candidate.room], candidate, wanted.context)
        size += sum(len(row.body) for row in (hit.message, *hit.before, *hit.after))
        if hits and size > BODY_BYTES:
            break
        hits.append(hit)
    if len(hits) < len(candidates):
        below = hits[-1].message.position
    return Found(tuple(hits), below, behind)


def _hit(database: Database, seen: Intervals, candidate: _Candidate, context: int) -> Hit:
    room, seq = candidate.room, candidate.seq
    (message,) = timeline.events(database, candidate.position, candidate.position)
    if not context:
        return Hit(message)
    older = _neighbours(database, room, seen.clip(1, seq - 1)[::-1], "desc", context)
    newer = _neighbours(database, room, seen.clip(seq + 1, _LATEST), "asc", context)
    return Hit(message, tuple(older)[::-1], tuple(newer))


def _neighbours(
    database: Database, room: str, parts: list[tuple[int, int]], order: str, limit: int
) -> Iterator[EventRow]:
    left = limit
    for low, high in parts:
        values = {"room": room, "low": low, "high": high, "limit": left}
        for (position,) in database.rows(_NEIGHBOURS.format(order=order), values):
            left -= 1
            yield from timeline.events(database, position, position)
        if not left:
            return
