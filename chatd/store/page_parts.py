"""What a page of messages shows besides them: what they answer, and how people reacted."""

from collections.abc import Sequence

from chatd.core.intervals import Intervals
from chatd.engine.rows import EventRow, ReactionRow
from chatd.store.bodies import answered
from chatd.store.database import Database
from chatd.store.event_rows import BODY_BYTES, MESSAGE, event_row, fit

QUOTED_BYTES = BODY_BYTES // 2
"""How many bytes of answered messages accompany a page."""

NAMED = 10
"""How many of those who reacted alike are named ..."""
NAMED_ON_A_PAGE = 2_000
"""... and how many on one page in all."""

# One row for each emoji of a message, whose first ten are found by index: no page counts people.
_REACTIONS = """
    select c.seq, c.emoji, c.count,
           (select string_agg(f.person, ' ' order by f.place)
            from (select r.person, r.place from reactions r
                  where r.room = c.room and r.seq = c.seq and r.emoji = c.emoji
                  order by r.place limit :named) f),
           exists (select 1 from reactions m
                   where m.room = c.room and m.seq = c.seq and m.emoji = c.emoji
                     and m.person = :user)
    from reaction_counts c
    where c.room = :room and c.seq in ({seqs})
    order by c.seq, c.place, c.emoji
"""


def quoted(
    database: Database, room: str, rows: Sequence[EventRow], seen: Intervals
) -> tuple[EventRow, ...]:
    """The messages that those of a page answer and that are not on it, as they read now, in order
    of seq; only what is within ``seen``, and the latest if not all fit."""
    here = {row.seq for row in rows}
    wanted = {answered(row.body) for row in rows} - here - {None}
    found = []
    for seq in sorted((seq for seq in wanted if seq is not None), reverse=True):
        row = database.row(MESSAGE, {"room": room, "seq": seq}) if seen.contains(seq) else None
        if row is not None:
            found.append(event_row(row))
    return tuple(reversed(fit(found, QUOTED_BYTES)))


def reactions(
    database: Database, user: str, room: str, rows: Sequence[EventRow]
) -> tuple[ReactionRow, ...]:
    """How people reacted to the messages of a page, in one query."""
    if not rows:
        return ()
    seqs = {f"s{n}": row.seq for n, row in enumerate(rows)}
    sql = _REACTIONS.format(seqs=", ".join(f":{name}" for name in seqs))
    left = NAMED_ON_A_PAGE
    found = []
    for seq, emoji, count, people, mine in database.rows(
        sql, {"room": room, "user": user, "named": NAMED, **seqs}
    ):
        named = tuple(people.split())[:left]
        left -= len(named)
        found.append(ReactionRow(seq, emoji, count, named, bool(mine)))
    return tuple(found)
