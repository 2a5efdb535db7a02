"""The figures of `chatctl top` as lines of text, for a terminal of any size from 40×10 on."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatd.admin.shown import plain

Figures = Mapping[str, Any]
#: Below this an answer is called quick: the least bound of the histograms.
LEAST = 0.001
#: Above this the histograms tell nothing more.
MOST = 5.0


def lines(told: Figures, width: int = 80, height: int = 24) -> list[str]:
    """At most ``height`` lines of at most ``width`` columns."""
    head = [
        _both(f"chatd {told['version']}  up {_age(told['up'])}", _state(told), width),
        "",
        f"connections {told['connections']:>8,}   people {told['people']:>7,}   rooms open"
        f" {told['rooms_open']:>6,}   opened {_rate(told['opened'])}/s",
        f"commands    {_rate(_all(told)):>8}/s errors {_rate(told['errors']):>7}/s events    "
        f" {_rate(told['events']):>6}/s writes {_rate(told['writes'])}/s",
        _times("answers 95 %", *((kind, each["p95"]) for kind, each in told["kinds"].items())),
        _times("commits     ", *_shares(told["commits"])) + f"   units {_units(told['units'])}",
        _times("loop late   ", *_shares(told["lag"])),
        f"memory      {_bytes(told['memory']):>8}   processor {told['processor']:>5.0%}"
        f"   queued {_bytes(told['queued_bytes'])}   mistakes {told['mistakes']}",
        "",
    ]
    left = max(0, height - len(head) - 1)
    return [line[:width].rstrip() for line in (*head, *_tables(told, width, left))][:height]


def _tables(told: Figures, width: int, height: int) -> list[str]:
    """Commands, rooms and people side by side."""
    wide = max(1, (width - 4) // 3)
    commands = _table(
        ("COMMAND", "/s", "ms"),
        [
            (each["type"], _rate(each["rate"]), f"{each['average'] * 1000:.1f}")
            for each in told["commands"]
        ],
        wide,
        height,
    )
    rooms = _table(
        ("ROOM", "events/s", "open"),
        [(each["name"], _rate(each["events"]), str(each["open"])) for each in told["top_rooms"]],
        wide,
        height,
    )
    people = _table(
        ("PERSON", "events/s", "conn"),
        [
            (each["name"], _rate(each["events"]), str(each["connections"]))
            for each in told["top_people"]
        ],
        wide,
        height,
    )
    return ["  ".join(row) for row in zip(commands, rooms, people, strict=True)]


def _table(
    head: tuple[str, str, str], rows: Sequence[tuple[str, str, str]], wide: int, height: int
) -> list[str]:
    """``height`` lines of exactly ``wide`` columns, a name and two numbers each."""
    first = max(len(head[1]), 6)
    name = max(1, wide - first - 6)
    made = []
    for cells in [head, *rows][:height]:
        made.append(f"{_cut(cells[0], name)} {cells[1]:>{first}} {cells[2]:>4}")
    return [f"{line:<{wide}}"[:wide] for line in made + [""] * (height - len(made))]


def _cut(text: str, width: int) -> str:
    """Others chose the text: nothing in it that the terminal would obey; wide letters (CJK, signs)
    may shift what follows by a column, and harm nothing else."""
    text = plain(text)
    if len(text) > width:
        text = text[: width - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return f"{text:<{width}}"


def _both(left: str, right: str, width: int) -> str:
    return left + " " * max(2, width - len(left) - len(right)) + right


def _state(told: Figures) -> str:
    return "serving" if not told["not_ready"] else f"NOT READY: {', '.join(told['not_ready'])}"


def _all(told: Figures) -> float:
    return float(sum(each["rate"] for each in told["commands"]))


def _shares(told: Figures) -> list[tuple[str, Any]]:
    return [("50 %", told["p50"]), ("95 %", told["p95"]), ("99 %", told["p99"])]


def _times(name: str, *told: tuple[str, float | None]) -> str:
    return name + "   ".join(f"{what:>8} {_time(seconds):>7}" for what, seconds in told)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds <= LEAST:
        return "<1 ms"
    if seconds > MOST:
        return f">{MOST:g} s"
    return f"{seconds * 1000:g} ms" if seconds < 1 else f"{seconds:g} s"


def _rate(rate: float) -> str:
    if rate >= 100_000:
        return f"{rate / 1000:.0f}k"
    if rate >= 10_000:
        return f"{rate / 1000:.1f}k"
    return f"{rate:.0f}" if rate >= 1000 else f"{rate:.1f}"


def _units(average: float | None) -> str:
    return "-" if average is None else f"{average:.1f}"


def _bytes(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _age(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours:02}:{minutes:02}" if days else f"{hours:02}:{minutes:02}:{seconds:02}"
