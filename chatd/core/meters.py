"""Meters: plain numbers that the parts count up as they work, for whoever wants to look.

They belong to the reactor's thread, so they need no lock: an addition takes 0.05 µs, a metrics
library's own counter 0.3. Their public names are the business of `edge.metrics`.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Literal

#: Seconds; from a look-up in memory to what nobody waits for.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
UNITS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)

Kind = Literal["write", "read", "passing"]


class Histogram:
    """How often a value was at most each of ``bounds``, which ascend. ``counts`` has one more, for
    what was above the last."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Timed:
    """How often something was done, and for how many seconds in all."""

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0


class Commits:
    """What the store's writer committed: how many units at once, and how long until on disk.
    ``last`` is that pair for the last commit, set before its outcomes are handed out."""

    __slots__ = ("last", "seconds", "units")

    def __init__(self) -> None:
        self.seconds = Histogram(SECONDS)
        self.units = Histogram(UNITS)
        self.last: tuple[int, float] | None = None

    def add(self, units: int, seconds: float) -> None:
        self.last = units, seconds
        self.units.add(units)
        self.seconds.add(seconds)


class Uploads:
    """Uploads that were begun: ``stored``, with ``bytes`` in all, or ``failed``: refused or lost on
    the way."""

    __slots__ = ("bytes", "failed", "stored")

    def __init__(self) -> None:
        self.stored = 0
        self.bytes = 0
        self.failed = 0


class Meters:
    """Since the start. One for each daemon."""

    def __init__(self) -> None:
        #: by a command's type, and by kind: from its turn to its answer
        self.commands: dict[str, Timed] = {}
        self.kinds: dict[str, Histogram] = {
            "write": Histogram(SECONDS),
            "read": Histogram(SECONDS),
            "passing": Histogram(SECONDS),
        }
        #: error frames, by code
        self.errors: dict[str, int] = {}
        #: how connections that came back with a cursor were served
        self.resumes = {"continued": 0, "paged": 0, "anew": 0}
        #: readers whose queue was dropped, and the bytes queued for readers now
        self.slow_readers = 0
        self.queued_bytes = 0

    def command(self, type_: str, kind: Kind, seconds: float) -> None:
        timed = self.commands.get(type_)
        if timed is None:
            timed = self.commands[type_] = Timed()
        timed.count += 1
        timed.seconds += seconds
        self.kinds[kind].add(seconds)

    def error(self, code: str) -> None:
        self.errors[code] = self.errors.get(code, 0) + 1
