"""Tries that wait: an address that guessed too often is served slowly, not shut out.

Behind one address there may be a hundred people, and one who guesses. Refusing the address would
refuse all of them; so its tries wait their turn at a steady pace, first those for an account that
nobody there has failed at. Anyone who hammers at an account stands behind everybody else.
"""

from collections.abc import Hashable
from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

from twisted.internet.defer import Deferred

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock, Scheduler

#: Tries served in a second for one address, once it has to wait.
PACE: Final = 10.0
#: Most that may wait for one address: nobody waits longer than this many tries take.
MOST: Final = 64
MOST_LANES: Final = 1_000
#: Seconds that somebody refused waits for the answer, and somebody wrong once the address has to
#: wait; and how many do so at a time. Anyone guessing over one connection after another waits each
#: time, and does not fill the lane for the others, who are right.
PAUSE: Final = 2.0
PAUSE_WRONG: Final = 4.0
MOST_PAUSED: Final = 1_000

A = TypeVar("A", bound=Hashable)


class _Lane:
    __slots__ = ("last", "pending", "waiting")

    def __init__(self) -> None:
        #: blame, order of arrival, and whom to wake; the least blamed first
        self.waiting: list[tuple[int, int, Deferred[None]]] = []
        self.last = float("-inf")
        self.pending = False


class Lanes(Generic[A]):
    def __init__(self, clock: Clock, scheduler: Scheduler) -> None:
        self._clock = clock
        self._scheduler = scheduler
        self._lanes: dict[A, _Lane] = {}
        self._serial = 0
        self._paused = 0

    async def turn(self, address: A, blame: int) -> None:
        """Returns when it is the turn of a try from ``address`` for an account at which it recently
        failed ``blame`` times. `rate-limited` if too many wait that are blamed less."""
        lane = self._lanes.get(address)
        if lane is None:
            if len(self._lanes) >= MOST_LANES:
                raise _full()
            lane = self._lanes[address] = _Lane()
        if len(lane.waiting) >= MOST:
            worst = max(lane.waiting)
            if worst[0] <= blame:
                raise _full()
            lane.waiting.remove(worst)
            lane.waiting.sort()
            worst[2].errback(_full())
        self._serial += 1
        woken: Deferred[None] = Deferred()
        heappush(lane.waiting, (blame, self._serial, woken))
        self._serve(address, lane)
        await woken

    async def pause(self, seconds: float = PAUSE) -> None:
        """A pause for anyone who was refused, so that refusals cannot be asked for as fast as they
        are given; for nobody if very many pause already."""
        if self._paused >= MOST_PAUSED:
            return
        self._paused += 1
        over: Deferred[None] = Deferred()
        self._scheduler.later(seconds, lambda: over.callback(None))
        try:
            await over
        finally:
            self._paused -= 1

    def _serve(self, address: A, lane: _Lane) -> None:
        if lane.pending:
            return
        lane.pending = True
        wait = max(0.0, lane.last + 1 / PACE - self._clock.now())
        self._scheduler.later(wait, lambda: self._next(address, lane))

    def _next(self, address: A, lane: _Lane) -> None:
        lane.pending = False
        if not lane.waiting:
            del self._lanes[address]
            return
        lane.last = self._clock.now()
        woken = heappop(lane.waiting)[2]
        # Once more when it is empty: the pace holds for the next to come, and then it is forgotten.
        self._serve(address, lane)
        woken.callback(None)


def _full() -> Refusal:
    return Refusal(
        Code.RATE_LIMITED,
        "Too many tries to sign in from your address; wait a little.",
        retry_after=MOST / PACE,
    )
