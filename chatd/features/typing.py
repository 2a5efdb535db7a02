"""Typing: a hint to those who have the room open. Sent again every 3 s, over after 6 s."""

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Feature, Passing
from chatd.engine.view import View
from chatd.wire.frames import Command, RoomRef
from chatd.wire.signals import Typing


class SetTyping(Command, frozen=True, kw_only=True, tag="typing"):
    """I am typing here (again), or no longer. The room must be open on this connection."""

    room: RoomRef
    active: bool = True


def typing(command: SetTyping, actor: Principal, view: View) -> None:
    if command.room not in view.open_rooms:
        raise Refusal(Code.WRONG_STATE, "Open the room first, then say that you type in it.")
    view.typing(command.room, command.active)


feature = Feature("typing", rows=(Passing(SetTyping, typing),), said=(Typing,))
