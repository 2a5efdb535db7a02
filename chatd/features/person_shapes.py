"""How a person is shown: to those who look them up, and to those who are told of a change."""

import msgspec

from chatd.engine.profiles import ProfileRow
from chatd.engine.rows import StatusRow, UserKind
from chatd.wire.frames import Millis, Signal


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody is up to. It is over at ``until``; nobody is told when that comes."""

    emoji: str = ""
    text: str = ""
    until: Millis | None = None


class PersonShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody. ``status`` and ``last_seen`` (to the minute) are for those who share a room with
    them, unless one of the two blocked the other; ``last_seen`` is absent if the person or the
    asker keeps theirs private."""

    user: str
    name: str
    display: str
    kind: UserKind = "person"
    about: str = ""
    avatar: str | None = None
    status: Status | None = None
    last_seen: Millis | None = None
    deleted: bool = False


class PersonChanged(Signal, frozen=True, kw_only=True, tag="person_changed"):
    """How ``user`` shows from now on: without ``avatar`` or ``status`` they have none. Sent to
    those who have open a room of theirs with at most 200 members, and to their own devices."""

    user: str
    name: str
    display: str
    kind: UserKind = "person"
    avatar: str | None = None
    status: Status | None = None


def status(row: StatusRow | None) -> Status | None:
    return None if row is None else Status(emoji=row.emoji, text=row.text, until=row.until)


def person_shape(row: ProfileRow) -> PersonShape:
    return PersonShape(
        user=row.id,
        name=row.name,
        display=row.display,
        kind=row.kind,
        about=row.about,
        avatar=row.avatar,
        status=status(row.status),
        last_seen=row.last_seen,
        deleted=row.deleted,
    )


def person_changed(row: ProfileRow) -> PersonChanged:
    return PersonChanged(
        user=row.id,
        name=row.name,
        display=row.display,
        kind=row.kind,
        avatar=row.avatar,
        status=status(row.status),
    )
