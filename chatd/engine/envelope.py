"""Envelopes: what travels from a commit to the hub, and between nodes.

An envelope carries the very bytes every recipient gets, encoded once. One with a position is an
event of the log; without one it is a signal, which may be lost.
"""

from typing import Literal

import msgspec

#: How an event changes who belongs to the room, for the hub's own books.
Movement = Literal["in", "out"]


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """An event on its way to everyone who has its room open.

    ``payload`` is the JSON text of the event. ``numbered``: it is a message and counts as
    activity for members who do not have the room open. ``subject`` is the user it is about, whom
    ``movement`` brings ``in`` or ``out`` of the room; ``members`` the room's member count after it,
    0 if not known. ``author`` is who wrote it: a message ends its author's typing. ``mentions`` are
    the users whom it mentions, ``*`` for everyone in the room. ``kept_from`` are users who get
    ``wordless`` in place of ``payload``: the same without what they may not see.
    """

    position: int
    room: str
    seq: int
    number: int
    payload: bytes
    numbered: bool = False
    subject: str | None = None
    movement: Movement | None = None
    members: int = 0
    author: str = ""
    mentions: tuple[str, ...] = ()
    kept_from: tuple[str, ...] = ()
    wordless: bytes = b""


class Batch(msgspec.Struct, frozen=True, array_like=True, tag="events"):
    """All events of one commit: positions ``first`` to ``first + len(envelopes) - 1``, dense."""

    first: int
    envelopes: tuple[Envelope, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.envelopes) - 1


class ToRoom(msgspec.Struct, frozen=True, array_like=True, tag="room"):
    """A signal for everyone who has ``room`` open."""

    room: str
    payload: bytes


class ToUser(msgspec.Struct, frozen=True, array_like=True, tag="user"):
    """A signal for every connection of ``user`` (their own feed)."""

    user: str
    payload: bytes


Passing = ToRoom | ToUser
