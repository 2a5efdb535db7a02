"""Reads of rooms as one person sees them, of their members, and of how far those got."""

import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import fields

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import MarkRow, MemberRow, RoomHead, RoomRow, StatusRow
from chatd.store import refusals
from chatd.store.database import Database, Row
from chatd.store.hidden import confined
from chatd.store.requirements import require_member, standing
from chatd.store.several import rows_of

# Unread are the messages after the read mark within each stay: the number at the stay's end less
# the number on joining or at the mark, whichever is later. Numbers are in every event, so this
# counts without looking at the messages. What was said before somebody joined can be read if the
# room shows it, but is not news.
_ROOM = """
    select r.id, r.kind, r.name, r.slug, r.topic, c.role, r.head, r.number,
           coalesce(k.read, 0), coalesce(k.delivered, 0),
           coalesce((
               select sum(
                   case when i.to_seq is null then r.number
                        else (select e.number from events e
                              where e.room = r.id and e.seq = i.to_seq) end
                   - coalesce((select e.number from events e
                               where e.room = r.id
                                 and e.seq = case when coalesce(k.read, 0) >= i.joined
                                                  then k.read else i.joined end), 0))
               from memberships i
               where i.room = r.id and i.person = :user
                 and (i.to_seq is null or i.to_seq > coalesce(k.read, 0))), 0),
           r.members, o.id, o.name,
           case when c.role is null then 0 else
               (select count(*) from mentions x
                where x.room = r.id and x.person = :user and x.seq > coalesce(k.read, 0))
               + (select count(*) from mentions x
                  join events w on w.room = x.room and w.seq = x.seq
                  where x.room = r.id and x.person = '*' and x.seq > coalesce(k.read, 0)
                    and x.seq > c.joined
                    and not exists (select 1 from blocks b
                                    where (b.person = :user and b.other = w.author)
                                       or (b.person = w.author and b.other = :user))) end,
           r.avatar, r.archived, r.slow_seconds, r.posting,
           s.notify, s.muted_until, coalesce(s.favourite, 0), s.place, s.unread_from
    from rooms r
    left join memberships c on c.room = r.id and c.person = :user and c.to_seq is null
    left join marks k on k.room = r.id and k.person = :user
    left join room_settings s on s.room = r.id and s.person = :user
    left join users o on r.kind = 'direct'
        and o.id = case when r.pair_first = :user then r.pair_second else r.pair_first end
"""
_FLAGS = [n for n, each in enumerate(fields(RoomRow)) if each.type is bool]
_ONE = _ROOM + " where r.id = :room"
_SEVERAL = _ROOM + " where r.id in ({rooms}) and c.role is not null"
_MINE_BEHIND = """
    where r.id in (select room from memberships
                   where person = :user and to_seq is null and room > :after
                   order by room limit :limit)
    order by r.id
"""
_JOINED = _ROOM + _MINE_BEHIND
_OF_USER = """
    select r.id, r.head, r.number, r.members
    from memberships m join rooms r on r.id = m.room
    where m.person = :user and m.to_seq is null order by r.position desc, r.id
"""
_PUBLIC = """
    where r.id in (select r.id from rooms r
                   where r.kind = 'public' and r.archived <= :archived {behind}
                   order by {order} limit :limit)
    order by {order}
"""
_BY_NAME = {"behind": "and (r.name, r.id) > (:name, :id)", "order": "r.name, r.id"}
_BY_SIZE = {
    "behind": "and (-r.members, r.name, r.id) > (:size, :name, :id)",
    "order": "-r.members, r.name, r.id",
}


def _row(row: Row) -> RoomRow:
    values = list(row)
    for flag in _FLAGS:
        values[flag] = bool(values[flag])
    return RoomRow(*values)


def of_user(database: Database, user: str) -> tuple[tuple[RoomHead, ...], int]:
    rows = database.rows(_OF_USER, {"user": user})
    last = database.row("select coalesce(max(position), 0) from events", {})
    assert last is not None
    return tuple(RoomHead(*row) for row in rows), last[0]


def joined(database: Database, user: str, after: str | None, limit: int) -> tuple[RoomRow, ...]:
    rows = database.rows(_JOINED, {"user": user, "after": after or "", "limit": limit})
    return tuple(_row(row) for row in rows)


def room(database: Database, user: str, room: str) -> RoomRow:
    standing(database, room, user)
    row = database.row(_ONE, {"user": user, "room": room})
    assert row is not None
    return _row(row)


def of_member(database: Database, user: str, rooms: Sequence[str]) -> dict[str, RoomRow]:
    """Those of ``rooms`` that the user is a member of, by id."""
    found = map(_row, rows_of(database, _SEVERAL, rooms, {"user": user}))
    return {row.id: row for row in found}


def public(
    database: Database,
    user: str,
    after: str | None,
    limit: int,
    words: tuple[str, ...] = (),
    archived: bool = False,
) -> tuple[RoomRow, ...]:
    if confined(database, user):
        raise refusals.confined()
    values: dict[str, Any] = {"user": user, "limit": limit, "archived": int(archived)}
    order = _BY_SIZE if words else _BY_NAME
    behind = ""
    for n, word in enumerate(words):
        # LIKE minds the case of ASCII letters in one database and not in the other; in folded text
        # there is no case.
        behind += f" and r.folded like :word{n} escape '!'"
        values[f"word{n}"] = "%" + re.sub("[!%_]", r"!\g<0>", word) + "%"
    if after is not None:
        row = database.row(
            """
            select name, id, -members from rooms
            where (id = :after or slug = :after) and kind = 'public'
            """,
            {"after": after.removeprefix("#")},
        )
        if row is None:
            raise refusals.no_room()
        values |= {"name": row[0], "id": row[1]} | ({"size": row[2]} if words else {})
        behind += " " + order["behind"]
    rows = database.rows(_ROOM + _PUBLIC.format(behind=behind, order=order["order"]), values)
    return tuple(_row(row) for row in rows)


def members(
    database: Database, user: str, room: str, after: str | None, limit: int
) -> tuple[MemberRow, ...]:
    require_member(database, room, user)
    rows = database.rows(
        """
        select u.id, u.name, m.role, u.display, u.kind, u.avatar,
               u.status_emoji, u.status_text, u.status_until,
               u.status_emoji || u.status_text <> '' and not exists (
                   select 1 from blocks b where (b.person = :user and b.other = u.id)
                                             or (b.person = u.id and b.other = :user))
        from memberships m join users u on u.id = m.person
        where m.room = :room and m.to_seq is null and u.name > :after
        order by u.name limit :limit
        """,
        {"user": user, "room": room, "after": after or "", "limit": limit},
    )
    return tuple(_member(row) for row in rows)


def _member(row: Row) -> MemberRow:
    user, name, role, display, kind, avatar, emoji, text, until, shown = row
    status = StatusRow(emoji, text, until) if shown else None
    return MemberRow(user, name, role, display, kind, avatar, status)


def marks(database: Database, user: str, room: str, limit: int) -> tuple[MarkRow, ...]:
    require_member(database, room, user)
    rows = database.rows(
        """
        select k.room, k.person, k.delivered, k.read, 0, k.read_at
        from marks k
        join memberships m on m.room = k.room and m.person = k.person and m.to_seq is null
        join users u on u.id = k.person and (u.shows_receipts = 1 or u.id = :user)
        where k.room = :room
        order by k.read desc, k.delivered desc, k.person limit :limit
        """,
        {"room": room, "user": user, "limit": limit},
    )
    return tuple(
        MarkRow(room, person, delivered, read, bool(hidden), read_at)
        for room, person, delivered, read, hidden, read_at in rows
    )


_MINE_OR_TO_BE = """
    select exists (select 1 from memberships
                   where room = :room and person = :user and to_seq is null)
        or exists (select 1 from room_invited where room = :room and person = :user)
"""


def by_slug(database: Database, slug: str, user: str | None = None) -> str:
    row = database.row("select id from rooms where slug = :slug", {"slug": slug.removeprefix("#")})
    if row is not None and user is not None and confined(database, user):
        inside = database.row(_MINE_OR_TO_BE, {"room": row[0], "user": user})
        row = row if inside and inside[0] else None
    if row is None:
        raise Refusal(Code.NOT_FOUND, refusals.no_room().message)
    return str(row[0])
