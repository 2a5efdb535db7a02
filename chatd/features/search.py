"""Search: messages by words, room, person, time and what they carry, among all you may read."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.core.search_query import Has, Query, parse
from chatd.engine.rows import EventRow
from chatd.engine.search import Wanted
from chatd.engine.table import Context, Feature, Read
from chatd.engine.view import View
from chatd.features.messages import Message, render_message
from chatd.wire.frames import Command, Cursor, Millis, Reply, RoomRef, UserRef

#: How many reads a search counts as.
READS = 5.0

Looked = Annotated[
    str, msgspec.Meta(max_length=256, description='Words, "phrases", -words, filters; see above.')
]
HitsWanted = Annotated[int, msgspec.Meta(ge=1, le=50, description="Hits wanted.")]
Around = Annotated[int, msgspec.Meta(ge=0, le=3, description="Messages shown on each side.")]


class Search(Command, frozen=True, kw_only=True, tag="search"):
    """Finds messages in the rooms you are in, newest first.

    ``text`` is what a person types: all words must be there, the last one may be only begun; "two
    words" in quotation marks stand next to each other; a word after a - must not be there.
    `from:@alice`, `from:me`, `in:#tea`, `before:2026-01-31`, `after:2026-01-31`, `on:2026-01-31`
    (days of UTC), `has:link`, `has:data` and `has:file` filter, and so do the fields, which take
    precedence. ``after`` is the earliest time, ``before`` the first that is too late. ``page`` is
    the ``next`` of the reply before."""

    text: Looked = ""
    room: RoomRef | None = None
    from_: UserRef | None = msgspec.field(default=None, name="from")
    after: Millis | None = None
    before: Millis | None = None
    has: Has | None = None
    page: Cursor | None = None
    limit: HitsWanted = 20
    context: Around = 0


class SearchHit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message that was found, and its neighbours in the room, ascending."""

    message: Message
    before: list[Message] = msgspec.field(default_factory=list)
    after: list[Message] = msgspec.field(default_factory=list)


class SearchFound(Reply, frozen=True, kw_only=True, tag="found"):
    """``hits`` have their current text. With ``next`` there may be more: ask again with it as the
    ``page``, even if a page is empty. ``words`` are what to mark: in lower case, without accents.
    ``behind`` events of the log were not searched, because they are not indexed yet."""

    hits: list[SearchHit]
    words: list[str] = msgspec.field(default_factory=list)
    next: Cursor | None = None
    behind: int = 0


async def search(command: Search, actor: Principal, context: Context, view: View) -> SearchFound:
    query = parse(command.text)
    wanted = Wanted(
        phrases=query.phrases,
        excluded=query.excluded,
        room=command.room or await _room(query, actor, context),
        author=command.from_ or await _author(query, actor, context),
        after=query.after if command.after is None else command.after,
        before=query.before if command.before is None else command.before,
        has=query.has | ({command.has} if command.has else set()),
        below=None if command.page is None else _below(command.page, context),
        limit=command.limit,
        context=command.context,
    )
    if wanted == Wanted(below=wanted.below, limit=wanted.limit, context=wanted.context):
        raise Refusal(Code.BAD_FIELD, "Say what to look for: a word at least.", field="text")
    found = await context.store.search(actor.user, wanted)
    return SearchFound(
        id=command.id,
        hits=[
            SearchHit(
                message=_message(hit.message, context),
                before=[_message(row, context) for row in hit.before],
                after=[_message(row, context) for row in hit.after],
            )
            for hit in found.hits
        ],
        words=list(query.words),
        next=None if found.below is None else context.cursor(found.below),
        behind=found.behind,
    )


def _message(row: EventRow, context: Context) -> Message:
    return render_message(row, context.cursor(row.position))


def _below(page: str, context: Context) -> int:
    position = context.position(page)
    if position is None:
        raise Refusal(
            Code.BAD_FIELD, "The log was replaced since; search again without `page`.", field="page"
        )
    return position


async def _room(query: Query, actor: Principal, context: Context) -> str | None:
    """The id behind what stands after "in:", where the # may be left out."""
    if query.room is None:
        return None

    def find(slug: str) -> Awaitable[str]:
        return context.store.by_slug(slug, actor.user)

    return await _named(query.room, "#", find)


async def _author(query: Query, actor: Principal, context: Context) -> str | None:
    if query.author is None:
        return None
    if query.author.casefold() == "me":
        return actor.user
    return await _named(query.author, "@", context.store.by_name)


async def _named(text: str, mark: str, find: Callable[[str], Awaitable[str]]) -> str:
    try:
        return await find(text.removeprefix(mark))
    except Refusal as refusal:
        if refusal.code is not Code.NOT_FOUND or text.startswith(mark):
            raise
        # Then it is an id; and if it is not, nothing is found.
        return text


feature = Feature("search", rows=(Read(Search, search, SearchFound, reads=lambda command: READS),))
