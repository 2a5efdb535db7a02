"""What is measured of the page, in which form, and the bounds; and the table of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.report import as_markdown, as_text

Found = Mapping[str, float]


@dataclass(frozen=True)
class Figure:
    """``bound`` is the most that is good, None where a value is there to compare with; ``form`` how
    a value is written."""

    key: str
    text: str
    unit: str
    bound: float | None
    form: str = ".0f"

    def cell(self, value: float) -> str:
        return f"{format(value, self.form)} {self.unit}".strip()


FIGURES = (
    Figure("fresh_ms", "fresh profile, slow network and processor: one can write", "ms", 2500),
    Figure("fresh_requests", "the same: requests until then", "", 12),
    Figure("fresh_kb", "the same: received until then", "kB", 150, ".1f"),
    Figure("warm_ms", "warm start: the room stands there and one can write", "ms", 500),
    Figure("switch_ms", "to a room that was open before: the slowest of 20", "ms", 100),
    Figure("interaction_ms", "an interaction until its paint: the slowest", "ms", 200),
    Figure("shift", "layout shift: start, talk, other rooms", "", 0.02, ".3f"),
    Figure("scroll_gap_ms", "10,000 messages, slow processor: frame gap, p95", "ms", 25, ".1f"),
    Figure(
        "scroll_floor_ms",
        "the same of a page without any script: what no page can beat",
        "ms",
        None,
        ".1f",
    ),
    Figure("scroll_heap_mb", "10,000 messages: heap after 10 rounds", "MB more", 5, ".1f"),
    Figure("flood_task_ms", "200 messages a second for 30 s: the longest task", "ms", 100),
    Figure("flood_missing", "the same: messages that were not shown", "", 0),
)


def missed(found: Found) -> list[str]:
    return [one.text for one in FIGURES if _misses(one, found)]


def _misses(one: Figure, found: Found) -> bool:
    return one.key in found and one.bound is not None and found[one.key] > one.bound


def lines(found: Found) -> list[list[str]]:
    table = [["", "found", "at most", ""]]
    for one in FIGURES:
        if one.key not in found:
            continue
        bound, verdict = "", ""
        if one.bound is not None:
            bound, verdict = one.cell(one.bound), "MISSED" if _misses(one, found) else "met"
        table.append([one.text, one.cell(found[one.key]), bound, verdict])
    return table


def text(found: Found) -> str:
    return as_text(lines(found))


def markdown(found: Found) -> str:
    return as_markdown(lines(found))
