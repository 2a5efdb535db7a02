"""Presence: who is online, away or gone, for those who have a room in common open."""

from typing import Literal

from chatd.core.principal import Principal
from chatd.engine.table import Feature, Passing
from chatd.engine.view import View
from chatd.wire.frames import Command
from chatd.wire.signals import Activity, Mentioned, PresenceChanged, RoomAdded, RoomRemoved


class SetPresence(Command, frozen=True, kw_only=True, tag="presence"):
    """How you show on this connection. You are away if all of your connections say so."""

    state: Literal["online", "away"]


def presence(command: SetPresence, actor: Principal, view: View) -> None:
    view.presence(command.state)


feature = Feature(
    "presence",
    rows=(Passing(SetPresence, presence),),
    said=(PresenceChanged, Activity, Mentioned, RoomAdded, RoomRemoved),
)
