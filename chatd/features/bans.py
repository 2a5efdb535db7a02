"""Who is kept out of a room. (Banning somebody, and ending it, is in `members`.)"""

from typing import Annotated

import msgspec

from chatd.core.principal import Principal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.wire.frames import Command, Millis, Reply, RoomRef

#: How many one page holds.
PAGE = 200


class ListBanned(Command, frozen=True, kw_only=True, tag="banned_people"):
    """Who is banned from a room, by user name, a page at a time: ``after`` is the last name seen.
    For moderators."""

    room: RoomRef
    after: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class BannedPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Banned by ``by`` at ``at``, until ``until`` or for good."""

    user: str
    name: str
    by: str
    by_name: str
    at: Millis
    until: Millis | None = None


class BannedPeople(Reply, frozen=True, kw_only=True, tag="banned_people"):
    room: str
    people: list[BannedPerson]
    more: bool = False


async def banned_people(
    command: ListBanned, actor: Principal, context: Context, view: View
) -> BannedPeople:
    rows = await context.store.banned_people(
        actor.user, command.room, command.after, PAGE + 1, context.now
    )
    return BannedPeople(
        id=command.id,
        room=command.room,
        people=[
            BannedPerson(
                user=row.user,
                name=row.name,
                by=row.by,
                by_name=row.by_name,
                at=row.at,
                until=row.until,
            )
            for row in rows[:PAGE]
        ],
        more=len(rows) > PAGE,
    )


feature = Feature("bans", rows=(Read(ListBanned, banned_people, BannedPeople),))
