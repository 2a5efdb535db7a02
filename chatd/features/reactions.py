"""Reactions: an emoji from somebody to a message, counted for each emoji."""

from functools import partial
from typing import Annotated

import msgspec

from chatd.core.emojis import one_emoji
from chatd.core.principal import Principal
from chatd.engine.messages import React
from chatd.engine.rows import EventRow
from chatd.engine.table import Context, EventKind, Feature, Read, Write
from chatd.engine.unit import MayWrite, SeesMessage, Unit
from chatd.engine.view import View
from chatd.features.shapes import line
from chatd.wire.frames import Command, Event, Keyed, Millis, Reply, RoomRef, Seq

#: Different emoji on one message, from one person and from all people.
OWN = 20
MOST = 50
#: People in one reply.
LISTED = 200

Emoji = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=16,
        description="One emoji, with or without variation selectors.",
    ),
]
After = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class AddReaction(Keyed, frozen=True, kw_only=True, tag="react"):
    """Reacts to a message with an emoji; at most 20 different ones from one person and 50 from all.
    It takes the role member, even if fewer may write. `exists` if you have already."""

    room: RoomRef
    seq: Seq
    emoji: Emoji


class RemoveReaction(Keyed, frozen=True, kw_only=True, tag="unreact"):
    """Takes back a reaction of your own; `not-found` if there is none."""

    room: RoomRef
    seq: Seq
    emoji: Emoji


class ListReactors(Command, frozen=True, kw_only=True, tag="reactors"):
    """Who reacted to a message, with any emoji or one, in the order in which they did; those after
    ``after``, the ``place`` of the last one known."""

    room: RoomRef
    seq: Seq
    emoji: Emoji | None = None
    after: After = 0


class Reacted(Event, frozen=True, kw_only=True, tag="reacted"):
    """Somebody reacts to the message ``target`` with ``emoji``, or with ``on`` false no longer
    does. ``count`` is how many people now do (0: nobody); a page of messages shows the same count,
    and what comes after it replaces what it showed. Your own reactions are told by ``from``. A
    deleted message loses its reactions without further word."""

    target: Seq
    emoji: str
    on: bool
    count: int


class Reactor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who reacted, and when."""

    user: str
    name: str
    emoji: str
    at: Millis
    place: int


class Reactors(Reply, frozen=True, kw_only=True, tag="reactors"):
    """At most 200 people; with ``more`` there are others, after the ``place`` of the last."""

    room: str
    seq: Seq
    reactors: list[Reactor]
    more: bool = False


class Body(msgspec.Struct, frozen=True):
    emoji: str
    on: bool
    count: int


def react(command: AddReaction, actor: Principal, context: Context) -> Unit:
    return _unit(command, actor, context, True)


def unreact(command: RemoveReaction, actor: Principal, context: Context) -> Unit:
    return _unit(command, actor, context, False)


def _unit(
    command: AddReaction | RemoveReaction, actor: Principal, context: Context, on: bool
) -> Unit:
    emoji = one_emoji(command.emoji)
    return Unit(
        actor.user,
        requires=(
            MayWrite(command.room, actor.user, context.now, anew=False),
            SeesMessage(command.room, command.seq, actor.user),
        ),
        changes=(
            React(
                command.room,
                command.seq,
                actor.user,
                emoji,
                on,
                context.now,
                partial(_body, emoji, on),
                OWN,
                MOST,
            ),
        ),
    )


def _body(emoji: str, on: bool, count: int) -> bytes:
    return msgspec.json.encode(Body(emoji, on, count))


async def reactors(
    command: ListReactors, actor: Principal, context: Context, view: View
) -> Reactors:
    emoji = None if command.emoji is None else one_emoji(command.emoji)
    rows = await context.store.reactors(
        actor.user, command.room, command.seq, emoji, command.after, LISTED + 1
    )
    return Reactors(
        id=command.id,
        room=command.room,
        seq=command.seq,
        reactors=[
            Reactor(user=row.user, name=row.name, emoji=row.emoji, at=row.at, place=row.place)
            for row in rows[:LISTED]
        ],
        more=len(rows) > LISTED,
    )


_read = msgspec.json.Decoder(Body).decode


def render(row: EventRow, cursor: str) -> Reacted:
    body = _read(row.body)
    assert row.target is not None
    return Reacted(
        **line(row, cursor), target=row.target, emoji=body.emoji, on=body.on, count=body.count
    )


feature = Feature(
    "reactions",
    rows=(
        Write(AddReaction, react, cost=0.5),
        Write(RemoveReaction, unreact, cost=0.5),
        Read(ListReactors, reactors, Reactors),
    ),
    events=(EventKind("reaction", Reacted, render),),
)
