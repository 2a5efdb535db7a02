"""Typing: a hint to those who have the room open. Sent again every 3 s, over after 6 s."""

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.wire.frames import Command, Done, RoomRef
from chatd.wire.signals import Typing


class SetTyping(Command, frozen=True, kw_only=True, tag="typing"):
    """I am typing here (again), or no longer. The room must be open on this connection, and you
    must be able to write there. A change of role ends what is shown at once, a block within 6 s. If
    you keep it to yourself (`set_privacy`) nobody is told."""

    room: RoomRef
    active: bool = True


async def typing(command: SetTyping, actor: Principal, context: Context, view: View) -> Done:
    if command.room not in view.open_rooms:
        raise Refusal(Code.WRONG_STATE, "Open the room first, then say that you type in it.")
    # The store is asked each time: roles, blocks and settings may have changed on any node.
    if not command.active or await context.store.may_type(actor.user, command.room, context.now):
        view.typing(command.room, command.active)
    return Done(id=command.id)


feature = Feature("typing", rows=(Read(SetTyping, typing, Done, cost=0.2),), said=(Typing,))
