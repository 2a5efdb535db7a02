"""Rows of the log as they are read back, and how many of them one answer holds."""

from collections.abc import Iterable

from chatd.engine.rows import EventRow
from chatd.store.database import Row

BODY_BYTES = 256 * 1024
"""How many bytes of bodies one answer holds, if one row alone is not larger."""

# An event that is about a message and has no body of its own shows the message's, as it is now.
EVENT = """
    select e.position, e.room, e.seq, e.number, e.kind, e.author,
           coalesce((select a.name from users a where a.id = e.author), ''), e.at, e.target,
           case when e.target is not null and length(e.body) = 0
                then coalesce((select t.body from events t
                               where t.room = e.room and t.seq = e.target), e.body)
                else e.body end,
           e.subject,
           case when e.subject is not null
                then (select s.name from users s where s.id = e.subject) end,
           case when e.target is not null and length(e.body) = 0
                then coalesce((select t.mentions from events t
                               where t.room = e.room and t.seq = e.target), '')
                else e.mentions end
    from events e
"""
MESSAGE = EVENT + " where e.room = :room and e.seq = :seq and e.numbered = 1"


def event_row(row: Row) -> EventRow:
    """What `EVENT` found."""
    values = list(row)
    values[-1] = tuple(values[-1].split())
    return EventRow(*values)


def fit(rows: Iterable[EventRow], most: int = BODY_BYTES) -> list[EventRow]:
    """As many of the rows, from the first on, as their bodies allow; at least one."""
    fitting: list[EventRow] = []
    size = 0
    for row in rows:
        size += len(row.body)
        if fitting and size > most:
            break
        fitting.append(row)
    return fitting
