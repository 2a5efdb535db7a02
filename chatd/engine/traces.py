"""A message's way to one person, as far as the store knows it: for an operator who asks why
somebody did not get it."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Traced:
    """A message without a word of it. ``followers``: how far each follower of the log has come, by
    name. ``members``: how many were in the room when it was said."""

    position: int
    room: str
    room_name: str
    room_kind: str
    seq: int
    number: int
    at: int
    author: str
    author_name: str
    deleted: bool
    edited: bool
    members: int
    delivered: int
    read: int
    followers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TracedPerson:
    """How one person stands to one message. ``stays``: from which seq to which (None: still) they
    were in the room; ``notify``: as they keep the room, None for its kind's default; ``mentioned``:
    by name or with everyone; ``blocked_at``: when either of author and person blocked the other,
    Unix ms; ``subscriptions``: browsers that are pushed to; ``pushes``: pushes for this room that
    wait, as (position, tries, due)."""

    user: str
    name: str
    kind: str
    disabled: bool
    stays: Sequence[tuple[int, int | None]]
    delivered: int
    read: int
    marked_at: int
    read_at: int
    notify: str | None
    muted_until: int | None
    mentioned: bool
    blocked_at: int | None
    seen: int | None
    subscriptions: int
    pushes: Sequence[tuple[int, int, int]]


class Traces(Protocol):
    def traced(self, room: str, seq: int) -> Awaitable[Traced | None]:
        """The message, None if there is none of that seq."""

    def traced_person(self, room: str, seq: int, user: str) -> Awaitable[TracedPerson]: ...

    def names(self, rooms: Sequence[str], people: Sequence[str]) -> Awaitable[Mapping[str, str]]:
        """What rooms and people are called, by id; unknown ones are left out."""
