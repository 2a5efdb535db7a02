"""Budgets: how much a connection, and its user over all connections, may ask for over time.

Three kinds: messages (a command costs what its row says), bytes, and reads. Reading has a budget of
its own, so that whoever has spent the one for messages can still come back and resume. A user's
buckets are kept when a connection ends: reconnecting refills nothing.
"""

from collections import deque
from functools import lru_cache
from typing import Final

from chatd.core.bucket import Bucket, Buckets, Rate
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.wire.frames import Limits

#: Reads of one connection; a client that shows hundreds of rooms at its start stays within them.
READS: Final = Rate(20, 200)
#: What a user's connections share unless a setting says otherwise: a multiple of one connection's.
SHARED: Final = 2
#: More breaches than this within BREACH_SECONDS are abuse; coming when told to is no breach.
BREACHES: Final = 100
BREACH_SECONDS: Final = 10.0
#: Users whose buckets are remembered.
USERS: Final = 100_000


class Window:
    """Counts how often something happens: more than ``most`` times in ``seconds`` is too much."""

    __slots__ = ("_most", "_seconds", "_times")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        # An empty deque takes half a kilobyte, and on most connections nothing ever happens.
        self._times: deque[float] | None = None

    def hit(self, now: float) -> bool:
        """It happened; whether that is too much."""
        if self._times is None:
            self._times = deque(maxlen=self._most + 1)
        times = self._times
        times.append(now)
        return len(times) == times.maxlen and now - times[0] <= self._seconds


def _messages(limits: Limits) -> Rate:
    return _rate(limits.messages_per_second, limits.messages_burst)


def _bytes(limits: Limits) -> Rate:
    return _rate(limits.bytes_per_second, limits.bytes_burst)


@lru_cache
def _rate(per_second: float, burst: float) -> Rate:
    """One object for everyone with the same limits."""
    return Rate(per_second, burst)


def _times(rate: Rate, factor: float) -> Rate:
    return Rate(rate.per_second * factor, rate.burst * factor)


class UserBudgets:
    """The buckets of all users: one for each node."""

    def __init__(self, limits: Limits, users: int = USERS) -> None:
        self.messages: Buckets[str] = Buckets(_user_messages(limits), users)
        self.bytes: Buckets[str] = Buckets(_times(_bytes(limits), SHARED), users)
        self.reads: Buckets[str] = Buckets(_times(READS, SHARED), users)

    def change(self, limits: Limits, now: float) -> None:
        """Other limits from now on; what was spent stays spent."""
        self.messages.change(_user_messages(limits), now)
        self.bytes.change(_times(_bytes(limits), SHARED), now)

    def charge(self, user: str, cost: float, reads: float, size: int, now: float) -> None:
        """A request without a connection: all of it is paid for, or none and `rate-limited`."""
        prices = ((self.messages, cost), (self.reads, reads), (self.bytes, size))
        wait = max(buckets.wait(user, price, now) for buckets, price in prices)
        if wait:
            raise Refusal(
                Code.RATE_LIMITED,
                f"Too many requests in too short a time; wait {wait:.3g} s, then send this again.",
                retry_after=wait,
            )
        for buckets, price in prices:
            buckets.take(user, price, now)


def _user_messages(limits: Limits) -> Rate:
    return Rate(limits.user_messages_per_second, limits.user_messages_burst)


class Budgets:
    """What one connection of ``user`` may spend."""

    __slots__ = ("_breaches", "_bytes", "_early", "_messages", "_reads", "_told", "_user", "_users")

    def __init__(self, users: UserBudgets, user: str, limits: Limits) -> None:
        self._users = users
        self._user = user
        self._messages = Bucket(_messages(limits))
        self._bytes = Bucket(_bytes(limits))
        self._reads = Bucket(READS)
        self._breaches: Window | None = None  # from the first one on
        #: when to come back, as last told; and whether the last refusal was for coming sooner
        self._told = 0.0
        self._early = False

    def change(self, limits: Limits, now: float) -> None:
        """Other limits from now on, for this connection; `UserBudgets.change` does the rest."""
        self._messages.change(_messages(limits), now)
        self._bytes.change(_bytes(limits), now)

    def receive(self, size: int, now: float) -> None:
        """A frame of ``size`` bytes arrived; Refusal `rate-limited` if that is too much."""
        if wait := self._users.bytes.take_with(self._bytes, self._user, size, now):
            raise self._refusal(wait, now, "bytes")

    def spend(self, cost: float, now: float) -> None:
        """A command that costs ``cost`` messages; Refusal `rate-limited` as above."""
        if wait := self._users.messages.take_with(self._messages, self._user, cost, now):
            raise self._refusal(wait, now, "commands")

    def read(self, count: float, now: float) -> None:
        """A command that reads the store ``count`` times; Refusal `rate-limited` as above."""
        if wait := self._users.reads.take_with(self._reads, self._user, count, now):
            raise self._refusal(wait, now, "requests")

    def is_abuse(self, now: float) -> bool:
        """Counts a refusal if it is a breach; whether there were too many of late."""
        if not self._early:
            return False
        if self._breaches is None:
            self._breaches = Window(BREACHES, BREACH_SECONDS)
        return self._breaches.hit(now)

    def _refusal(self, wait: float, now: float, what: str) -> Refusal:
        self._early, self._told = now < self._told, now + wait
        return Refusal(
            Code.RATE_LIMITED,
            f"Too many {what} in too short a time; wait {wait:.3g} s, then send this again.",
            retry_after=wait,
        )
