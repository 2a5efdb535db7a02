"""Messages to be said later: what is kept of them, and the changes to it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.rows import Tell
from chatd.engine.unit import Growth, Requirement, Upkeep


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """A message for ``room`` at ``due`` (ms), named by ``key``; ``body`` is JSON of the feature's
    own. ``name`` is the author's. ``failure``: why it could not be said, None while it waits."""

    user: str
    name: str
    key: str
    room: str
    due: int
    body: bytes
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class IsScheduled(Requirement):
    """The message waits to be said, else `not-found`."""

    user: str
    key: str


@dataclass(frozen=True, slots=True)
class IsAhead(Requirement):
    """``due`` lies between ``least`` and ``most`` ms after ``now``, else `bad-field`. Checked after
    the ledger, so that a late retry is not told that it had no effect."""

    due: int
    now: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Schedule(Growth):
    """A message to be said later; `limit-reached` where ``most`` wait already, and `exists` where
    one has this key."""

    user: str
    key: str
    room: str
    due: int
    body: bytes
    most: int


@dataclass(frozen=True, slots=True)
class Unschedule(Upkeep):
    """The message is forgotten, whether it waited or failed: `not-found` if there is none."""

    user: str
    key: str


@dataclass(frozen=True, slots=True)
class PutOff(Upkeep):
    """The message waits until ``due``; ``tell`` makes of it what its author is told."""

    user: str
    key: str
    due: int
    tell: Callable[[ScheduledRow], Tell]


@dataclass(frozen=True, slots=True)
class FailScheduled(Upkeep):
    """The message could not be said, and why."""

    user: str
    key: str
    failure: str


class Waiting(Protocol):
    """Reads of what is to be said later."""

    def due(self, now: int, limit: int) -> Awaitable[Sequence[ScheduledRow]]:
        """What is due at ``now`` (ms), the earliest first."""

    def next_due(self) -> Awaitable[int | None]:
        """When the next one is due (ms), None if none waits."""

    def scheduled(
        self, user: str, after: str | None, limit: int
    ) -> Awaitable[tuple[Sequence[ScheduledRow], bool]]:
        """What ``user`` has waiting or failed, by key, starting after the key ``after``: as many as
        a page's bytes hold, at least one; and whether there are more."""
