"""Signals about people and rooms: passing, never stored, sent when there is something to tell.

All but `marked`, `activity`, `mentioned`, `room_added` and `room_removed` go to those who have the
room open; those five go to a person's own connections.
"""

from typing import Annotated, Literal

import msgspec

from chatd.wire.frames import Millis, Seq, Signal

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
#: How far somebody got: a seq, or 0 for nowhere yet.
Reached = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1, description="A seq, 0 for none.")]


class Typist(msgspec.Struct, frozen=True):
    """Somebody who is typing: their id and user name."""

    user: str
    name: str


class Typing(Signal, frozen=True, kw_only=True, tag="typing"):
    """Who is typing in the room now: up to three of them, and how many there are. It replaces what
    was said before; a ``count`` of 0 means nobody any more. At most once a second for a room; never
    in rooms with more than 200 members."""

    room: str
    users: list[Typist]
    count: Count


class PresenceChanged(Signal, frozen=True, kw_only=True, tag="presence"):
    """How ``user`` shows from now on. Sent to those who have open a room of theirs with at most 200
    members."""

    user: str
    state: Literal["online", "away", "offline"]


class Reader(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far ``user`` got in a room, and when they read that far."""

    user: str
    delivered: Reached
    read: Reached
    read_at: Millis | None = None


class Marks(Signal, frozen=True, kw_only=True, tag="marks"):
    """Members whose marks moved, and where they are now. At most once a second for a room; only in
    rooms with at most 50 members."""

    room: str
    marks: list[Reader]


class Marked(Signal, frozen=True, kw_only=True, tag="marked"):
    """Your own marks in a room, moved by another of your connections."""

    room: str
    delivered: Reached
    read: Reached


class Activity(Signal, frozen=True, kw_only=True, tag="activity"):
    """A message was said in a room that you belong to and do not have open here: the room's last
    ``seq`` and ``number`` now. At most once a second for a room."""

    room: str
    seq: Seq
    number: Count


class Mentioned(Signal, frozen=True, kw_only=True, tag="mentioned"):
    """The message ``seq`` of a room that you do not have open here mentions you, or everyone."""

    room: str
    seq: Seq
    number: Count
    from_: str = msgspec.field(name="from")


class RoomAdded(Signal, frozen=True, kw_only=True, tag="room_added"):
    """You are now a member of the room."""

    room: str


class RoomRemoved(Signal, frozen=True, kw_only=True, tag="room_removed"):
    """You are no longer a member of the room. If it was open, the event that ended the membership
    came before this, and nothing follows."""

    room: str
