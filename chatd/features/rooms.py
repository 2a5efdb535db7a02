"""Rooms: make one, change one, list your own and the public ones."""

from typing import Annotated, Literal

import msgspec

from chatd.core.folded import words
from chatd.core.names import room_slug, title
from chatd.core.principal import Principal
from chatd.core.text import clean_text
from chatd.engine.identities import NotConfined
from chatd.engine.profiles import OwnsPicture
from chatd.engine.rows import Committed, EventRow, RoleName, RoomKind
from chatd.engine.table import Context, EventKind, Feature, Read, Write
from chatd.engine.unit import (
    Append,
    ChangeRoom,
    CreateRoom,
    IsMember,
    IsRoom,
    Requirement,
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
#: How many rooms a page of your own holds, and of the public ones. (The longest name and topic take
#: 3 KB, so a page stays below what may wait for a slow reader.)
PAGE = 200
LIST_PAGE = 100
#: The words of a query that are searched for.
MOST_WORDS = 8
#: The most seconds between two messages that slow mode may ask for.
SLOWEST = 6 * 3600

Title = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Topic = Annotated[str, msgspec.Meta(max_length=2000)]
Posting = Literal["member", "moderator", "owner"]


class CreateRoomCommand(Keyed, frozen=True, kw_only=True, tag="create_room"):
    """Makes a room with you as its owner. ``slug`` is its name in references ("#tea"): only public
    rooms have one. In a public room newcomers see the whole history, in a private one what came
    after them, unless ``history`` says otherwise."""

    name: Title
    kind: Literal["public", "private"] = "public"
    slug: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    topic: Topic = ""
    history: Literal["all", "joined"] | None = None


class ChangeRoomCommand(Keyed, frozen=True, kw_only=True, tag="change_room"):
    """Changes a room: for moderators. What is left out stays. ``avatar`` is the id of a picture
    that you uploaded, "" for none; ``slow`` makes members wait this many seconds between two
    messages, at most six hours.

    Only for owners: ``posting``, the lowest role that may write ("moderator" makes it a room of
    announcements), and ``archived``: such a room can be read, and nobody writes in it."""

    room: RoomRef
    name: Title | None = None
    slug: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    topic: Topic | None = None
    avatar: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    slow: Annotated[int, msgspec.Meta(ge=0, le=SLOWEST)] | None = None
    posting: Posting | None = None
    archived: bool | None = None


class ListRooms(Command, frozen=True, kw_only=True, tag="rooms"):
    """The rooms you are a member of, with heads and unread counts, by id, at most 200 at a time:
    ``after`` is the id of the last one seen."""

    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class GetRoom(Command, frozen=True, kw_only=True, tag="room"):
    """One room as you see it."""

    room: RoomRef


class ListPublicRooms(Command, frozen=True, kw_only=True, tag="public_rooms"):
    """Public rooms, a page at a time: ``after`` is the id of the last one seen. They come by name;
    with ``query`` those that have all of its words in name, slug or topic, those with most members
    first. Archived ones are left out unless ``archived`` is true."""

    after: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    query: Annotated[str, msgspec.Meta(max_length=100)] = ""
    archived: bool = False


class Rooms(Reply, frozen=True, kw_only=True, tag="rooms"):
    """A page of rooms. With ``more`` there are others after the last one."""

    rooms: list[RoomState]
    more: bool = False


class Room(Reply, frozen=True, kw_only=True, tag="room"):
    room: RoomState


class RoomChanged(Event, frozen=True, kw_only=True, tag="room_changed"):
    """The room was made (``seq`` 1) or changed; the fields that changed are present. ``title`` is
    the room's name (``name`` is the author's, as in every event); an ``avatar`` of "" is none."""

    kind: RoomKind | None = None
    title: str | None = None
    slug: str | None = None
    topic: str | None = None
    avatar: str | None = None
    slow: int | None = None
    posting: RoleName | None = None
    archived: bool | None = None


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the log keeps of a change to the room."""

    kind: RoomKind | None = None
    title: str | None = None
    slug: str | None = None
    topic: str | None = None
    avatar: str | None = None
    slow: int | None = None
    posting: RoleName | None = None
    archived: bool | None = None


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
        requires=(NotConfined(actor.user), UnderLimit(actor.user, ROOMS_EACH)),
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
    ruled = command.posting is not None or command.archived is not None
    action = Action.RULE_ROOM if ruled else Action.CHANGE_ROOM
    requires: tuple[Requirement, ...] = (
        IsMember(command.room, actor.user, least(action)),
        IsRoom(command.room, actor.user, kinds),
    )
    if command.avatar:
        requires += (OwnsPicture(command.avatar, actor.user),)
    body = Body(
        title=name,
        slug=slug,
        topic=topic,
        avatar=command.avatar,
        slow=command.slow,
        posting=command.posting,
        archived=command.archived,
    )
    return Unit(
        actor.user,
        requires=requires,
        changes=(
            ChangeRoom(
                command.room,
                name,
                slug,
                topic,
                command.avatar,
                command.archived,
                command.slow,
                command.posting,
            ),
            Append(command.room, "room", actor.user, context.now, msgspec.json.encode(body)),
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
    rows = await context.store.public(
        actor.user,
        command.after,
        LIST_PAGE + 1,
        words(command.query, MOST_WORDS),
        command.archived,
    )
    return Rooms(
        id=command.id,
        rooms=[room_state(row) for row in rows[:LIST_PAGE]],
        more=len(rows) > LIST_PAGE,
    )


def _reads(command: ListPublicRooms) -> float:
    """Words are searched for in every public room."""
    return 1 + 2 * bool(command.query)


def created(
    command: CreateRoomCommand, committed: Committed, actor: Principal, context: Context
) -> Done:
    """The reply names the room; its seq is of no use to a client."""
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
        avatar=body.avatar,
        slow=body.slow,
        posting=body.posting,
        archived=body.archived,
    )


feature = Feature(
    "rooms",
    rows=(
        Write(CreateRoomCommand, create_room, cost=5, reply=created),
        Write(ChangeRoomCommand, change_room, cost=2),
        Read(ListRooms, rooms, Rooms, cost=0),
        Read(GetRoom, room, Room),
        Read(ListPublicRooms, public_rooms, Rooms, reads=_reads),
    ),
    events=(EventKind("room", RoomChanged, render),),
)
