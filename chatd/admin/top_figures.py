"""What happened between two looks at a daemon: rates, and times as percentiles."""

from collections.abc import Mapping, Sequence
from typing import Any

Look = Mapping[str, Any]


def between(before: Look, after: Look) -> dict[str, Any]:
    """Figures for the time from one look (`Watch.figures`) to a later one at the same daemon; times
    are seconds, None if nothing happened."""
    seconds = max(after["time"] - before["time"], 0.001)

    def rate(name: str) -> float:
        return float(after[name] - before[name]) / seconds

    return {
        **{
            name: after[name]
            for name in (
                "version",
                "up",
                "not_ready",
                "connections",
                "people",
                "rooms_open",
                "position",
                "queued_bytes",
                "mistakes",
                "memory",
                "top_rooms",
                "top_people",
            )
        },
        "seconds": seconds,
        "opened": rate("opened"),
        "events": rate("position"),
        "writes": rate("writes"),
        "errors": rate("errors"),
        "slow_readers": rate("slow_readers"),
        "processor": rate("processor"),
        "commands": _commands(before["commands"], after["commands"], seconds),
        "kinds": {
            kind: quantiles(before["kinds"][kind], after["kinds"][kind]) for kind in after["kinds"]
        },
        "commits": quantiles(before["commits"], after["commits"]),
        "units": _average(before["units"], after["units"]),
        "lag": quantiles(before["lag"], after["lag"]),
    }


def _commands(
    before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], seconds: float
) -> list[dict[str, Any]]:
    """By type, the most frequent first; types that did not occur are left out."""
    found = []
    for type_, (count, spent) in after.items():
        count_before, spent_before = before.get(type_, (0, 0.0))
        if (new := count - count_before) > 0:
            found.append(
                {"type": type_, "rate": new / seconds, "average": (spent - spent_before) / new}
            )
    return sorted(found, key=lambda each: (-each["rate"], each["type"]))


def quantiles(before: Look, after: Look) -> dict[str, Any]:
    """Half, 95 and 99 % took at most this long: an upper bound of the histogram; above its last
    one, twice that."""
    counts = [late - early for early, late in zip(before["counts"], after["counts"], strict=True)]
    total = sum(counts)
    told: dict[str, Any] = {"count": total}
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        told[name] = _bound(after["bounds"], counts, share * total) if total else None
    return told


def _bound(bounds: Sequence[float], counts: Sequence[int], wanted: float) -> float:
    so_far = 0
    for bound, count in zip(bounds, counts, strict=False):
        so_far += count
        if so_far >= wanted:
            return bound
    return 2 * bounds[-1]


def _average(before: Look, after: Look) -> float | None:
    count = sum(after["counts"]) - sum(before["counts"])
    return (after["sum"] - before["sum"]) / count if count else None
