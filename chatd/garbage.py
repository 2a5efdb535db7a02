"""When the interpreter looks for garbage in all there is: not in the middle of a storm.

Python frees nearly everything at once, as its last reference goes; what refers to itself in a
circle it has to look for. In what is young it does so often, and that costs little. In all there is
it looks whenever a quarter more has come, and stands still meanwhile: 0.17 s where 10,000 are
connected, eight times while they arrive, to find about one object for each of them. So here that
waits for a calm second.
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
#: Python's own numbers for what is young: new objects until the first look, such looks until the
#: second. What survives the second is old.
YOUNG: Final = (700, 10)
#: At most so many objects have become old with each second look.
AGED: Final = YOUNG[0] * YOUNG[1]
#: Fewer are not worth it.
FEW: Final = 10 * AGED
#: So many that have become old are looked through calm or not: they may be garbage of 100 MiB.
MANY: Final = 1_000_000
#: More than so many second looks there will not be.
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
        """For as long as the process lives. What is loaded by now stays for ever: it is never
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
