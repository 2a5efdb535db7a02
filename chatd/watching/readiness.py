"""Whether the daemon can serve, and if not, why: for /readyz, metrics and `systemctl status`."""

import os
from collections.abc import Callable
from typing import Final, Literal

from chatd.store.store import SqliteStore

#: Every name that `Readiness.reasons` may use, in its order.
REASONS: Final = ("starting", "draining", "commit", "disk", "memory")
#: Pages of memory, in bytes.
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def resident() -> int:
    """Bytes of this process in memory, 0 if the system does not tell: proc(5), statm."""
    try:
        with open("/proc/self/statm", "rb") as statm:
            return int(statm.read().split()[1]) * _PAGE
    except OSError:
        return 0


class Readiness:
    """``store`` is asked for once it is there. ``mark``: bytes of memory that are too much, 0 for
    no limit; asked each time, since a reload may change it. ``files``: why no more bodies of files
    can be stored; they may lie on another disk. ``phase``: None while it serves.
    """

    def __init__(
        self,
        store: Callable[[], SqliteStore],
        mark: Callable[[], int],
        memory: Callable[[], int] = resident,
        files: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.phase: Literal["starting", "draining"] | None = "starting"
        self._store = store
        self._mark = mark
        self._memory = memory
        self._files = files

    def reasons(self) -> dict[str, str]:
        """Why it is not ready, in words for the operator, by name; empty if it is."""
        found: dict[str, str] = {}
        if self.phase == "starting":
            found["starting"] = "the daemon is starting"
        elif self.phase == "draining":
            found["draining"] = "the daemon is stopping"
        store = self._store()
        if (trouble := store.trouble) is not None:
            found["commit"] = trouble
        if (short := store.short_of_disk or self._files()) is not None:
            found["disk"] = short
        mark = self._mark()
        if mark and (memory := self._memory()) > mark:
            found["memory"] = f"{memory} bytes of memory, more than {mark}"
        return found
