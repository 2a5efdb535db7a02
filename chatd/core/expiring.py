"""A map whose entries expire: typists, tickets, presence leases; bounded in number."""

import math
from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ExpiringMap(Generic[K, V]):
    """At most `limit` entries, each there until `now` reaches the moment it ends.

    `now` is in seconds of a clock that never goes back. An ended entry is never returned, whether
    or not `expire` was called; it takes room until then.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError("there must be room for one entry at least")
        self.limit = limit
        self._entries: dict[K, tuple[float, V]] = {}
        # Moments pushed at each put; one its entry no longer has is skipped when it comes up.
        self._heap: list[tuple[float, int, K]] = []
        self._serial = 0

    def __len__(self) -> int:
        """Entries that take room, including ended ones until `expire`."""
        return len(self._entries)

    def put(self, key: K, value: V, ends: float, now: float) -> None:
        """Set or replace. Refusal `busy` for a new key without room: nobody is pushed out."""
        if key not in self._entries and len(self._entries) >= self.limit:
            next_end = self._next()
            assert next_end is not None  # the heap knows every entry, and there is one
            if next_end > now:
                raise Refusal(
                    Code.BUSY,
                    "The server holds as many of these as it can; try again.",
                    retry_after=float(math.ceil(next_end - now)),
                )
            # Ended but not yet taken out: its room is free.
            del self._entries[heappop(self._heap)[2]]
        self._entries[key] = (ends, value)
        self._serial += 1
        heappush(self._heap, (ends, self._serial, key))
        if len(self._heap) > 2 * len(self._entries) + 8:
            self._heap = [(end, n, key) for n, (key, (end, _)) in enumerate(self._entries.items())]
            heapify(self._heap)

    def get(self, key: K, now: float) -> V | None:
        entry = self._entries.get(key)
        return entry[1] if entry is not None and entry[0] > now else None

    def pop(self, key: K, now: float) -> V | None:
        """Take out and return; None if it is not there or has ended: a ticket serves once."""
        value = self.get(key, now)
        self._entries.pop(key, None)
        return value

    def live(self, now: float) -> list[tuple[K, V]]:
        """The entries that have not ended, in the order their keys came."""
        return [(key, value) for key, (ends, value) in self._entries.items() if ends > now]

    def next_end(self) -> float | None:
        """When the next entry ends: the moment to call `expire`. None if there is none."""
        return self._next()

    def expire(self, now: float) -> list[tuple[K, V]]:
        """Take out all that have ended, the earliest first."""
        ended = []
        while (ends := self._next()) is not None and ends <= now:
            key = heappop(self._heap)[2]
            ended.append((key, self._entries.pop(key)[1]))
        return ended

    def _next(self) -> float | None:
        while self._heap:
            ends, _, key = self._heap[0]
            entry = self._entries.get(key)
            if entry is not None and entry[0] == ends:
                return ends
            heappop(self._heap)
        return None


class ExpiringSet(Generic[K]):
    """An `ExpiringMap` of keys alone."""

    def __init__(self, limit: int) -> None:
        self._map: ExpiringMap[K, bool] = ExpiringMap(limit)

    def __len__(self) -> int:
        return len(self._map)

    def add(self, key: K, ends: float, now: float) -> bool:
        """Add or renew; whether it was not there. Refusal `busy` as `ExpiringMap.put`."""
        fresh = self._map.get(key, now) is None
        self._map.put(key, True, ends, now)
        return fresh

    def contains(self, key: K, now: float) -> bool:
        return self._map.get(key, now) is not None

    def remove(self, key: K, now: float) -> bool:
        """Take out; whether it was there and had not ended."""
        return self._map.pop(key, now) is not None

    def live(self, now: float) -> list[K]:
        return [key for key, _ in self._map.live(now)]

    def next_end(self) -> float | None:
        return self._map.next_end()

    def expire(self, now: float) -> list[K]:
        return [key for key, _ in self._map.expire(now)]
