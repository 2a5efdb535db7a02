"""History: messages of a room in their latest state, back, forward, or around one."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.features.messages import Message, render_message
from chatd.wire.frames import Command, Reply, RoomRef, Seq

PageSize = Annotated[int, msgspec.Meta(ge=1, le=1000, description="Messages wanted.")]


class GetHistory(Command, frozen=True, kw_only=True, tag="history"):
    """A page of messages: those before a seq, after one, around one, or the latest."""

    room: RoomRef
    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    limit: PageSize = 50


class History(Reply, frozen=True, kw_only=True, tag="history"):
    """Messages in ascending order of ``seq``, with their current text. Where ``more_before`` or
    ``more_after`` is true there are more on that side."""

    room: str
    messages: list[Message]
    more_before: bool = False
    more_after: bool = False


async def history(command: GetHistory, actor: Principal, context: Context, view: View) -> History:
    if sum(x is not None for x in (command.before, command.after, command.around)) > 1:
        raise Refusal(Code.BAD_FIELD, "Give only one of `before`, `after` and `around`.")
    page = await context.store.page(
        actor.user,
        command.room,
        before=command.before,
        after=command.after,
        around=command.around,
        limit=min(command.limit, context.limits.history_page),
    )
    return History(
        id=command.id,
        room=command.room,
        messages=[render_message(row, context.cursor(row.position)) for row in page.messages],
        more_before=page.more_before,
        more_after=page.more_after,
    )


feature = Feature("history", rows=(Read(GetHistory, history, History),))
