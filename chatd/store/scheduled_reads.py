"""Reads of messages to be said later."""

from chatd.engine.scheduled import ScheduledRow
from chatd.store.database import Database
from chatd.store.keeping_reads import within

_ROW = """
    select s.person, u.name, s.key, s.room, s.due, s.body, s.failure
    from scheduled s join users u on u.id = s.person
"""


def due(database: Database, now: int, limit: int) -> tuple[ScheduledRow, ...]:
    rows = database.rows(
        _ROW
        + """
        where s.failure is null and s.due <= :now order by s.due, s.person, s.key limit :limit
        """,
        {"now": now, "limit": limit},
    )
    return tuple(ScheduledRow(*row) for row in rows)


def next_due(database: Database) -> int | None:
    row = database.row("select min(due) from scheduled where failure is null", {})
    return None if row is None else row[0]


def scheduled(
    database: Database, user: str, after: str | None, limit: int
) -> tuple[tuple[ScheduledRow, ...], bool]:
    rows = database.rows(
        _ROW + " where s.person = :user and s.key > :after order by s.key",
        {"user": user, "after": after or ""},
    )
    return within(limit, (ScheduledRow(*row) for row in rows))


def one(database: Database, user: str, key: str) -> ScheduledRow:
    """One that exists."""
    row = database.row(
        _ROW + " where s.person = :user and s.key = :key", {"user": user, "key": key}
    )
    assert row is not None
    return ScheduledRow(*row)
