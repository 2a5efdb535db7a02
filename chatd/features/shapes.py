"""Shapes that several features show: a room, a member, a mark, what every event tells."""

from typing import Any

import msgspec

from chatd.engine.files import FileRow
from chatd.engine.rows import (
    EventRow,
    MarkRow,
    MemberRow,
    Notify,
    RoleName,
    RoomKind,
    RoomRow,
    UserKind,
)
from chatd.features.person_shapes import Status, status
from chatd.wire.frames import Millis, Seq


class RoomState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room as the asker sees it. ``seq`` is the last event, ``number`` the last message's.
    ``role`` is absent if you are not a member; ``other`` is the other person of a direct
    conversation, whose user name is the room's ``name``; yourself in notes to yourself.

    ``unread`` counts messages after the last one read and since you joined; ``mentions`` the unread
    ones that mention you. In an ``archived`` room nobody writes; ``posting`` is the lowest role
    that may, ``slow`` the seconds between two messages of one member. The rest is your own: what to
    be notified of (absent: all in direct conversations, mentions elsewhere), until when the room is
    muted (0: for good), whether it is a favourite, its ``place`` in your order, and from which
    message on you marked it as unread."""

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
    mentions: int = 0
    avatar: str | None = None
    archived: bool = False
    slow: int = 0
    posting: RoleName = "member"
    notify: Notify | None = None
    muted_until: Millis | None = None
    favourite: bool = False
    place: int | None = None
    unread_from: Seq | None = None


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    user: str
    name: str
    role: RoleName
    display: str = ""
    kind: UserKind = "person"
    avatar: str | None = None
    status: Status | None = None


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far someone got: the ``seq`` delivered to them and the one read, 0 for none; and when
    they read that far, if known."""

    user: str
    delivered: int = 0
    read: int = 0
    read_at: Millis | None = None


class FileShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of a message, of ``size`` bytes: `GET /files/<file>`. With ``width`` and ``height`` it
    is a picture that may be shown; without them ``type`` is what its sender said, and never
    believed: it is only ever a download."""

    file: str
    name: str
    type: str
    size: int
    width: int | None = None
    height: int | None = None


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


def file(row: FileRow) -> FileShape:
    return FileShape(
        file=row.id,
        name=row.name,
        type=row.type,
        size=row.size,
        width=row.width,
        height=row.height,
    )


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
        mentions=row.mentions,
        avatar=row.avatar,
        archived=row.archived,
        slow=row.slow,
        posting=row.posting,
        notify=row.notify,
        muted_until=row.muted_until,
        favourite=row.favourite,
        place=row.place,
        unread_from=row.unread_from,
    )


def member(row: MemberRow, now: int) -> Member:
    until = None if row.status is None else row.status.until
    return Member(
        user=row.user,
        name=row.name,
        role=row.role,
        display=row.display,
        kind=row.kind,
        avatar=row.avatar,
        status=None if until is not None and until <= now else status(row.status),
    )


def mark(row: MarkRow) -> Mark:
    return Mark(user=row.user, delivered=row.delivered, read=row.read, read_at=row.read_at or None)
