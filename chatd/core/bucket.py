"""Token buckets: how much of something may be done in a given time, for one holder or many.

A bucket is kept as the one moment at which it will be full again (the form known as GCRA, ITU-T
I.371): it holds `burst - rate * (full_at - now)` tokens. So it cannot drift, needs no refilling,
and one float per key is all the memory there is.
"""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush, heapreplace
from typing import Generic, TypeVar

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

# Near 10^9 s on a clock a float resolves 10^-7 s: a moment as near as this counts as come.
SLACK = 1e-6
#: This many keys are held even if their buckets are full again a moment later: otherwise people who
#: talk all the time would push one another out with every message.
FEW = 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` tokens flow in; at most `burst` are there at once."""

    per_second: float
    burst: float

    def __post_init__(self) -> None:
        if not (0 < self.per_second < math.inf and 0 < self.burst < math.inf):
            raise ValueError("a rate and its burst are finite numbers above 0")

    def wait(self, full_at: float, cost: float, now: float) -> float:
        """Seconds until `cost` tokens are there: 0.0 = now; rounded up to a millisecond."""
        if cost < 0:
            raise ValueError("a cost cannot be negative")
        if cost > self.burst:
            raise Refusal(
                Code.TOO_LARGE,
                f"This costs {cost:g} at once and the limit is {self.burst:g}; make it smaller.",
            )
        wait = max(full_at, now) - now + (cost - self.burst) / self.per_second
        return 0.0 if wait <= SLACK else math.ceil(wait * 1000) / 1000

    def left(self, full_at: float, now: float) -> float:
        """How many tokens are there."""
        return max(0.0, self.burst - max(full_at - now, 0.0) * self.per_second)

    def after(self, full_at: float, cost: float, now: float) -> float:
        """The new `full_at` once `cost` tokens are taken."""
        return max(full_at, now) + cost / self.per_second


class Bucket:
    """One holder's bucket, full at first."""

    __slots__ = ("full_at", "rate")

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.full_at = -math.inf

    def wait(self, cost: float, now: float) -> float:
        """As `take`, but takes nothing."""
        return self.rate.wait(self.full_at, cost, now)

    def take(self, cost: float, now: float) -> float:
        """0.0 = taken; otherwise nothing was, and this is how many seconds to wait.

        `now` is in seconds of a clock that never goes back. A cost above the burst could never be
        paid: Refusal `too-large`.
        """
        wait = self.wait(cost, now)
        if not wait:
            self.full_at = self.rate.after(self.full_at, cost, now)
        return wait

    def change(self, rate: Rate, now: float) -> None:
        """A new rate from now on; what was spent stays spent, at most a whole burst of it."""
        spent = max(self.full_at - now, 0.0) * self.rate.per_second
        self.rate = rate
        self.full_at = now + min(spent, rate.burst) / rate.per_second


K = TypeVar("K", bound=Hashable)


class Buckets(Generic[K]):
    """Buckets by key (a user, an address), bounded in number, so that limits survive a reconnect.

    A key that is not held has a full bucket, so a full one can go without anybody noticing. When
    there is no room, the one nearest to full goes: a flood of new keys cannot wash out the record
    of one who overspent. `_heap` holds one entry per key, with a `full_at` that may be out of date:
    early, as spending moves it onwards, which is put right when it comes to the top; or late by
    what was given back, and then the key stays for so much longer.
    """

    def __init__(self, rate: Rate, limit: int = 100_000) -> None:
        if limit < 1:
            raise ValueError("there must be room for one key at least")
        self.rate = rate
        self.limit = limit
        self._full_at: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._serial = 0

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: K, cost: float, now: float) -> float:
        """As `take`, but takes nothing."""
        return self.rate.wait(self._full_at.get(key, -math.inf), cost, now)

    def left(self, key: K, now: float) -> float:
        """How many tokens the key has."""
        return self.rate.left(self._full_at.get(key, -math.inf), now)

    def take(self, key: K, cost: float, now: float) -> float:
        """As `Bucket.take`, for the key's own bucket."""
        wait = self.wait(key, cost, now)
        if not wait and cost:
            held = self._full_at.get(key)
            if held is None:
                self._hold(key, now)
            self._full_at[key] = self.rate.after(-math.inf if held is None else held, cost, now)
        return wait

    def give(self, key: K, cost: float, now: float) -> None:
        """Puts back what was taken a moment ago and turned out not to be owed."""
        held = self._full_at.get(key)
        if held is not None:
            self._full_at[key] = max(held - cost / self.rate.per_second, now)

    def take_with(self, own: Bucket, key: K, cost: float, now: float) -> float:
        """Takes from ``own`` and from the key's bucket, or nothing from either: as `take`, the wait
        until both could pay.

        Every frame is charged to a connection and its user, twice. If both can pay, this is
        `Rate.wait` and `Rate.after` written out: 0.9 µs instead of 3."""
        rate, shared = own.rate, self.rate
        held = self._full_at.get(key)
        if 0 < cost <= rate.burst and cost <= shared.burst:
            full_at = own.full_at if own.full_at > now else now
            shared_at = now if held is None or held < now else held
            if (
                full_at - now + (cost - rate.burst) / rate.per_second <= SLACK
                and shared_at - now + (cost - shared.burst) / shared.per_second <= SLACK
            ):
                own.full_at = full_at + cost / rate.per_second
                if held is None:
                    self._hold(key, now)
                self._full_at[key] = shared_at + cost / shared.per_second
                return 0.0
        wait = max(own.wait(cost, now), self.wait(key, cost, now))
        if not wait:
            own.take(cost, now)
            self.take(key, cost, now)
        return wait

    def change(self, rate: Rate, now: float) -> None:
        """A new rate for every key from now on, as `Bucket.change`."""
        for key, full_at in self._full_at.items():
            spent = max(full_at - now, 0.0) * self.rate.per_second
            self._full_at[key] = now + min(spent, rate.burst) / rate.per_second
        self._heap = [(self._full_at[key], serial, key) for _, serial, key in self._heap]
        heapify(self._heap)
        self.rate = rate

    def _hold(self, key: K, now: float) -> None:
        self._make_room(now)
        self._serial += 1
        heappush(self._heap, (now, self._serial, key))

    def _make_room(self, now: float) -> None:
        if len(self._full_at) < min(FEW, self.limit):
            return
        # Two at most for one that comes: the map shrinks again after a flood, at a bounded cost.
        for _ in range(2):
            full_at = self._nearest()
            if full_at is None or (full_at > now and len(self._full_at) < self.limit):
                return
            del self._full_at[heappop(self._heap)[2]]

    def _nearest(self) -> float | None:
        """Bring the key nearest to full to the top of the heap; its `full_at`, None if empty."""
        while self._heap:
            stale, serial, key = self._heap[0]
            full_at = self._full_at[key]
            if full_at == stale:
                return full_at
            heapreplace(self._heap, (full_at, serial, key))
        return None
