"""Invitations: people are asked into a room by name, and come or not."""

import msgspec

from chatd.core.principal import Principal
from chatd.engine.entries import EndInvited, EntryRow, IsInvited, MayBeInvited, SetInvited
from chatd.engine.guests import NoGuest
from chatd.engine.rows import RoomKind, ToPerson
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
from chatd.features.members import MOST_STAYS, movement
from chatd.features.rights import Action, least
from chatd.wire.frames import Command, Keyed, Millis, Reply, RoomRef, Signal, UserRef

#: People invited into one room at a time.
MOST_OF_ROOM = 500
#: Invitations that wait for one person, and how many of those may come from one other.
MOST_OF_PERSON = 200
MOST_BETWEEN = 10


class Invite(Keyed, frozen=True, kw_only=True, tag="invite"):
    """Invites somebody into a room: for moderators. They are told its name, topic and size, and who
    invites them, and nothing else until they accept."""

    room: RoomRef
    user: UserRef


class Uninvite(Keyed, frozen=True, kw_only=True, tag="uninvite"):
    """Takes an invitation back: for moderators."""

    room: RoomRef
    user: UserRef


class Accept(Keyed, frozen=True, kw_only=True, tag="accept"):
    """Becomes a member of a room that you were invited into."""

    room: RoomRef


class Decline(Keyed, frozen=True, kw_only=True, tag="decline"):
    """Turns an invitation down. Nobody is told."""

    room: RoomRef


class ListInvitations(Command, frozen=True, kw_only=True, tag="invited"):
    """Rooms that you are invited into, latest first."""


class ListInvitedPeople(Command, frozen=True, kw_only=True, tag="invited_people"):
    """Who was invited into a room and has not answered yet: for moderators."""

    room: RoomRef


class Invitation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A room that you are invited into, and by whom."""

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


class Invitations(Reply, frozen=True, kw_only=True, tag="invitations"):
    invitations: list[Invitation]


class InvitedPeople(Reply, frozen=True, kw_only=True, tag="invited_people"):
    room: str
    people: list[InvitedPerson]


class Invited(Signal, frozen=True, kw_only=True, tag="invited"):
    """You are invited into a room."""

    invitation: Invitation


class Uninvited(Signal, frozen=True, kw_only=True, tag="uninvited"):
    """An invitation has ended: taken back, or declined on another device. (One into a room that you
    are in by now ends without this; `room_added` tells.)"""

    room: str


def invite(command: Invite, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.ADD)),
            IsRoom(command.room, actor.user, ("public", "private")),
            UserExists(command.user),
            NoGuest(command.user),
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
    # Coming in ends the invitation, by whichever way.
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
        Write(Invite, invite, cost=2),
        Write(Uninvite, uninvite),
        Write(Accept, accept),
        Write(Decline, decline),
        Read(ListInvitations, invited, Invitations),
        Read(ListInvitedPeople, invited_people, InvitedPeople),
    ),
    said=(Invited, Uninvited),
)
