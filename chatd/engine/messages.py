"""What belongs to messages: units and rows of reactions, pins, earlier words, and who has read."""

from collections.abc import Callable
from dataclasses import dataclass

from chatd.engine.rows import EventRow, RoleName
from chatd.engine.unit import Growth, Requirement

# ---- what must hold -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MayPin(Requirement):
    """``user`` may pin in ``room``: members from ``role`` on, and both people of a direct
    conversation (`forbidden`; `not-found` as `IsMember`), unless it is archived (`wrong-state`) or
    one of the two has blocked the other (`blocked`)."""

    room: str
    user: str
    role: RoleName


# ---- what changes -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class React(Growth):
    """``user`` reacts to the message at ``seq`` with ``emoji`` (`exists` if that is so already), or
    with ``on`` False no longer does (`not-found` if it is not so). An event "reaction" reports it;
    its ``body`` is made from the resulting number of people with that emoji.

    At most ``own`` emoji of one person and ``most`` in all on one message, else `limit-reached`.
    """

    room: str
    seq: int
    user: str
    emoji: str
    on: bool
    at: int
    body: Callable[[int], bytes]
    own: int
    most: int


@dataclass(frozen=True, slots=True)
class Pin(Growth):
    """The message at ``seq`` is pinned by ``user`` (`exists` if it is already), or with ``on``
    False no longer (`not-found` if it is not), as the last appended event says. At most ``most`` in
    one room, else `limit-reached`."""

    room: str
    seq: int
    user: str
    on: bool
    at: int
    most: int


# ---- what is read -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReactorRow:
    """Somebody who reacted, with what and when. ``place``: the seq of the event about it."""

    user: str
    name: str
    emoji: str
    at: int
    place: int


@dataclass(frozen=True, slots=True)
class PinRow:
    """A pinned message, who pinned it and when. ``place`` as above."""

    message: EventRow
    user: str
    name: str
    at: int
    place: int


@dataclass(frozen=True, slots=True)
class Pins:
    """Pinned messages; ``more``: others follow."""

    pins: tuple[PinRow, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """A body that a message had, and since when; ``revision`` counts them from 1."""

    revision: int
    at: int
    body: bytes


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """Somebody who has a message: read, or only delivered."""

    user: str
    name: str
    read: bool


@dataclass(frozen=True, slots=True)
class ReadBy:
    """How many of the members who could see a message have got and read it (``delivered`` includes
    the readers), and some of them. Left out everywhere: the author, and whoever hides it."""

    of: int
    delivered: int
    read: int
    people: tuple[RecipientRow, ...]
