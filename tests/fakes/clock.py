"""Time that moves only when a test says so: the `Clock` and the `Scheduler` of the pure half."""

from collections.abc import Callable
from heapq import heappop, heappush

from chatd.engine.ports import Cancel


class FakeClock:
    """Both clocks start at 0; ``advance`` runs what is due, in order of its moment."""

    def __init__(self) -> None:
        self._now = 0.0
        self._serial = 0
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()

    def now(self) -> float:
        return self._now

    def wall(self) -> int:
        return round(self._now * 1000)

    def later(self, seconds: float, call: Callable[[], None]) -> Cancel:
        self._serial += 1
        serial = self._serial
        heappush(self._calls, (self._now + max(seconds, 0.0), serial, call))
        return lambda: self._cancelled.add(serial)

    def advance(self, seconds: float) -> None:
        end = self._now + seconds
        while self._calls and self._calls[0][0] <= end:
            moment, serial, call = heappop(self._calls)
            self._now = moment
            if serial not in self._cancelled:
                call()
        self._now = end

    def turn(self) -> None:
        """One reactor turn: what was asked for no later than now, not what that asks for."""
        due = []
        while self._calls and self._calls[0][0] <= self._now:
            due.append(heappop(self._calls))
        for _, serial, call in due:
            if serial not in self._cancelled:
                call()

    def waiting(self) -> int:
        """Calls that are still to come."""
        return sum(serial not in self._cancelled for _, serial, _ in self._calls)
