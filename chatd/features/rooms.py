"""Rooms: make one, change one, list one's own and the public ones."""

from typing import Annotated, Literal

import msgspec

from chatd.core.names import room_slug, title
from chatd.core.principal import Principal
from chatd.core.text import clean_text
from chatd.engine.rows import Committed, EventRow, RoomKind
from chatd.engine.table import Context, EventKind, Feature, Read, Write
from chatd.engine.unit import (
    Append,
    ChangeRoom,
    CreateRoom,
    IsMember,
    IsRoom,
    UnderLimit,
    Unit,
)
from chatd.engine.view import View
from chatd.features.members import movement
from chatd.features.rights import Action, least
from chatd.features.shapes import RoomState, line, room_state
from chatd.wire.frames import Command, Done, Event, Keyed, Reply, RoomRef

#: How many rooms one person may make.
ROOMS_EACH = 500
#: How many rooms one page of one's own holds, and of the public ones. (A name and a topic of the
#: longest take 3 KB, so that a page stays below what waits for a slow reader.)
PAGE = 200
LIST_PAGE = 100

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Topic = Annotated[str, msgspec.Meta(max_length=2000)]


class CreateRoomCommand(Keyed, frozen=True, kw_only=True, tag="create_room"):
    """Makes a room with oneself as its owner. ``slug`` is its name in references ("#tea"): only
    public rooms have one. In a public room newcomers see the whole history, in a private one what
    came after them, unless ``history`` says otherwise."""

    name: Title
    kind: Literal["public", "private"] = "public"
    slug: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    topic: Topic = ""
    history: Literal["all", "joined"] | None = None


class ChangeRoomCommand(Keyed, frozen=True, kw_only=True, tag="change_room"):
    """Changes a room's name, slug or topic: for moderators. What is left out stays."""

    room: RoomRef
    name: Title | None = None
    slug: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    topic: Topic | None = None


class ListRooms(Command, frozen=True, kw_only=True, tag="rooms"):
    """The rooms one is a member of, with heads and unread counts, by id, at most 200 at a time:
    ``after`` is the id of the last one seen."""

    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class GetRoom(Command, frozen=True, kw_only=True, tag="room"):
    """One room as one sees it."""

    room: RoomRef


class ListPublicRooms(Command, frozen=True, kw_only=True, tag="public_rooms"):
    """Public rooms, a page at a time: ``after`` is the id of the last one seen."""

    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Rooms(Reply, frozen=True, kw_only=True, tag="rooms"):
    """A page of rooms. With ``more`` there are others behind the last one."""

    rooms: list[RoomState]
    more: bool = False


class Room(Reply, frozen=True, kw_only=True, tag="room"):
    room: RoomState


class RoomChanged(Event, frozen=True, kw_only=True, tag="room_changed"):
    """The room was made (``seq`` 1) or changed; the fields that changed are present. ``title`` is
    the room's name (``name`` is the author's, as in every event)."""

    kind: RoomKind | None = None
    title: str | None = None
    slug: str | None = None
    topic: str | None = None


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a change to the room."""

    kind: RoomKind | None = None
    title: str | None = None
    slug: str | None = None
    topic: str | None = None


def create_room(command: CreateRoomCommand, actor: Principal, context: Context) -> Unit:
    room = context.new_id("r")
    name = title(command.name)
    topic = _topic(command.topic)
    slug = None
    if command.slug is not None and command.kind == "public":
        slug = room_slug(command.slug)
    shared = command.history == "all" if command.history else command.kind == "public"
    body = Body(kind=command.kind, title=name, slug=slug, topic=topic or None)
    return Unit(
        actor.user,
        requires=(UnderLimit(actor.user, ROOMS_EACH),),
        changes=(
            CreateRoom(
                room,
                command.kind,
                name,
                slug,
                topic,
                actor.user,
                context.now,
                shared_history=shared,
            ),
            Append(room, "room", actor.user, context.now, msgspec.json.encode(body)),
            *movement(room, actor.user, actor.user, "joined", "owner", context.now),
        ),
        room=room,
    )


def change_room(command: ChangeRoomCommand, actor: Principal, context: Context) -> Unit:
    name = None if command.name is None else title(command.name)
    topic = None if command.topic is None else _topic(command.topic)
    slug = None if command.slug is None else room_slug(command.slug)
    kinds: tuple[RoomKind, ...] = ("public",) if slug else ("public", "private")
    return Unit(
        actor.user,
        requires=(
            IsMember(command.room, actor.user, least(Action.CHANGE_ROOM)),
            IsRoom(command.room, actor.user, kinds),
        ),
        changes=(
            ChangeRoom(command.room, name, slug, topic),
            Append(
                command.room,
                "room",
                actor.user,
                context.now,
                msgspec.json.encode(Body(title=name, slug=slug, topic=topic)),
            ),
        ),
    )


def _topic(topic: str) -> str:
    return clean_text(topic, limit=500) if topic.strip() else ""


async def rooms(command: ListRooms, actor: Principal, context: Context, view: View) -> Rooms:
    rows = await context.store.joined(actor.user, command.after, PAGE + 1)
    return Rooms(
        id=command.id,
        rooms=[room_state(row) for row in rows[:PAGE]],
        more=len(rows) > PAGE,
    )


async def room(command: GetRoom, actor: Principal, context: Context, view: View) -> Room:
    row = await context.store.room(actor.user, command.room)
    return Room(id=command.id, room=room_state(row))


async def public_rooms(
    command: ListPublicRooms, actor: Principal, context: Context, view: View
) -> Rooms:
    rows = await context.store.public(actor.user, command.after, LIST_PAGE + 1)
    return Rooms(
        id=command.id,
        rooms=[room_state(row) for row in rows[:LIST_PAGE]],
        more=len(rows) > LIST_PAGE,
    )


def created(
    command: CreateRoomCommand, committed: Committed, actor: Principal, context: Context
) -> Done:
    """The reply names the room; its seq is nothing a client could use."""
    return Done(id=command.id, room=committed.answer.room, at=committed.answer.at)


_body = msgspec.json.Decoder(Body)


def render(row: EventRow, cursor: str) -> RoomChanged:
    body = _body.decode(row.body)
    return RoomChanged(
        **line(row, cursor),
        kind=body.kind,
        title=body.title,
        slug=body.slug,
        topic=body.topic,
    )


feature = Feature(
    "rooms",
    rows=(
        Write(CreateRoomCommand, create_room, cost=5, reply=created),
        Write(ChangeRoomCommand, change_room, cost=2),
        Read(ListRooms, rooms, Rooms, cost=0),
        Read(GetRoom, room, Room),
        Read(ListPublicRooms, public_rooms, Rooms),
    ),
    events=(EventKind("room", RoomChanged, render),),
)
