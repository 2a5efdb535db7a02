"""Rows of the log as they are read back, and how many of them one answer holds."""

from collections.abc import Iterable

from msgspec.structs import replace

from chatd.engine.rows import EventRow
from chatd.store.database import Database, Row

BODY_BYTES = 256 * 1024
"""How many bytes of bodies one answer holds, unless a single row is larger."""

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


# If newcomers do not see what was said before them, an event that shows an earlier message has
# words in it that are not for them. What was erased has none.
_KEPT_FROM = """
    select m.person
    from events e
    join rooms r on r.id = e.room and r.shared_history = 0
    join events t on t.room = e.room and t.seq = e.target and t.deleted = 0
    join memberships m on m.room = e.room and m.to_seq is null and m.from_seq > e.target
    where e.position = :position and length(e.body) = 0
      and not exists (select 1 from memberships s
                      where s.room = m.room and s.person = m.person
                        and s.from_seq <= e.target and s.to_seq >= e.target)
    order by m.person
"""
_SHOWS_TARGET = "select 1 from events where position = :position and length(body) = 0"


def for_everyone(database: Database, event: EventRow) -> EventRow:
    """The event on its way to all who have the room open, with those from whom it is kept."""
    if event.target is None:
        return event
    people = database.rows(_KEPT_FROM, {"position": event.position})
    return replace(event, kept_from=tuple(row[0] for row in people)) if people else event


def shows_target(database: Database, event: EventRow) -> bool:
    """Whether its words are those of the message it is about."""
    return (
        event.target is not None
        and database.row(_SHOWS_TARGET, {"position": event.position}) is not None
    )


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
