"""The free-space floor: writes stop before the disk is full, and go on once there is room again."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatd.engine.unit import Change, ReplaceBody, Unit, Upkeep

CHECKED_EVERY = 1.0
"""Seconds between two looks at the file system."""


@dataclass(frozen=True, slots=True)
class Floor:
    """How much of the file system stays free: the larger of a number of bytes and a share."""

    size: int = 1024**3
    share: float = 0.05


def free_and_total(folder: Path) -> tuple[int, int]:
    """Bytes of the file system that we may still use, and all of them."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize, state.f_blocks * state.f_frsize


class Space:
    """``measure`` and ``now`` (monotonic seconds) are called from the writer's thread, and from the
    reactor's if somebody asks: at worst both measure."""

    def __init__(
        self, floor: Floor, measure: Callable[[], tuple[int, int]], now: Callable[[], float]
    ) -> None:
        self._floor = floor
        self._measure = measure
        self._now = now
        self._checked: float | None = None
        self._short = False

    def is_short(self) -> bool:
        now = self._now()
        if self._checked is None or now - self._checked >= CHECKED_EVERY:
            self._short = self.room() < 0
            self._checked = now
        return self._short

    def room(self) -> int:
        """Bytes free above the floor now; negative below it."""
        free, total = self._measure()
        return free - max(self._floor.size, int(total * self._floor.share))

    def admits(self, unit: Unit) -> bool:
        """Whether the unit may be written now."""
        if not self.is_short() or all(isinstance(change, Upkeep) for change in unit.changes):
            return True
        # What a message leaves is more than the events take that tell of it.
        return any(_erases(change) for change in unit.changes)


def _erases(change: Change) -> bool:
    return isinstance(change, ReplaceBody) and change.deleted
