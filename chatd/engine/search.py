"""Searching: what is wanted, and what was found."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from chatd.core.search_query import Has
from chatd.core.search_words import Phrase
from chatd.engine.rows import EventRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """Messages that hold all of ``phrases``, none of ``excluded``, and fit every filter given.

    ``room`` and ``author`` are ids; ``after`` (from then on) and ``before`` (earlier) are Unix
    milliseconds. ``below``: only messages at a smaller position of the log, for the next page.
    ``context``: how many messages before and after each.
    """

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    room: str | None = None
    author: str | None = None
    after: int | None = None
    before: int | None = None
    has: frozenset[Has] = frozenset()
    below: int | None = None
    limit: int = 20
    context: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A message as it reads now, and its neighbours in ascending order of seq."""

    message: EventRow
    before: tuple[EventRow, ...] = ()
    after: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, newest first. If ``below`` is not None there may be more: ask again with it (one answer
    may have none and the next some). ``behind``: how many events of the log were not yet in the
    index."""

    hits: tuple[Hit, ...]
    below: int | None = None
    behind: int = 0


class Search(Protocol):
    def search(self, user: str, wanted: Wanted) -> Awaitable[Found]:
        """Messages that ``user`` may read, in rooms that person is in now. What was committed
        before this call is found, if the index can catch up with it in a moment. Refusals: those of
        reading ``room``; `busy`, `timeout`, `unavailable`."""
