"""History: messages of a room in their latest state, back, forward, around one, or by their seqs.

While a page is read, live events are kept back (`engine.view`): what arrives before the reply is in
the page, and what the page does not hold arrives after it.
"""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.features.messages import Message
from chatd.features.pages import quoted, shown
from chatd.wire.frames import Command, Millis, Reply, RoomRef, Seq

PageSize = Annotated[int, msgspec.Meta(ge=1, le=1000, description="Messages wanted.")]


#: The most messages that one `messages` may ask for.
ASKED = 50


class GetHistory(Command, frozen=True, kw_only=True, tag="history"):
    """A page of messages: those before a seq, after one, around one, around the first one said at a
    time or later (or around the last, if that was earlier), or the latest."""

    room: RoomRef
    before: Seq | None = None
    after: Seq | None = None
    around: Seq | None = None
    at: Millis | None = None
    limit: PageSize = 50


class History(Reply, frozen=True, kw_only=True, tag="history"):
    """Messages in ascending order of ``seq``, with their current text and reactions. If
    ``more_before`` or ``more_after`` is true there are more on that side. ``quoted`` are the
    messages that they answer and that are not among them, without reactions: one missing there is
    one you may not see, or was too long to be included; `messages` tells which."""

    room: str
    messages: list[Message]
    quoted: list[Message] = msgspec.field(default_factory=list)
    more_before: bool = False
    more_after: bool = False


class GetMessages(Command, frozen=True, kw_only=True, tag="messages"):
    """Single messages by their seqs: what others answer, what a link leads to."""

    room: RoomRef
    seqs: Annotated[list[Seq], msgspec.Meta(min_length=1, max_length=ASKED)]


class Messages(Reply, frozen=True, kw_only=True, tag="messages"):
    """Those that are messages and that you may see, in ascending order, with their current text and
    reactions. With ``more`` not all fit into one reply: ask again for those above the last."""

    room: str
    messages: list[Message]
    more: bool = False


async def history(command: GetHistory, actor: Principal, context: Context, view: View) -> History:
    places = (command.before, command.after, command.around, command.at)
    if sum(place is not None for place in places) > 1:
        raise Refusal(Code.BAD_FIELD, "Give only one of `before`, `after`, `around` and `at`.")
    view.hold()
    page = await context.store.page(
        actor.user,
        command.room,
        before=command.before,
        after=command.after,
        around=command.around,
        at=command.at,
        limit=min(command.limit, context.limits.history_page),
    )
    return History(
        id=command.id,
        room=command.room,
        messages=shown(page, context),
        quoted=quoted(page, context),
        more_before=page.more_before,
        more_after=page.more_after,
    )


async def messages(
    command: GetMessages, actor: Principal, context: Context, view: View
) -> Messages:
    view.hold()
    page = await context.store.messages(actor.user, command.room, command.seqs)
    return Messages(
        id=command.id,
        room=command.room,
        messages=shown(page, context),
        more=page.more_after,
    )


feature = Feature(
    "history",
    rows=(
        Read(GetHistory, history, History),
        Read(GetMessages, messages, Messages),
    ),
)
