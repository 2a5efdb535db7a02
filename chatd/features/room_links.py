"""Links into a room: whoever has one may join, as often and as long as it was made for."""

from hashlib import sha256
from typing import Annotated

import msgspec

from chatd.core.principal import Principal
from chatd.engine.entries import CreateRoomLink, EndRoomLink, EnterByLink
from chatd.engine.rows import Committed, RoomKind
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import IsMember, IsRoom, Unit
from chatd.engine.view import View
from chatd.features.members import MOST_STAYS, Body
from chatd.features.rights import Action, least
from chatd.wire.frames import Command, Keyed, Millis, Reply, RoomRef

#: What the secret of every link begins with, so that it is recognised if it leaks.
PREFIX = "chatd_j_"
WEEK = 7 * 24 * 3600
YEAR = 365 * 24 * 3600
MOST_USES = 10_000
#: Links into one room at a time.
MOST_LINKS = 100

Secret = Annotated[
    str,
    msgspec.Meta(
        min_length=8,
        max_length=128,
        description="What stands behind #join= in the address that somebody was given.",
    ),
]
LinkId = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class InviteLink(Keyed, frozen=True, kw_only=True, tag="invite_link"):
    """Makes a link into a room, for moderators: whoever has it may join, ``uses`` times (or without
    limit) within ``expires_in`` seconds (a week; 0: without end). It ends with its maker's right to
    invite. The server's page takes it as ``/#join=<secret>``."""

    room: RoomRef
    expires_in: Annotated[int, msgspec.Meta(ge=0, le=YEAR)] = WEEK
    uses: Annotated[int, msgspec.Meta(ge=1, le=MOST_USES)] | None = None


class ListLinks(Command, frozen=True, kw_only=True, tag="links"):
    """Links that lead into a room, without their secrets: for moderators."""

    room: RoomRef


class EndLink(Keyed, frozen=True, kw_only=True, tag="end_link"):
    """The link leads nowhere any more: for moderators."""

    room: RoomRef
    link_id: LinkId


class PeekLink(Command, frozen=True, kw_only=True, tag="peek_link"):
    """Where a link leads. One that never existed, has ended or is used up gets the same answer."""

    secret: Secret


class JoinByLink(Keyed, frozen=True, kw_only=True, tag="join_by_link"):
    """Becomes a member of the room behind a link."""

    secret: Secret


class LinkShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link and who made it. Without ``expires`` or ``uses_left`` there is no such limit."""

    link_id: str
    by: str
    by_name: str
    created: Millis
    expires: Millis | None = None
    uses_left: int | None = None


class LinkMade(Reply, frozen=True, kw_only=True, tag="link"):
    """The only time that ``secret`` is shown; the same key shows it again."""

    room: str
    link_id: str
    secret: str
    expires: Millis | None = None
    uses: int | None = None


class Links(Reply, frozen=True, kw_only=True, tag="links"):
    room: str
    links: list[LinkShape]


class Peeked(Reply, frozen=True, kw_only=True, tag="peeked"):
    """The room behind a link, who made the link, and whether you are in the room already."""

    room: str
    kind: RoomKind
    name: str
    topic: str = ""
    avatar: str | None = None
    members: int
    by: str
    by_name: str
    joined: bool = False


def _secret(actor: Principal, key: str, context: Context) -> str:
    return PREFIX + context.derived("room-link", actor.user, key)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _link_id(secret: str) -> str:
    """Names a link to those who may end it; useless for guessing the secret."""
    return "l" + sha256(b"id of " + secret.encode()).hexdigest()[:16]


def invite_link(command: InviteLink, actor: Principal, context: Context) -> Unit:
    secret = _secret(actor, command.key, context)
    lasts = command.expires_in * 1000
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.ADD)),
            IsRoom(command.room, actor.user, ("public", "private")),
        ),
        changes=(
            CreateRoomLink(
                _link_id(secret),
                _digest(secret),
                command.room,
                actor.user,
                context.now,
                context.now + lasts if lasts else None,
                command.uses,
                MOST_LINKS,
            ),
        ),
        room=command.room,
    )


def link_made(
    command: InviteLink, committed: Committed, actor: Principal, context: Context
) -> LinkMade:
    """Computed again for a repeated command: the secret follows from its key."""
    secret = _secret(actor, command.key, context)
    made = committed.answer.at or context.now
    return LinkMade(
        id=command.id,
        room=command.room,
        link_id=_link_id(secret),
        secret=secret,
        expires=made + command.expires_in * 1000 if command.expires_in else None,
        uses=command.uses,
    )


async def links(command: ListLinks, actor: Principal, context: Context, view: View) -> Links:
    rows = await context.store.room_links(actor.user, command.room, context.now)
    return Links(
        id=command.id,
        room=command.room,
        links=[
            LinkShape(
                link_id=row.id,
                by=row.by,
                by_name=row.by_name,
                created=row.created,
                expires=row.expires,
                uses_left=row.uses_left,
            )
            for row in rows
        ],
    )


def end_link(command: EndLink, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.ADD)),),
        changes=(EndRoomLink(command.room, command.link_id),),
        room=command.room,
    )


async def peek_link(command: PeekLink, actor: Principal, context: Context, view: View) -> Peeked:
    row = await context.store.behind_link(actor.user, _digest(command.secret), context.now)
    return Peeked(
        id=command.id,
        room=row.room,
        kind=row.kind,
        name=row.name,
        topic=row.topic,
        avatar=row.avatar,
        members=row.members,
        by=row.by,
        by_name=row.by_name,
        joined=row.joined,
    )


def join_by_link(command: JoinByLink, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        changes=(
            EnterByLink(
                _digest(command.secret),
                actor.user,
                context.now,
                msgspec.json.encode(Body("joined", "member")),
                MOST_STAYS,
            ),
        ),
    )


feature = Feature(
    "room-links",
    rows=(
        Write(InviteLink, invite_link, cost=2, reply=link_made),
        Read(ListLinks, links, Links),
        Write(EndLink, end_link),
        Read(PeekLink, peek_link, Peeked, cost=3),
        Write(JoinByLink, join_by_link, cost=3),
    ),
)
