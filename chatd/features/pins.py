"""Pins: messages that a room keeps in view."""

import msgspec

from chatd.core.principal import Principal
from chatd.engine.messages import MayPin, Pin
from chatd.engine.rows import EventRow
from chatd.engine.table import Context, EventKind, Feature, Read, Write
from chatd.engine.unit import Append, SeesMessage, Unit
from chatd.engine.view import View
from chatd.features.messages import Message, render_message
from chatd.features.rights import Action, least
from chatd.features.shapes import line
from chatd.wire.frames import Command, Event, Keyed, Millis, Reply, RoomRef, Seq

#: Pins of one room.
MOST = 100
#: Pins in one reply.
LISTED = 50


class AddPin(Keyed, frozen=True, kw_only=True, tag="pin"):
    """Pins a message: for moderators, and both people of a direct conversation. At most 100 in a
    room; `exists` if it is pinned already."""

    room: RoomRef
    seq: Seq


class RemovePin(Keyed, frozen=True, kw_only=True, tag="unpin"):
    """Removes a pin, no matter who set it; `not-found` if there is none."""

    room: RoomRef
    seq: Seq


class ListPins(Command, frozen=True, kw_only=True, tag="pins"):
    """The room's pinned messages, newest pin first; those below the place ``before``."""

    room: RoomRef
    before: Seq | None = None


class Pinned(Event, frozen=True, kw_only=True, tag="pinned"):
    """The message ``target`` was pinned, or with ``on`` false unpinned. A deleted message loses its
    pin without further word."""

    target: Seq
    on: bool


class PinnedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it reads now (without reactions), who pinned it and when. ``place`` is the seq
    of the `pinned` event."""

    message: Message
    user: str
    name: str
    at: Millis
    place: Seq


class Pins(Reply, frozen=True, kw_only=True, tag="pins"):
    """Pinned messages that you may see, at most 50; with ``more`` there are others, below the
    ``place`` of the last."""

    room: str
    pins: list[PinnedMessage]
    more: bool = False


def pin(command: AddPin, actor: Principal, context: Context) -> Unit:
    return _unit(command, actor, context, b'{"on":true}')


def unpin(command: RemovePin, actor: Principal, context: Context) -> Unit:
    return _unit(command, actor, context, b'{"on":false}')


def _unit(command: AddPin | RemovePin, actor: Principal, context: Context, body: bytes) -> Unit:
    room, seq, user, now = command.room, command.seq, actor.user, context.now
    return Unit(
        user,
        requires=(MayPin(room, user, least(Action.PIN)), SeesMessage(room, seq, user)),
        changes=(
            Append(room, "pin", user, now, body, target=seq),
            Pin(room, seq, user, isinstance(command, AddPin), now, MOST),
        ),
    )


async def pins(command: ListPins, actor: Principal, context: Context, view: View) -> Pins:
    view.hold()
    found = await context.store.pins(actor.user, command.room, command.before, LISTED)
    return Pins(
        id=command.id,
        room=command.room,
        pins=[
            PinnedMessage(
                message=render_message(row.message, context.cursor(row.message.position)),
                user=row.user,
                name=row.name,
                at=row.at,
                place=row.place,
            )
            for row in found.pins
        ],
        more=found.more,
    )


class Body(msgspec.Struct, frozen=True):
    on: bool


_read = msgspec.json.Decoder(Body).decode


def render(row: EventRow, cursor: str) -> Pinned:
    assert row.target is not None
    return Pinned(**line(row, cursor), target=row.target, on=_read(row.body).on)


feature = Feature(
    "pins",
    rows=(
        Write(AddPin, pin),
        Write(RemovePin, unpin),
        Read(ListPins, pins, Pins),
    ),
    events=(EventKind("pin", Pinned, render),),
)
