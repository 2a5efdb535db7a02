"""Reads of people as others see them: who somebody is, whom they have blocked."""

from collections.abc import Sequence

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


#: Presence is shown in rooms of up to this many members (see `fanout.audience`).
COMPANY = 200


def company(database: Database, user: str, others: Sequence[str]) -> tuple[str, ...]:
    """Those of ``others`` who are in a room of at most `COMPANY` members with ``user``, and
    neither of the two has blocked the other."""
    found = []
    for other in others:
        row = database.row(
            """
            select 1 from memberships m
            join memberships o on o.room = m.room and o.person = :other and o.to_seq is null
            join rooms r on r.id = m.room and r.members <= :most
            where m.person = :user and m.to_seq is null
              and not exists (select 1 from blocks where person = :user and other = :other)
              and not exists (select 1 from blocks where person = :other and other = :user)
            limit 1
            """,
            {"user": user, "other": other, "most": COMPANY},
        )
        if row is not None:
            found.append(other)
    return tuple(found)


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
