"""Keys that expire, and signals that go out only so often."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from chatd.core.expiring import ExpiringSet
from chatd.core.refusal import Refusal
from chatd.engine.ports import Cancel, Clock, Scheduler

K = TypeVar("K", bound=Hashable)


class Expiry(Generic[K]):
    """At most ``limit`` keys, each kept for ``seconds`` after it was last renewed; then ``over`` is
    told."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Clock,
        seconds: float,
        limit: int,
        over: Callable[[K], None],
    ) -> None:
        self._scheduler = scheduler
        self._clock = clock
        self._seconds = seconds
        self._keys: ExpiringSet[K] = ExpiringSet(limit)
        self._over = over
        self._timer: Cancel | None = None

    def __contains__(self, key: K) -> bool:
        return self._keys.contains(key, self._clock.now())

    def renew(self, key: K) -> bool:
        """False if there is no room for another key."""
        now = self._clock.now()
        try:
            self._keys.add(key, now + self._seconds, now)
        except Refusal:
            return False
        self._arm()
        return True

    def drop(self, key: K) -> None:
        """``key`` is gone; ``over`` is not told."""
        self._keys.remove(key, self._clock.now())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    def _arm(self) -> None:
        if self._timer is None and (end := self._keys.next_end()) is not None:
            wait = max(end - self._clock.now(), 0.0)
            self._timer = self._scheduler.later(wait, self._expire)

    def _expire(self) -> None:
        self._timer = None
        for key in self._keys.expire(self._clock.now()):
            self._over(key)
        self._arm()


class Pace(Generic[K]):
    """Calls ``send`` for a key that is asked for: at once, or ``seconds`` after the last time, once
    for all that asked meanwhile. Keys beyond ``limit`` at a time are not slowed down."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Clock,
        seconds: float,
        limit: int,
        send: Callable[[K], None],
    ) -> None:
        self._resting: Expiry[K] = Expiry(scheduler, clock, seconds, limit, self._rested)
        self._again: set[K] = set()
        self._send = send

    def ask(self, key: K) -> None:
        if key in self._resting:
            self._again.add(key)
        else:
            self._again.discard(key)
            self._resting.renew(key)
            self._send(key)

    def stop(self) -> None:
        self._resting.stop()

    def _rested(self, key: K) -> None:
        if key in self._again:
            self._again.discard(key)
            self.ask(key)
