"""An account being deleted: rows, requirements and changes.

At once it is nobody's any more (`BeginDeletion`); its memberships and, if that was asked for, its
messages follow in units of a bounded size. What is left to do is a state of the account, so an
interrupted deletion goes on after the next start.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Requirement, Upkeep


@dataclass(frozen=True, slots=True)
class Parting:
    """A room that ``user`` is to leave. ``successor`` becomes its owner first, if there is no
    other: the longest-standing moderator, else member, else reader. ``alone``: nobody stays.
    ``direct``: a conversation of two, or, with ``alone``, the notes to oneself."""

    room: str
    user: str
    direct: bool
    alone: bool
    successor: str | None


@dataclass(frozen=True, slots=True)
class OwnMessages:
    """Messages (room, seq) of one author that are not deleted. ``after``: where to go on looking,
    None at the end of the log."""

    messages: tuple[tuple[str, int], ...]
    after: int | None


class DeletionReads(Protocol):
    def deletions(self) -> Awaitable[Sequence[tuple[str, bool]]]:
        """Accounts whose deletion is not done, and whether their messages are to be erased."""

    def partings(self, user: str, limit: int) -> Awaitable[Sequence[Parting]]:
        """The rooms of which ``user`` is still a member."""

    def own_messages(self, user: str, after: int, limit: int) -> Awaitable[OwnMessages]:
        """The next ``limit`` of them after the position ``after``, or fewer."""

    def own_messages_in(self, user: str, room: str, limit: int) -> Awaitable[OwnMessages]:
        """The first ``limit`` of them in one room."""


@dataclass(frozen=True, slots=True)
class NotLastAdministrator(Requirement):
    """There is an administrator besides ``user``, or ``user`` is not one, else `wrong-state`."""

    user: str


@dataclass(frozen=True, slots=True)
class PartsSo(Requirement):
    """Things are still as ``parting`` says, else `conflict`."""

    parting: Parting


@dataclass(frozen=True, slots=True)
class BeginDeletion(Upkeep):
    """The account is nobody's from now on. Its name becomes ``name``, which is free; all that let
    one in ends, and all that the person kept here for themselves goes. Rooms and messages are left
    to do. `gone` where it was done before."""

    user: str
    name: str
    display: str
    erase: bool


@dataclass(frozen=True, slots=True)
class EndDeletion(Upkeep):
    """Nothing is left to do."""

    user: str
