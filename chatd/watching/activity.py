"""What is going on, by room and by person; counted only while somebody watches.

Events of the log are counted: messages, edits, reactions, people coming and going. The count of the
last few seconds is kept for each room and person; what anybody said is not.
"""

from collections.abc import Sequence
from heapq import nlargest
from typing import Final

from chatd.engine.ports import Clock
from chatd.engine.rows import Committed

#: Seconds in which one count is filled; figures come from it and the one before.
SPAN: Final = 5.0
#: Whoever has not asked for this many seconds no longer watches.
WATCHED_FOR: Final = 15.0
#: At most this many rooms, and this many people, are counted.
MOST: Final = 10_000

Counts = dict[str, int]


class Activity:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = -WATCHED_FOR
        self._began = self._turned = clock.now()
        self._now: tuple[Counts, Counts] = ({}, {})
        self._before: tuple[Counts, Counts] = ({}, {})

    def committed(self, outcomes: Sequence[Committed]) -> None:
        """Called with every commit."""
        now = self._clock.now()
        if now - self._asked > WATCHED_FOR:
            return
        self._turn(now)
        rooms, people = self._now
        for outcome in outcomes:
            for event in outcome.events:
                _count(rooms, event.room)
                _count(people, event.author)

    def top(self, most: int) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
        """The busiest rooms and people by id, with their events a second; from now on they are
        counted."""
        now = self._clock.now()
        if now - self._asked > WATCHED_FOR:
            self._began = self._turned = now
            self._now, self._before = ({}, {}), ({}, {})
        self._asked = now
        self._turn(now)
        seconds = max(1.0, min(now - self._began, now - self._turned + SPAN))
        rooms, people = (
            nlargest(most, _sum(before, here).items(), key=lambda item: (item[1], item[0]))
            for before, here in zip(self._before, self._now, strict=True)
        )
        return (
            [(room, count / seconds) for room, count in rooms],
            [(user, count / seconds) for user, count in people],
        )

    def _turn(self, now: float) -> None:
        passed = now - self._turned
        if passed < SPAN:
            return
        self._before = self._now if passed < 2 * SPAN else ({}, {})
        self._now = ({}, {})
        self._turned = now


def _count(counts: Counts, name: str) -> None:
    if name in counts or len(counts) < MOST:
        counts[name] = counts.get(name, 0) + 1


def _sum(one: Counts, other: Counts) -> Counts:
    return {name: one.get(name, 0) + other.get(name, 0) for name in one | other}
