"""Reads of what is left to do for accounts that are being deleted."""

from chatd.engine.deletion import OwnMessages, Parting
from chatd.store.database import Database

#: Positions of the log that one read looks through: a few hundredths of a second.
WINDOW = 20_000

_PARTINGS = """
    select r.id, r.kind, r.members,
           m.role = 'owner' and not exists (
               select 1 from memberships o where o.room = r.id and o.to_seq is null
               and o.role = 'owner' and o.person <> :user),
           (select s.person from memberships s
            where s.room = r.id and s.to_seq is null and s.person <> :user
            order by case s.role when 'moderator' then 0 when 'member' then 1 else 2 end,
                     s.joined, s.person limit 1)
    from memberships m join rooms r on r.id = m.room
    where m.person = :user and m.to_seq is null
"""


def deletions(database: Database) -> tuple[tuple[str, bool], ...]:
    rows = database.rows(
        "select id, deletion from users where deletion in ('leave', 'erase') order by id", {}
    )
    return tuple((row[0], row[1] == "erase") for row in rows)


def partings(database: Database, user: str, limit: int) -> tuple[Parting, ...]:
    rows = database.rows(
        _PARTINGS + " order by m.room limit :limit", {"user": user, "limit": limit}
    )
    return tuple(_parting(user, *row) for row in rows)


def parting(database: Database, user: str, room: str) -> Parting | None:
    row = database.row(_PARTINGS + " and m.room = :room", {"user": user, "room": room})
    return None if row is None else _parting(user, *row)


def _parting(
    user: str, room: str, kind: str, members: int, last_owner: bool, heir: str | None
) -> Parting:
    direct = kind == "direct"
    return Parting(room, user, direct, members == 1, heir if last_owner and not direct else None)


def own_messages(database: Database, user: str, after: int, limit: int) -> OwnMessages:
    last = database.row("select coalesce(max(position), 0) from events", {})
    assert last is not None
    end = after + WINDOW
    rows = database.rows(
        """
        select room, seq, position from events
        where position > :after and position <= :end
          and author = :user and numbered = 1 and deleted = 0
        order by position limit :limit
        """,
        {"user": user, "after": after, "end": end, "limit": limit},
    )
    if len(rows) == limit:
        end = rows[-1][2]
    return OwnMessages(tuple((row[0], row[1]) for row in rows), end if end < last[0] else None)


def own_messages_in(database: Database, user: str, room: str, limit: int) -> OwnMessages:
    rows = database.rows(
        """
        select seq, position from events
        where room = :room and author = :user and numbered = 1 and deleted = 0
        order by seq limit :limit
        """,
        {"user": user, "room": room, "limit": limit},
    )
    more = rows[-1][1] if len(rows) == limit else None
    return OwnMessages(tuple((room, row[0]) for row in rows), more)
