"""Members: join, leave, add, roles, kick, ban."""

from typing import Annotated, Literal

import msgspec

from chatd.core.principal import Principal
from chatd.engine.envelope import Movement
from chatd.engine.guests import NoGuest
from chatd.engine.profiles import MayBeAdded
from chatd.engine.rows import EventRow, RoleName
from chatd.engine.table import Context, EventKind, Feature, Read, Write
from chatd.engine.unit import (
    Append,
    FewRooms,
    FewStays,
    IsMember,
    IsRoom,
    KeepsAnOwner,
    NotBanned,
    NotBlockedBy,
    NotMember,
    Outranks,
    SetBan,
    SetMember,
    Unit,
    UserExists,
)
from chatd.engine.view import View
from chatd.features.rights import Action, least
from chatd.features.shapes import Member, line, member
from chatd.wire.frames import Command, Event, Keyed, Millis, Reply, RoomRef, UserRef

#: How many members one page of the list holds.
PAGE = 200
#: How often one person may join a room in which newcomers do not see what was said before.
MOST_STAYS = 500
#: How many rooms others may bring a person into; more, they can only join themselves.
MOST_ROOMS = 500

MembershipChange = Literal["joined", "added", "left", "kicked", "banned", "unbanned", "role"]


class Join(Keyed, frozen=True, kw_only=True, tag="join"):
    """Becomes a member of a public room."""

    room: RoomRef


class Leave(Keyed, frozen=True, kw_only=True, tag="leave"):
    """Is no longer a member. The last owner first hands the room to somebody else."""

    room: RoomRef


class AddMember(Keyed, frozen=True, kw_only=True, tag="add_member"):
    """Brings somebody into a room: for moderators. Whoever is in 500 rooms is brought into no
    other, but may still join. Whoever does not let everybody begin a conversation (`set_privacy`)
    is brought in only by people they share a room with; others invite them."""

    room: RoomRef
    user: UserRef
    role: Literal["reader", "member"] = "member"


class SetRole(Keyed, frozen=True, kw_only=True, tag="set_role"):
    """Gives a member another role: for owners."""

    room: RoomRef
    user: UserRef
    role: RoleName


class Kick(Keyed, frozen=True, kw_only=True, tag="kick"):
    """Removes a member: for moderators, of those below them. They may join again."""

    room: RoomRef
    user: UserRef


class Ban(Keyed, frozen=True, kw_only=True, tag="ban"):
    """Removes somebody and keeps them out, until ``until`` or for good."""

    room: RoomRef
    user: UserRef
    until: Millis | None = None


class Unban(Keyed, frozen=True, kw_only=True, tag="unban"):
    """Lifts a ban."""

    room: RoomRef
    user: UserRef


class ListMembers(Command, frozen=True, kw_only=True, tag="members"):
    """Members by name, a page at a time: ``after`` is the last name seen."""

    room: RoomRef
    after: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class Members(Reply, frozen=True, kw_only=True, tag="members"):
    room: str
    members: list[Member]
    more: bool = False


class Membership(Event, frozen=True, kw_only=True, tag="membership"):
    """``user`` (now called ``user_name``) came, went, or has another ``role``. Your own removal is
    the last event you get from a room."""

    user: str
    user_name: str
    change: MembershipChange
    role: RoleName | None = None


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a movement."""

    change: MembershipChange
    role: RoleName | None = None


def movement(
    room: str,
    actor: str,
    user: str,
    change: MembershipChange,
    role: RoleName | None,
    now: int,
) -> tuple[Append, SetMember]:
    """``user`` has ``role`` from here on, or with None is no longer a member."""
    body = msgspec.json.encode(Body(change, role))
    return (
        Append(room, "membership", actor, now, body, subject=user),
        SetMember(room, user, role),
    )


def join(command: Join, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsRoom(command.room, actor.user, ("public",)),
            NotMember(command.room, actor.user),
            NotBanned(command.room, actor.user, context.now),
            FewStays(command.room, actor.user, MOST_STAYS),
        ),
        changes=movement(command.room, actor.user, actor.user, "joined", "member", context.now),
    )


def leave(command: Leave, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.LEAVE)),
            IsRoom(command.room, actor.user, ("public", "private")),
            KeepsAnOwner(command.room, actor.user),
        ),
        changes=movement(command.room, actor.user, actor.user, "left", None, context.now),
    )


def add_member(command: AddMember, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.ADD)),
            IsRoom(command.room, actor.user, ("public", "private")),
            UserExists(command.user),
            NotMember(command.room, command.user),
            NotBanned(command.room, command.user, context.now),
            NotBlockedBy(actor.user, command.user),
            MayBeAdded(actor.user, command.user),
            NoGuest(command.user),
            FewStays(command.room, command.user, MOST_STAYS),
            FewRooms(command.user, MOST_ROOMS),
        ),
        changes=movement(
            command.room, actor.user, command.user, "added", command.role, context.now
        ),
    )


def set_role(command: SetRole, actor: Principal, context: Context) -> Unit:
    requires: tuple[IsMember | IsRoom | Outranks | KeepsAnOwner, ...] = (
        IsMember(command.room, actor.user, least(Action.CHANGE_ROLES)),
        IsRoom(command.room, actor.user, ("public", "private")),
        Outranks(command.room, actor.user, command.user),
    )
    if command.role != "owner":
        requires += (KeepsAnOwner(command.room, command.user),)
    return Unit(
        actor.user,
        requires=requires,
        changes=movement(command.room, actor.user, command.user, "role", command.role, context.now),
    )


def kick(command: Kick, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.KICK)),
            IsRoom(command.room, actor.user, ("public", "private")),
            Outranks(command.room, actor.user, command.user),
            KeepsAnOwner(command.room, command.user),
        ),
        changes=movement(command.room, actor.user, command.user, "kicked", None, context.now),
    )


def ban(command: Ban, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.BAN)),
            IsRoom(command.room, actor.user, ("public", "private")),
            UserExists(command.user),
            Outranks(command.room, actor.user, command.user, must_be_member=False),
            KeepsAnOwner(command.room, command.user),
        ),
        changes=(
            SetBan(command.room, command.user, actor.user, context.now, command.until),
            *movement(command.room, actor.user, command.user, "banned", None, context.now),
        ),
    )


def unban(command: Unban, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.BAN)),
            UserExists(command.user),
        ),
        changes=(
            SetBan(command.room, command.user, actor.user, context.now, lifted=True),
            Append(
                command.room,
                "membership",
                actor.user,
                context.now,
                msgspec.json.encode(Body("unbanned")),
                subject=command.user,
            ),
        ),
    )


async def members(command: ListMembers, actor: Principal, context: Context, view: View) -> Members:
    rows = await context.store.members(actor.user, command.room, command.after, PAGE + 1)
    return Members(
        id=command.id,
        room=command.room,
        members=[member(row, context.now) for row in rows[:PAGE]],
        more=len(rows) > PAGE,
    )


_body = msgspec.json.Decoder(Body)
_MOVES: dict[str, Movement] = {
    "joined": "in",
    "added": "in",
    "left": "out",
    "kicked": "out",
    "banned": "out",
}


def render(row: EventRow, cursor: str) -> Membership:
    body = _body.decode(row.body)
    assert row.subject is not None and row.subject_name is not None
    return Membership(
        **line(row, cursor),
        user=row.subject,
        user_name=row.subject_name,
        change=body.change,
        role=body.role,
    )


def moves(row: EventRow) -> Movement | None:
    return _MOVES.get(_body.decode(row.body).change)


feature = Feature(
    "members",
    rows=(
        Write(Join, join),
        Write(Leave, leave),
        Write(AddMember, add_member),
        Write(SetRole, set_role),
        Write(Kick, kick),
        Write(Ban, ban),
        Write(Unban, unban),
        Read(ListMembers, members, Members),
    ),
    events=(EventKind("membership", Membership, render, moves),),
)
