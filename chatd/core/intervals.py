"""Membership as intervals of seqs: which events of a room a person was there for."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int | None]
"""From and to, both included; None = still open."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Sorted spans with at least one seq between two neighbours; only the last one may be open.

    History and resume clip to these. A span ends with the seq of the person's own removal: the last
    event they get.
    """

    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        after = 1
        for index, (first, last) in enumerate(self.spans):
            if first < after:
                raise ValueError("spans start at 1 or later, in order, with a gap between them")
            if last is None:
                if index != len(self.spans) - 1:
                    raise ValueError("only the last span may be open")
            elif last < first:
                raise ValueError("a span ends where it starts, or later")
            else:
                after = last + 2

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "Intervals":
        """The union of spans in any order, overlapping or touching ones joined."""
        joined: list[Span] = []
        for first, last in sorted(spans, key=lambda span: span[0]):
            if first < 1 or (last is not None and last < first):
                raise ValueError("a span starts at 1 or later and ends where it starts, or later")
            if joined:
                start, end = joined[-1]
                if end is None:
                    continue
                if first <= end + 1:
                    joined[-1] = (start, None if last is None else max(end, last))
                    continue
            joined.append((first, last))
        return cls(tuple(joined))

    @property
    def is_open(self) -> bool:
        """Whether the person is a member now."""
        return bool(self.spans) and self.spans[-1][1] is None

    def contains(self, seq: int) -> bool:
        at = bisect_right(self.spans, seq, key=lambda span: span[0])
        if at == 0:
            return False
        last = self.spans[at - 1][1]
        return last is None or seq <= last

    def clip(self, first: int, last: int) -> list[tuple[int, int]]:
        """The parts of first..last (both included) that lie inside, in order; empty if none do."""
        parts = []
        for start, end in self.spans:
            low, high = max(start, first), last if end is None else min(end, last)
            if low <= high:
                parts.append((low, high))
        return parts
