"""Shapes that several features show: a room, a member, a mark, what every event tells."""

from typing import Any

import msgspec

from chatd.engine.rows import EventRow, MarkRow, MemberRow, RoleName, RoomKind, RoomRow


class RoomState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room as the asker sees it. ``seq`` is the last event, ``number`` the last message's.
    ``role`` is absent where one is not a member; ``other`` is the other person of a direct
    conversation, whose user name is the room's ``name``."""

    room: str
    kind: RoomKind
    name: str
    slug: str | None = None
    topic: str = ""
    role: RoleName | None = None
    seq: int
    number: int
    read: int = 0
    delivered: int = 0
    unread: int = 0
    members: int
    other: str | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    name: str
    role: RoleName


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far someone got: the ``seq`` delivered to them and the one read, 0 for none."""

    user: str
    delivered: int = 0
    read: int = 0


def line(row: EventRow, cursor: str) -> dict[str, Any]:
    """What every event tells: its place in the room and in the log, when, and by whom."""
    return {
        "room": row.room,
        "seq": row.seq,
        "cursor": cursor,
        "at": row.at,
        "from_": row.author,
        "name": row.author_name,
    }


def room_state(row: RoomRow) -> RoomState:
    return RoomState(
        room=row.id,
        kind=row.kind,
        name=row.other_name or row.name,
        slug=row.slug,
        topic=row.topic,
        role=row.role,
        seq=row.head,
        number=row.number,
        read=row.read,
        delivered=row.delivered,
        unread=row.unread,
        members=row.members,
        other=row.other,
    )


def member(row: MemberRow) -> Member:
    return Member(user=row.user, name=row.name, role=row.role)


def mark(row: MarkRow) -> Mark:
    return Mark(user=row.user, delivered=row.delivered, read=row.read)
