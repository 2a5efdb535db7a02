"""When the interpreter looks through all objects for garbage: not in the middle of a storm.

Python frees nearly everything at once, when its last reference goes; it has to look for cycles. It
often looks through young objects, which costs little. It looks through all of them whenever there
are a quarter more, and stands still meanwhile: 0.17 s with 10,000 connected, eight times while they
arrive, to find about one object for each. So here that waits for a calm second.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, Final

from chatd.engine.ports import Scheduler

#: Seconds between two looks.
EVERY: Final = 1.0
#: The reactor's thread is calm while it works for less than this part of the time.
CALM: Final = 0.2
#: Python's own numbers for young objects: new ones until a first look, first looks until a second.
#: What survives the second is old.
YOUNG: Final = (700, 10)
#: At most this many objects become old with each second look.
AGED: Final = YOUNG[0] * YOUNG[1]
#: Fewer are not worth it.
FEW: Final = 10 * AGED
#: Once this many have become old, calm or not, a look is due: they may be 100 MiB of garbage.
MANY: Final = 1_000_000
#: There will never be this many second looks.
_NEVER: Final = 1_000_000_000


class Collector:
    """``used``: processor seconds of the reactor's thread so far. ``collector``: the module gc."""

    def __init__(
        self, scheduler: Scheduler, used: Callable[[], float], collector: Any = gc
    ) -> None:
        self._scheduler = scheduler
        self._used = used
        self._gc = collector
        self._before = 0.0
        self._known = 0

    def start(self) -> None:
        """For as long as the process lives. What is loaded by now is there for good and never
        looked through again."""
        self._gc.freeze()
        self._gc.set_threshold(*YOUNG, _NEVER)
        self._before = self._used()
        self._scheduler.later(EVERY, self._look)

    def _look(self) -> None:
        used = self._used()
        calm = used - self._before < CALM * EVERY
        aged = AGED * self._gc.get_count()[2]
        enough = max(self._known / 4, FEW) if calm else max(self._known, MANY)
        if aged >= enough:
            self._gc.collect()
            self._known = len(self._gc.get_objects())
            used = self._used()
        self._before = used
        self._scheduler.later(EVERY, self._look)
