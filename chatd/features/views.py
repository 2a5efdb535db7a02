"""Views: open a room to hear it, close it, and resume after an interruption.

Opening and resuming hand over from what is stored to what is live; `engine.view` says how this
leaves no gap and no repeat.
"""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.table import Context, Feature, Passing, Read
from chatd.engine.view import Presence, View
from chatd.features.history import PageSize
from chatd.features.messages import Message
from chatd.features.pages import quoted, shown
from chatd.features.shapes import Mark, RoomState, mark, room_state
from chatd.wire.frames import Command, Cursor, Event, Reply, RoomRef

#: Up to this many members, everybody sees how far everyone has read.
MARKS_SHOWN = 50
#: How many missed events one reply to `resume` brings at most.
RESUME_PAGE = 500
#: This many rooms to resume are as much work as one other read.
ROOMS_TO_A_READ = 20


class Open(Command, frozen=True, kw_only=True, tag="open"):
    """Shows a room and hears its events from now on. ``limit`` latest messages come with it."""

    room: RoomRef
    limit: PageSize | None = None


class Close(Command, frozen=True, kw_only=True, tag="close"):
    """Hears a room's events no longer. You stay a member."""

    room: RoomRef


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Comes back: everything after ``cursor`` in ``rooms``, which are open afterwards. Without a
    cursor nothing is brought, and the rooms are open from now on."""

    cursor: Cursor | None = None
    rooms: Annotated[list[RoomRef], msgspec.Meta(max_length=1000)]


class Opened(Reply, frozen=True, kw_only=True, tag="opened"):
    """The room, its latest messages (``quoted`` as in `history`), marks of its members (up to 50
    members), and who is here (user id to "online" or "away"). ``cursor`` counts for all open rooms;
    events that it does not cover follow."""

    room: RoomState
    cursor: Cursor
    messages: list[Message]
    quoted: list[Message] = msgspec.field(default_factory=list)
    more_before: bool = False
    marks: list[Mark] = msgspec.field(default_factory=list)
    here: dict[str, Presence] = msgspec.field(default_factory=dict)


class Resumed(Reply, frozen=True, kw_only=True, tag="resumed"):
    """``resumed`` true: ``events`` are all that was missed in ``rooms``, in order; with ``more``
    ask again from ``cursor``, the rooms are not live yet. False: the cursor is no longer of use
    (another log, or none was given): forget what was known and read history anew; the rooms are
    live. ``removed`` are rooms asked for that you may not see (any more); their last event is among
    ``events`` if it was missed."""

    resumed: bool
    cursor: Cursor
    events: list[Event] = msgspec.field(default_factory=list)
    more: bool = False
    rooms: list[RoomState] = msgspec.field(default_factory=list)
    removed: list[str] = msgspec.field(default_factory=list)


async def open_room(command: Open, actor: Principal, context: Context, view: View) -> Opened:
    _check_open(len(view.open_rooms) + (command.room not in view.open_rooms), context)
    sent = view.hold()
    opening = await context.store.opening(
        actor.user,
        command.room,
        limit=min(command.limit or context.limits.history_page, context.limits.history_page),
        marks_up_to=MARKS_SHOWN,
    )
    if view.overflowed:
        raise Refusal(
            Code.BUSY, "Too much is being said here to open the room just now.", retry_after=0.5
        )
    room, page = opening.room, opening.page
    # Events of other open rooms up to the snapshot may still be on their way, after this reply.
    others = set(view.open_rooms) - {command.room}
    complete = min(page.position, sent) if others else page.position
    view.show(command.room, position=page.position, head=room.head, members=room.members)
    return Opened(
        id=command.id,
        room=room_state(room),
        cursor=context.cursor(complete),
        messages=shown(page, context),
        quoted=quoted(page, context),
        more_before=page.more_before,
        marks=[mark(row) for row in opening.marks],
        here=view.who_is_here(command.room),
    )


def close_room(command: Close, actor: Principal, view: View) -> None:
    view.hide(command.room)


async def resume(command: Resume, actor: Principal, context: Context, view: View) -> Resumed:
    wanted = list(dict.fromkeys(command.rooms))
    _check_open(len(wanted), context)
    view.hold()
    position = None if command.cursor is None else context.position(command.cursor)
    missed = await context.store.missed(actor.user, wanted, position, RESUME_PAGE)
    more = missed.more or view.overflowed
    for room in list(view.open_rooms):
        if more or room not in wanted:
            view.hide(room)
    if not more:
        for row in missed.rooms:
            view.show(row.id, position=missed.position, head=row.head, members=row.members)
    context.meters.resumes["anew" if position is None else "paged" if more else "continued"] += 1
    return Resumed(
        id=command.id,
        resumed=position is not None,
        cursor=context.cursor(missed.position),
        events=[context.event(row) for row in missed.events],
        more=more,
        rooms=[] if more else [room_state(row) for row in missed.rooms],
        removed=list(missed.removed),
    )


def _reads(command: Resume) -> float:
    return 1 + len(command.rooms) // ROOMS_TO_A_READ


def _check_open(count: int, context: Context) -> None:
    if count > context.limits.rooms_open:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"At most {context.limits.rooms_open} rooms can be open on one connection;"
            " close one first.",
        )


feature = Feature(
    "views",
    rows=(
        Read(Open, open_room, Opened, cost=0),
        Passing(Close, close_room, cost=0),
        Read(Resume, resume, Resumed, cost=0, reads=_reads),
    ),
)
