"""Room settings: how people keep their rooms: what to be notified of, favourites, order, unread."""

from typing import Annotated

import msgspec

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.keeping import Clearable, OrderRooms, SetSettings
from chatd.engine.rows import Notify, SettingsRow, ToPerson
from chatd.engine.table import Context, Feature, Write
from chatd.engine.unit import IsMember, SeesMessage, Unit
from chatd.features.rights import Action, least
from chatd.wire.frames import Command, Millis, RoomRef, Seq, Signal

#: How many rooms one person may put in order.
MOST_ORDERED = 500

Place = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class SetRoom(Command, frozen=True, kw_only=True, tag="set_room"):
    """How you keep a room; for all of your devices. What is left out stays, what ``clear`` names is
    as if it had never been set. ``notify``: what to be notified of, if not all in direct
    conversations and mentions elsewhere. ``muted_until``: of nothing until then, 0 for good.
    ``place``: its rank in your own order. It may be sent again without a key."""

    room: RoomRef
    notify: Notify | None = None
    muted_until: Millis | None = None
    favourite: bool | None = None
    place: Place | None = None
    clear: Annotated[list[Clearable], msgspec.Meta(max_length=4)] = msgspec.field(
        default_factory=list
    )


class OrderMine(Command, frozen=True, kw_only=True, tag="order"):
    """Your own order as a whole: ``rooms`` have the places 0, 1, 2 …, all others none. Rooms that
    you are not in are skipped. It may be sent again without a key."""

    rooms: Annotated[list[RoomRef], msgspec.Meta(max_length=MOST_ORDERED)]


class MarkUnread(Command, frozen=True, kw_only=True, tag="mark_unread"):
    """Marks a room as unread from a message on, until `mark` says that anything was read there.
    Marks themselves never go back. It may be sent again without a key."""

    room: RoomRef
    seq: Seq


class RoomSet(Signal, frozen=True, kw_only=True, tag="room_set"):
    """How you keep a room from now on, complete: what is absent is not set."""

    room: str
    notify: Notify | None = None
    muted_until: Millis | None = None
    favourite: bool = False
    place: int | None = None
    unread_from: Seq | None = None


class RoomsOrdered(Signal, frozen=True, kw_only=True, tag="rooms_ordered"):
    """Your own order from now on: these rooms have the places 0, 1, 2 …, all others none."""

    rooms: list[str]


def room_set(user: str, row: SettingsRow) -> ToPerson:
    """What ``user``'s devices are told."""
    return ToPerson(
        user,
        RoomSet(
            room=row.room,
            notify=row.notify,
            muted_until=row.muted_until,
            favourite=row.favourite,
            place=row.place,
            unread_from=row.unread_from,
        ),
    )


def set_room(command: SetRoom, actor: Principal, context: Context) -> Unit:
    for name in command.clear:
        if getattr(command, name, None) is not None:
            raise Refusal(
                Code.BAD_FIELD, f"`{name}` cannot be set and cleared at once.", field="clear"
            )
    return Unit(
        actor.user,
        requires=(IsMember(command.room, actor.user, least(Action.MARK)),),
        changes=(
            SetSettings(
                command.room,
                actor.user,
                lambda row: room_set(actor.user, row),
                notify=command.notify,
                muted_until=command.muted_until,
                favourite=command.favourite,
                place=command.place,
                clear=tuple(command.clear),
            ),
        ),
        room=command.room,
    )


def order(command: OrderMine, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        changes=(
            OrderRooms(
                actor.user,
                tuple(dict.fromkeys(command.rooms)),
                lambda rooms: ToPerson(actor.user, RoomsOrdered(rooms=list(rooms))),
            ),
        ),
    )


def mark_unread(command: MarkUnread, actor: Principal, context: Context) -> Unit:
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.MARK)),
            SeesMessage(command.room, command.seq, actor.user),
        ),
        changes=(
            SetSettings(
                command.room,
                actor.user,
                lambda row: room_set(actor.user, row),
                unread_from=command.seq,
            ),
        ),
        room=command.room,
    )


feature = Feature(
    "room_settings",
    rows=(
        Write(SetRoom, set_room, cost=0.5),
        Write(OrderMine, order, cost=5),
        Write(MarkUnread, mark_unread, cost=0.5),
    ),
    said=(RoomSet, RoomsOrdered),
)
