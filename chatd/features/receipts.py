"""Receipts: how far messages were delivered to and read by whom. Marks only move forward."""

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import AdvanceMark, IsMember, Unit
from chatd.engine.view import View
from chatd.features.rights import Action, least
from chatd.features.shapes import Mark, mark
from chatd.wire.frames import Command, Reply, RoomRef, Seq
from chatd.wire.signals import Marked, Marks

#: How many marks one answer lists.
LISTED = 200


class SetMark(Command, frozen=True, kw_only=True, tag="mark"):
    """Moves one's marks in a room forward; read implies delivered. Going back has no effect, so
    that it may be sent again without a key."""

    room: RoomRef
    delivered: Seq | None = None
    read: Seq | None = None


class ListMarks(Command, frozen=True, kw_only=True, tag="marks"):
    """Who has got and read how much, for rooms with too many members to be told all the time."""

    room: RoomRef


class MarksReply(Reply, frozen=True, kw_only=True, tag="marks_page"):
    """The members that got furthest, at most 200."""

    room: str
    marks: list[Mark]


def set_mark(command: SetMark, actor: Principal, context: Context) -> Unit:
    if command.delivered is None and command.read is None:
        raise Refusal(Code.BAD_FIELD, "Give `delivered`, `read` or both.", field="read")
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.MARK)),),
        changes=(
            AdvanceMark(command.room, actor.user, command.delivered, command.read, context.now),
        ),
        room=command.room,
    )


async def list_marks(
    command: ListMarks, actor: Principal, context: Context, view: View
) -> MarksReply:
    rows = await context.store.marks(actor.user, command.room, LISTED)
    return MarksReply(id=command.id, room=command.room, marks=[mark(row) for row in rows])


feature = Feature(
    "receipts",
    rows=(
        Write(SetMark, set_mark, cost=0.2),
        Read(ListMarks, list_marks, MarksReply),
    ),
    said=(Marks, Marked),
)
