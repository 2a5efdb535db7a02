"""Reads of files: who may have one, and which there are."""

from collections.abc import Sequence

from chatd.engine.files import FileRow, Usage
from chatd.store.database import Database
from chatd.store.file_rows import FILE
from chatd.store.several import rows_of
from chatd.store.timeline import intervals

_ROOMS = """
    select distinct c.room from message_files c
    join memberships m on m.room = c.room and m.person = :user and m.to_seq is null
    where c.file = :file
"""
_CARRIED = """
    select 1 from message_files
    where file = :file and room = :room and seq between :first and :last limit 1
"""


def readable_file(database: Database, user: str, file: str) -> FileRow | None:
    found = database.row(f"select {FILE} where f.id = :file", {"file": file})
    if found is None:
        return None
    row = FileRow(*found)
    return row if row.user == user or _reads(database, user, file) else None


def _reads(database: Database, user: str, file: str) -> bool:
    """Whether a message that carries the file is in the history that ``user`` may read: of a room
    they are in, from a time when they were there (`timeline.page`)."""
    for (room,) in database.rows(_ROOMS, {"user": user, "file": file}):
        for first, last in intervals(database, user, room).spans:
            values = {"file": file, "room": room, "first": first, "last": last or 2**53}
            if database.row(_CARRIED, values) is not None:
                return True
    return False


def unused_files(database: Database, before: int, limit: int) -> tuple[str, ...]:
    rows = database.rows(
        """
        select id from files where used = 0 and held is null and at < :before
        order by at, id limit :limit
        """,
        {"before": before, "limit": limit},
    )
    return tuple(row[0] for row in rows)


def bodies_to_remove(database: Database, limit: int) -> tuple[str, ...]:
    rows = database.rows(
        "select file from file_removals order by file limit :limit", {"limit": limit}
    )
    return tuple(row[0] for row in rows)


def known_files(database: Database, files: Sequence[str]) -> frozenset[str]:
    rows = rows_of(database, "select id from files where id in ({rooms})", files, {})
    return frozenset(row[0] for row in rows)


def all_files(database: Database) -> Usage:
    row = database.row("select count(*), coalesce(sum(size), 0) from files", {})
    assert row is not None
    return Usage(*row)
