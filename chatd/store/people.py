"""Reads of people as others see them: who somebody is, whom one has blocked."""

from chatd.engine.rows import PersonRow
from chatd.store import refusals
from chatd.store.database import Database, Row


def _person(row: Row) -> PersonRow:
    id, name, display, disabled = row
    return PersonRow(id, name, display, bool(disabled))


def person(database: Database, user: str) -> PersonRow:
    row = database.row(
        "select id, name, display, disabled from users where id = :user", {"user": user}
    )
    if row is None:
        raise refusals.no_person()
    return _person(row)


def by_name(database: Database, name: str) -> str:
    row = database.row("select id from users where name = :name", {"name": name.removeprefix("@")})
    if row is None:
        raise refusals.no_person()
    return str(row[0])


def blocked(database: Database, user: str) -> tuple[PersonRow, ...]:
    rows = database.rows(
        """
        select u.id, u.name, u.display, u.disabled
        from blocks b join users u on u.id = b.other
        where b.person = :user order by u.name
        """,
        {"user": user},
    )
    return tuple(_person(row) for row in rows)
