"""Invitations: links into a room, and people who are invited by name."""

from hashlib import sha256
from typing import Annotated

import msgspec

from chatd.core.principal import Principal
from chatd.engine.entries import (
    CreateRoomLink,
    EndInvited,
    EndRoomLink,
    EnterByLink,
    EntryRow,
    IsInvited,
    MayBeInvited,
    SetInvited,
)
from chatd.engine.rows import Committed, RoomKind, ToPerson
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import (
    FewStays,
    IsMember,
    IsRoom,
    NotBanned,
    NotBlockedBy,
    NotMember,
    Unit,
    UserExists,
)
from chatd.engine.view import View
from chatd.features.members import MOST_STAYS, Body, movement
from chatd.features.rights import Action, least
from chatd.wire.frames import Command, Keyed, Millis, Reply, RoomRef, Signal, UserRef

#: What the secret of every link begins with, so that it is known for what it is where it leaks.
PREFIX = "chatd_r_"
WEEK = 7 * 24 * 3600
YEAR = 365 * 24 * 3600
MOST_USES = 10_000
#: Links into one room, and people invited into it, at a time.
MOST_LINKS = 100
MOST_OF_ROOM = 500
#: Invitations that wait for one person, and how many of those come from one other.
MOST_OF_PERSON = 200
MOST_BETWEEN = 10

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
    end) within ``expires_in`` seconds (a week; 0: without end). It ends with its maker's right to
    invite. A page of the server takes it as ``/#join=<secret>``."""

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
    """Where a link leads. One that never was, has ended or is used up answers alike."""

    secret: Secret


class JoinByLink(Keyed, frozen=True, kw_only=True, tag="join_by_link"):
    """Becomes a member of the room behind a link."""

    secret: Secret


class Invite(Keyed, frozen=True, kw_only=True, tag="invite"):
    """Invites somebody into a room: for moderators. They are told its name, topic and size, and who
    invites them, and nothing else of it until they accept."""

    room: RoomRef
    user: UserRef


class Uninvite(Keyed, frozen=True, kw_only=True, tag="uninvite"):
    """Takes an invitation back: for moderators."""

    room: RoomRef
    user: UserRef


class Accept(Keyed, frozen=True, kw_only=True, tag="accept"):
    """Becomes a member of a room that one was invited into."""

    room: RoomRef


class Decline(Keyed, frozen=True, kw_only=True, tag="decline"):
    """Does not want to come. Nobody is told."""

    room: RoomRef


class ListInvitations(Command, frozen=True, kw_only=True, tag="invited"):
    """Rooms that one is invited into, the latest first."""


class ListInvitedPeople(Command, frozen=True, kw_only=True, tag="invited_people"):
    """Who was invited into a room and did not answer yet: for moderators."""

    room: RoomRef


class LinkShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link and who made it. Without ``expires`` or ``uses_left`` there is no end of it."""

    link_id: str
    by: str
    by_name: str
    created: Millis
    expires: Millis | None = None
    uses_left: int | None = None


class Invitation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room that one is invited into, and by whom."""

    room: str
    kind: RoomKind
    name: str
    topic: str = ""
    avatar: str | None = None
    members: int
    by: str
    by_name: str
    at: Millis


class InvitedPerson(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    name: str
    by: str
    by_name: str
    at: Millis


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
    """The room behind a link, who made that, and whether one is in the room already."""

    room: str
    kind: RoomKind
    name: str
    topic: str = ""
    avatar: str | None = None
    members: int
    by: str
    by_name: str
    joined: bool = False


class Invitations(Reply, frozen=True, kw_only=True, tag="invitations"):
    invitations: list[Invitation]


class InvitedPeople(Reply, frozen=True, kw_only=True, tag="invited_people"):
    room: str
    people: list[InvitedPerson]


class Invited(Signal, frozen=True, kw_only=True, tag="invited"):
    """One is invited into a room."""

    invitation: Invitation


class Uninvited(Signal, frozen=True, kw_only=True, tag="uninvited"):
    """An invitation is no more: taken back, or declined on another device. (That of a room that one
    is in by now ends without this; `room_added` tells.)"""

    room: str


def _secret(actor: Principal, key: str, context: Context) -> str:
    return PREFIX + context.derived("room-link", actor.user, key)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def _link_id(secret: str) -> str:
    """Names a link to those who may end it; of no use for guessing the secret."""
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
    """Made anew for a repeated command: the secret follows from its key."""
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


def invite(command: Invite, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.ADD)),
            IsRoom(command.room, actor.user, ("public", "private")),
            UserExists(command.user),
            NotMember(command.room, command.user),
            NotBanned(command.room, command.user, context.now),
            NotBlockedBy(actor.user, command.user),
            MayBeInvited(
                command.room,
                command.user,
                actor.user,
                MOST_OF_ROOM,
                MOST_OF_PERSON,
                MOST_BETWEEN,
            ),
        ),
        changes=(
            SetInvited(
                command.room,
                command.user,
                actor.user,
                context.now,
                lambda row: ToPerson(command.user, Invited(invitation=_invitation(row))),
            ),
        ),
        room=command.room,
    )


def uninvite(command: Uninvite, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.ADD)),),
        changes=(EndInvited(command.room, command.user),),
        room=command.room,
        tells=(ToPerson(command.user, Uninvited(room=command.room)),),
    )


def accept(command: Accept, actor: Principal, context: Context) -> Unit:
    # Coming in ends the invitation, whichever way one comes.
    return Unit(
        actor.user,
        requires=(
            IsInvited(command.room, actor.user),
            NotMember(command.room, actor.user),
            NotBanned(command.room, actor.user, context.now),
            FewStays(command.room, actor.user, MOST_STAYS),
        ),
        changes=movement(command.room, actor.user, actor.user, "joined", "member", context.now),
    )


def decline(command: Decline, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(IsInvited(command.room, actor.user),),
        changes=(EndInvited(command.room, actor.user),),
        room=command.room,
        tells=(ToPerson(actor.user, Uninvited(room=command.room)),),
    )


async def invited(
    command: ListInvitations, actor: Principal, context: Context, view: View
) -> Invitations:
    rows = await context.store.invited(actor.user)
    return Invitations(id=command.id, invitations=[_invitation(row) for row in rows])


async def invited_people(
    command: ListInvitedPeople, actor: Principal, context: Context, view: View
) -> InvitedPeople:
    rows = await context.store.invited_people(actor.user, command.room)
    return InvitedPeople(
        id=command.id,
        room=command.room,
        people=[
            InvitedPerson(user=row.user, name=row.name, by=row.by, by_name=row.by_name, at=row.at)
            for row in rows
        ],
    )


def _invitation(row: EntryRow) -> Invitation:
    return Invitation(
        room=row.room,
        kind=row.kind,
        name=row.name,
        topic=row.topic,
        avatar=row.avatar,
        members=row.members,
        by=row.by,
        by_name=row.by_name,
        at=row.at,
    )


feature = Feature(
    "invitations",
    rows=(
        Write(InviteLink, invite_link, cost=2, reply=link_made),
        Read(ListLinks, links, Links),
        Write(EndLink, end_link),
        Read(PeekLink, peek_link, Peeked, cost=3),
        Write(JoinByLink, join_by_link, cost=3),
        Write(Invite, invite, cost=2),
        Write(Uninvite, uninvite),
        Write(Accept, accept),
        Write(Decline, decline),
        Read(ListInvitations, invited, Invitations),
        Read(ListInvitedPeople, invited_people, InvitedPeople),
    ),
    said=(Invited, Uninvited),
)
