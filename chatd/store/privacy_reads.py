"""Reads that decide what others are told: whether somebody types, and who keeps away from whom."""

from chatd.engine.unit import MayWrite
from chatd.store.database import Database
from chatd.store.requirements import may_write


def may_type(database: Database, user: str, room: str, now: int) -> bool:
    may_write(database, MayWrite(room, user, now, anew=False))
    row = database.row("select shows_typing from users where id = :user", {"user": user})
    return row is not None and bool(row[0])


def shuns(database: Database, user: str) -> frozenset[str]:
    rows = database.rows(
        """
        select other from blocks where person = :user
        union select person from blocks where other = :user
        """,
        {"user": user},
    )
    return frozenset(row[0] for row in rows)
