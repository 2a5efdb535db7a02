"""What is unread and who is here: cheap reads for a badge or a list of names."""

from typing import Annotated, Final

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.api.calls import Call, Caller, Input, Output
from chatd.edge.api.desk import Desk
from chatd.engine.view import Presence
from chatd.features.history import GetHistory, History
from chatd.features.messages import Message
from chatd.wire.frames import RoomRef, Seq, UserRef

#: Rooms looked at in one go, and people asked about at once.
PAGE: Final = 500
MOST_PEOPLE: Final = 50


class AskUnread(Input, frozen=True, kw_only=True):
    """How many messages of others you have not read."""


class UnreadRoom(msgspec.Struct, frozen=True, kw_only=True):
    room: str
    name: str
    unread: int


class Unread(Output, frozen=True, kw_only=True):
    """``rooms`` are those with anything unread."""

    total: int
    rooms: list[UnreadRoom]


class AskPresence(Input, frozen=True, kw_only=True):
    """How people show, one `user` for each."""

    user: Annotated[list[UserRef], msgspec.Meta(min_length=1, max_length=MOST_PEOPLE)]


class PresenceOf(Output, frozen=True, kw_only=True):
    """By user id. Whoever is hidden from the asker is offline, like somebody who does not exist."""

    presence: dict[str, Presence]


class AskMessage(Input, frozen=True, kw_only=True):
    """One message in its latest state."""

    room: RoomRef
    seq: Seq


class OneMessage(Output, frozen=True, kw_only=True):
    message: Message


async def unread(desk: Desk, wanted: AskUnread, caller: Caller) -> Unread:
    rooms: list[UnreadRoom] = []
    after: str | None = None
    while True:
        page = await desk.store.joined(caller.principal.user, after, PAGE)
        rooms += [
            UnreadRoom(room=row.id, name=row.other_name or row.name, unread=row.unread)
            for row in page
            if row.unread
        ]
        if len(page) < PAGE:
            return Unread(total=sum(room.unread for room in rooms), rooms=rooms)
        after = page[-1].id
        # The first page is paid for; whoever has more rooms pays for the others.
        desk.chat.budgets.charge(caller.principal.user, 0, 1, 0, desk.clock.now())


async def presence(desk: Desk, wanted: AskPresence, caller: Caller) -> PresenceOf:
    asker = caller.principal.user
    near = set(await desk.store.company(asker, wanted.user)) | {asker}
    shows = desk.chat.company.shows
    return PresenceOf(
        presence={user: shows(user) if user in near else "offline" for user in wanted.user}
    )


async def message(desk: Desk, wanted: AskMessage, caller: Caller) -> OneMessage:
    page = GetHistory(id=0, room=wanted.room, around=wanted.seq, limit=1)
    found = await desk.executor.run(page, caller.principal)
    assert isinstance(found, History)
    for each in found.messages:
        if each.seq == wanted.seq:
            if each.deleted is not None:
                raise Refusal(Code.GONE, "This message was deleted.", field="seq")
            return OneMessage(message=each)
    raise Refusal(Code.NOT_FOUND, "There is no such message that you may see.")


CALLS: Final = (
    Call(
        "GET",
        "/unread",
        AskUnread,
        "Counts of unread messages",
        "messages:read",
        run=unread,
        output=Unread,
    ),
    Call(
        "GET",
        "/presence",
        AskPresence,
        "Who is online",
        "presence:read",
        run=presence,
        output=PresenceOf,
        refused=(Code.NOT_FOUND,),
    ),
    Call(
        "GET",
        "/rooms/{room}/messages/{seq}",
        AskMessage,
        "One message",
        "messages:read",
        run=message,
        output=OneMessage,
        refused=(Code.NOT_FOUND, Code.FORBIDDEN, Code.GONE),
    ),
)
