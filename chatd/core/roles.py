"""Who may do what: the roles of a room and of the site, and the tables of actions over them."""

from collections.abc import Mapping
from enum import Enum
from functools import total_ordering
from types import MappingProxyType

from chatd.core.codes import Code
from chatd.core.refusal import Refusal


@total_ordering
class Role(Enum):
    """A member's standing in a room; later ones may do all that earlier ones may."""

    READER = "reader"
    MEMBER = "member"
    MODERATOR = "moderator"
    OWNER = "owner"

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Role):
            return NotImplemented
        order = list(Role)
        return order.index(self) < order.index(other)


class Action(Enum):
    """What one can do in a room, as the refusal's sentence names it."""

    OPEN = "open this room"
    MARK = "mark messages as read"
    SEND = "write here"
    TYPE = "show that you type"
    REACT = "react here"
    EDIT_OWN = "edit your messages here"
    DELETE_OWN = "delete your messages here"
    DELETE_ANY = "delete messages of others"
    PIN = "pin messages"
    INVITE = "invite people"
    KICK = "remove people"
    BAN = "ban people"
    CHANGE_ROOM = "change this room"
    CHANGE_ROLES = "change roles"
    DELETE_ROOM = "delete this room"


LEAST: Mapping[Action, Role] = MappingProxyType(
    {
        Action.OPEN: Role.READER,
        Action.MARK: Role.READER,
        Action.SEND: Role.MEMBER,
        Action.TYPE: Role.MEMBER,
        Action.REACT: Role.MEMBER,
        Action.EDIT_OWN: Role.MEMBER,
        # A reader was perhaps a member yesterday: one's own words can always be taken back.
        Action.DELETE_OWN: Role.READER,
        Action.DELETE_ANY: Role.MODERATOR,
        Action.PIN: Role.MODERATOR,
        Action.INVITE: Role.MEMBER,
        Action.KICK: Role.MODERATOR,
        Action.BAN: Role.MODERATOR,
        Action.CHANGE_ROOM: Role.MODERATOR,
        Action.CHANGE_ROLES: Role.MODERATOR,
        Action.DELETE_ROOM: Role.OWNER,
    }
)
"""The least role that may do each action."""


def may(role: Role | None, action: Action) -> bool:
    """Whether a member with this role may do this; None = no member, who may do nothing here."""
    return role is not None and role >= LEAST[action]


def require(role: Role | None, action: Action) -> None:
    """A Refusal unless `may`: `not-found` for one who is no member, as for a room that is not."""
    if role is None:
        raise Refusal(Code.NOT_FOUND, "There is no such room, or you are not in it.")
    if not may(role, action):
        least = LEAST[action].value
        raise Refusal(
            Code.FORBIDDEN,
            f"You may not {action.value}: that takes the role {least}, and yours is {role.value}.",
        )


def may_act_on(actor: Role | None, target: Role | None) -> bool:
    """Whether the actor's standing allows acting on another: above it, or both owners.

    None as target = no member (a ban beforehand).
    """
    if actor is None:
        return False
    return target is None or actor > target or actor is Role.OWNER


def may_set_role(actor: Role | None, target: Role, role: Role) -> bool:
    """Whether the actor may give this role to another member, who has the role `target`.

    Moderators move people between reader and member; owners give any role, their own included.
    """
    if actor is None or not may(actor, Action.CHANGE_ROLES) or not may_act_on(actor, target):
        return False
    return actor is Role.OWNER or role < actor


def may_step_down(current: Role, role: Role, owners: int) -> bool:
    """Whether a member may lower their own role; the last of the `owners` may not."""
    return role < current and not (current is Role.OWNER and owners <= 1)


def may_leave(role: Role, owners: int, members: int) -> bool:
    """Whether a member may leave: the last owner hands the room over first, unless alone in it."""
    return role is not Role.OWNER or owners > 1 or members <= 1


class SiteRole(Enum):
    """A user's standing on the whole server."""

    MEMBER = "member"
    ADMIN = "admin"


class SiteAction(Enum):
    """What one can do on the server, outside any room."""

    CREATE_ROOM = "create rooms"
    TALK_DIRECTLY = "start conversations"
    INVITE_TO_SITE = "invite people to this server"
    MANAGE_USERS = "manage users"
    MANAGE_ROOMS = "manage rooms of others"
    SEE_STATE = "see the server's state"


SITE_MAY: Mapping[SiteAction, frozenset[SiteRole]] = MappingProxyType(
    {
        SiteAction.CREATE_ROOM: frozenset(SiteRole),
        SiteAction.TALK_DIRECTLY: frozenset(SiteRole),
        SiteAction.INVITE_TO_SITE: frozenset({SiteRole.ADMIN}),
        SiteAction.MANAGE_USERS: frozenset({SiteRole.ADMIN}),
        # Managing a room is naming an owner or deleting it; it is not reading what is said in it.
        SiteAction.MANAGE_ROOMS: frozenset({SiteRole.ADMIN}),
        SiteAction.SEE_STATE: frozenset({SiteRole.ADMIN}),
    }
)
"""The site roles that may do each action."""


def may_on_site(role: SiteRole, action: SiteAction) -> bool:
    return role in SITE_MAY[action]
