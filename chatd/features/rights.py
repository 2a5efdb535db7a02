"""Rights: the lowest role that an action in a room takes; every feature asks here."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from chatd.engine.rows import RoleName


class Action(Enum):
    """What people do in a room. Whom they may do it to is a matter of `Outranks`."""

    MARK = auto()
    LEAVE = auto()
    SEND = auto()
    TYPE = auto()
    EDIT_OWN = auto()
    DELETE_OWN = auto()
    DELETE_ANY = auto()
    REACT = auto()
    PIN = auto()
    ADD = auto()
    KICK = auto()
    BAN = auto()
    CHANGE_ROOM = auto()
    CHANGE_ROLES = auto()
    RULE_ROOM = auto()


LEAST: Mapping[Action, RoleName] = MappingProxyType(
    {
        Action.MARK: "reader",
        Action.LEAVE: "reader",
        Action.SEND: "member",
        Action.TYPE: "member",
        Action.EDIT_OWN: "member",
        Action.DELETE_OWN: "member",
        Action.DELETE_ANY: "moderator",
        Action.REACT: "member",
        Action.PIN: "moderator",
        Action.ADD: "moderator",
        Action.KICK: "moderator",
        Action.BAN: "moderator",
        Action.CHANGE_ROOM: "moderator",
        Action.CHANGE_ROLES: "owner",
        Action.RULE_ROOM: "owner",
    }
)


def least(action: Action) -> RoleName:
    """The lowest role that may do it."""
    return LEAST[action]
