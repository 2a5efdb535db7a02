"""Reads of the ways into rooms: links, and people who are invited."""

from dataclasses import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.entries import BannedRow, EntryRow, InvitedRow, RoomLinkRow
from chatd.engine.rows import RoleName
from chatd.engine.unit import IsMember
from chatd.store.database import Database
from chatd.store.requirements import is_member

# Only those who may invite see who else may come; only those who may ban, whom that keeps out.
_INVITES: RoleName = "moderator"
_BANS: RoleName = "moderator"
_ENTRY = "select r.id, r.kind, r.name, r.topic, r.avatar, r.members, u.id, u.name"
_BEHIND_LINK = f"""
    {_ENTRY}, l.created,
           exists (select 1 from memberships m
                   where m.room = r.id and m.person = :user and m.to_seq is null)
    from room_links l
    join rooms r on r.id = l.room
    join users u on u.id = l.made_by
    where l.digest = :digest and (l.expires is null or l.expires > :now)
      and (l.uses_left is null or l.uses_left > 0)
"""  # noqa: S608 (ours)
_INVITED = f"""
    {_ENTRY}, i.at
    from room_invited i
    join rooms r on r.id = i.room
    join users u on u.id = i.invited_by
    where i.person = :user order by i.at desc, i.room
"""


def room_links(database: Database, user: str, room: str, now: int) -> tuple[RoomLinkRow, ...]:
    is_member(database, IsMember(room, user, _INVITES))
    rows = database.rows(
        """
        select l.id, l.room, l.made_by, u.name, l.created, l.expires, l.uses_left
        from room_links l join users u on u.id = l.made_by
        where l.room = :room and (l.expires is null or l.expires > :now)
          and (l.uses_left is null or l.uses_left > 0)
        order by l.created desc, l.id
        """,
        {"room": room, "now": now},
    )
    return tuple(RoomLinkRow(*row) for row in rows)


def behind_link(database: Database, user: str, digest: bytes, now: int) -> EntryRow:
    row = database.row(_BEHIND_LINK, {"digest": digest, "now": now, "user": user})
    if row is None:
        raise no_link()
    return replace(EntryRow(*row[:-1]), joined=bool(row[-1]))


def no_link() -> Refusal:
    """The same for a link that never existed, has ended or is used up: nobody can tell which."""
    return Refusal(
        Code.NOT_FOUND, "This link is not good, or not any more; ask for a new one.", field="secret"
    )


def invited(database: Database, user: str) -> tuple[EntryRow, ...]:
    rows = database.rows(_INVITED, {"user": user})
    return tuple(EntryRow(*row) for row in rows)


def invited_here(database: Database, user: str, room: str) -> EntryRow:
    """One invitation that exists."""
    return next(row for row in invited(database, user) if row.room == room)


def invited_people(database: Database, user: str, room: str) -> tuple[InvitedRow, ...]:
    is_member(database, IsMember(room, user, _INVITES))
    rows = database.rows(
        """
        select u.id, u.name, b.id, b.name, i.at
        from room_invited i
        join users u on u.id = i.person
        join users b on b.id = i.invited_by
        where i.room = :room order by u.name
        """,
        {"room": room},
    )
    return tuple(InvitedRow(*row) for row in rows)


def banned_people(
    database: Database, user: str, room: str, after: str | None, limit: int, now: int
) -> tuple[BannedRow, ...]:
    is_member(database, IsMember(room, user, _BANS))
    rows = database.rows(
        """
        select u.id, u.name, b.id, b.name, x.at, x.until
        from bans x
        join users u on u.id = x.person
        join users b on b.id = x.banned_by
        where x.room = :room and (x.until is null or x.until > :now) and u.name > :after
        order by u.name limit :limit
        """,
        {"room": room, "after": after or "", "limit": limit, "now": now},
    )
    return tuple(BannedRow(*row) for row in rows)
