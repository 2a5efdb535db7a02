"""Forwarding: what was said in one room is said again in another, naming whoever said it."""

import msgspec

from chatd.core.principal import Principal
from chatd.engine.rows import EventRow
from chatd.engine.table import Context, Feature, Write
from chatd.engine.unit import Append, Change, Forward, IsMember, MayWrite, SeesMessage, Unit
from chatd.features.messages import (
    Body,
    Forwarded,
    Text,
    mentions_of,
    message_text,
    read_body,
)
from chatd.wire.frames import Keyed, RoomRef, Seq


class ForwardMessage(Keyed, frozen=True, kw_only=True, tag="forward"):
    """Says the message ``seq`` of ``room`` again in ``to``, as it reads now. Whoever may see a
    message may pass it on, as they could by copying it. The new message carries the same files and
    tells who said it first, and when; it mentions nobody, answers nothing, and stays if the first
    one is edited or deleted. ``text`` is said right before it, as a message of your own. The
    reply's ``seq`` is that of the forwarded one."""

    room: RoomRef
    seq: Seq
    to: RoomRef
    text: Text | None = None


def forward(command: ForwardMessage, actor: Principal, context: Context) -> Unit:
    changes: tuple[Change, ...] = (
        Forward(command.to, actor.user, context.now, command.room, command.seq, forwarded),
    )
    if command.text is not None:
        text = message_text(command.text, context)
        changes = (
            Append(
                command.to,
                "message",
                actor.user,
                context.now,
                msgspec.json.encode(Body(text=text)),
                numbered=True,
                mentions=mentions_of(text),
            ),
            *changes,
        )
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user),
            SeesMessage(command.room, command.seq, actor.user),
            MayWrite(command.to, actor.user, context.now),
        ),
        changes=changes,
    )


def forwarded(row: EventRow) -> bytes:
    """The body of a message that passes on ``row``; the first author stays the author, and the
    files are the same."""
    body = read_body(row.body)
    first = body.forwarded or Forwarded(user=row.author, name=row.author_name, at=row.at)
    said = Body(text=body.text, data=body.data, forwarded=first, files=body.files)
    return msgspec.json.encode(said)


feature = Feature("forward", rows=(Write(ForwardMessage, forward, cost=2),))
