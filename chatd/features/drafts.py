"""Drafts: words not yet said, shared by a person's devices."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.keeping import DraftRow, SetDraft
from chatd.engine.rows import ToPerson
from chatd.engine.table import Context, Feature, Read, Write
from chatd.engine.unit import IsMember, Unit
from chatd.engine.view import View
from chatd.features.messages import Text
from chatd.features.rights import Action, least
from chatd.wire.frames import Command, Millis, Reply, RoomRef, Seq, Signal

#: How many drafts one person has; beyond that the oldest are dropped.
MOST = 200
#: How many bytes of drafts one answer carries.
PAGE_BYTES = 128 * 1024

Device = Annotated[
    str,
    msgspec.Meta(max_length=64, description="Any word by which a device knows its own signal."),
]


class WriteDraft(Command, frozen=True, kw_only=True, tag="draft"):
    """What you are about to say in a room, as it was typed; "" for nothing any more. The last one
    that arrives counts, so it needs no key; send it when somebody pauses, not with every letter:
    about once a second. ``device`` comes back in the signal, for the device that sent it."""

    room: RoomRef
    text: Text
    reply_to: Seq | None = None
    device: Device = ""


class ListDrafts(Command, frozen=True, kw_only=True, tag="drafts"):
    """Your drafts by room, as many as fit into one answer: ``after`` is the room of the last one
    seen."""

    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class DraftShape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    room: str
    text: str
    reply_to: Seq | None = None
    at: Millis


class Drafts(Reply, frozen=True, kw_only=True, tag="drafts"):
    """A page of drafts. With ``more`` there are others after the last one."""

    drafts: list[DraftShape]
    more: bool = False


class Draft(Signal, frozen=True, kw_only=True, tag="draft"):
    """The draft in a room is now this; without ``text`` there is none. (Leaving a room drops its
    draft without a word.)"""

    room: str
    text: str = ""
    reply_to: Seq | None = None
    at: Millis
    device: str = ""


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the store keeps of a draft."""

    text: str = ""
    reply_to: int | None = None


def set_draft(command: WriteDraft, actor: Principal, context: Context) -> Unit:
    limit = context.limits.text_code_points
    if len(command.text) > limit:
        raise Refusal(
            Code.TOO_LONG,
            f"This has {len(command.text)} characters; the limit is {limit}.",
            field="text",
        )
    body = b""
    if command.text:
        body = msgspec.json.encode(Body(command.text, command.reply_to))
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.MARK)),),
        changes=(
            SetDraft(
                command.room,
                actor.user,
                body,
                context.now,
                MOST,
                lambda row: ToPerson(actor.user, _told(row, command)),
            ),
        ),
        room=command.room,
    )


def _told(row: DraftRow, command: WriteDraft) -> Draft:
    body = _body(row.body)
    return Draft(
        room=row.room,
        text=body.text,
        reply_to=body.reply_to,
        at=row.at,
        device=command.device if row.room == command.room else "",
    )


def _body(body: bytes) -> Body:
    return _read(body) if body else Body()


async def drafts(command: ListDrafts, actor: Principal, context: Context, view: View) -> Drafts:
    found, more = await context.store.drafts(actor.user, command.after, PAGE_BYTES)
    rows = [(row, _body(row.body)) for row in found]
    return Drafts(
        id=command.id,
        drafts=[
            DraftShape(room=row.room, text=body.text, reply_to=body.reply_to, at=row.at)
            for row, body in rows
        ],
        more=more,
    )


_read = msgspec.json.Decoder(Body).decode

feature = Feature(
    "drafts",
    rows=(Write(WriteDraft, set_draft, cost=0.2), Read(ListDrafts, drafts, Drafts)),
    said=(Draft,),
)
