"""Receipts: how far messages were delivered, and read by whom. Marks only move forward."""

from typing import Annotated, Literal

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import AdvanceMark, IsMember, Unit
from chatd.engine.view import View
from chatd.features.rights import Action, least
from chatd.features.room_settings import room_set
from chatd.features.shapes import Mark, mark
from chatd.wire.frames import Command, Reply, RoomRef, Seq
from chatd.wire.signals import Marked, Marks

#: How many marks one answer lists.
LISTED = 200
#: Who has read a message is counted over all members: as much work as this many other reads.
READS = 5.0


class SetMark(Command, frozen=True, kw_only=True, tag="mark"):
    """Moves your marks in a room forward; read implies delivered. Going back has no effect, so it
    may be sent again without a key."""

    room: RoomRef
    delivered: Seq | None = None
    read: Seq | None = None


class ListMarks(Command, frozen=True, kw_only=True, tag="marks"):
    """Who has got and read how much, for rooms with too many members for `marks` signals."""

    room: RoomRef


class MarksReply(Reply, frozen=True, kw_only=True, tag="marks_page"):
    """The members that got furthest, at most 200."""

    room: str
    marks: list[Mark]


class ListRecipients(Command, frozen=True, kw_only=True, tag="read_by"):
    """Who has got and read one message; any member who may see it may ask. Those whose user name
    comes after ``after``."""

    room: RoomRef
    seq: Seq
    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to whom a message was delivered, or who has read it."""

    user: str
    name: str
    state: Literal["read", "delivered"]


class RecipientsReply(Reply, frozen=True, kw_only=True, tag="read_by"):
    """``of`` members could see the message; ``delivered`` of them got it, and ``read`` of those
    have read it. Neither its author nor anybody who hides their receipts is counted or among the
    ``people``: at most 200, by user name; with ``more`` there are others."""

    room: str
    seq: Seq
    of: int
    delivered: int
    read: int
    people: list[Recipient]
    more: bool = False


def set_mark(command: SetMark, actor: Principal, context: Context) -> Unit:
    if command.delivered is None and command.read is None:
        raise Refusal(Code.BAD_FIELD, "Give `delivered`, `read` or both.", field="read")
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.MARK)),),
        changes=(
            AdvanceMark(
                command.room,
                actor.user,
                command.delivered,
                command.read,
                context.now,
                lambda row: room_set(actor.user, row),
            ),
        ),
        room=command.room,
    )


async def list_marks(
    command: ListMarks, actor: Principal, context: Context, view: View
) -> MarksReply:
    rows = await context.store.marks(actor.user, command.room, LISTED)
    return MarksReply(id=command.id, room=command.room, marks=[mark(row) for row in rows])


def _reads(command: ListRecipients) -> float:
    return READS


async def read_by(
    command: ListRecipients, actor: Principal, context: Context, view: View
) -> RecipientsReply:
    found = await context.store.read_by(
        actor.user, command.room, command.seq, command.after, LISTED + 1
    )
    return RecipientsReply(
        id=command.id,
        room=command.room,
        seq=command.seq,
        of=found.of,
        delivered=found.delivered,
        read=found.read,
        people=[
            Recipient(user=row.user, name=row.name, state="read" if row.read else "delivered")
            for row in found.people[:LISTED]
        ],
        more=len(found.people) > LISTED,
    )


feature = Feature(
    "receipts",
    rows=(
        Write(SetMark, set_mark, cost=0.2),
        Read(ListMarks, list_marks, MarksReply),
        Read(ListRecipients, read_by, RecipientsReply, reads=_reads),
    ),
    said=(Marks, Marked),
)
