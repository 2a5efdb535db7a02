"""Columns: how many a text takes, where it breaks, how it is cut. Measured as urwid measures."""

from collections.abc import Callable, Iterator

import wcwidth
from urwid import calc_width

#: A text with its look: the name of a palette entry (None: the terminal's own) and the text.
Run = tuple[str | None, str]
Row = tuple[Run, ...]


#: What no line may begin with if wide characters can be split there (JIS X 4051, line-start rule).
_NOT_FIRST = frozenset("。、，．！？：；）」』】〉》…ーっゃゅょ々")


def columns(text: str) -> int:
    return len(text) if text.isascii() else calc_width(text, 0, len(text))


def graphemes(text: str) -> Iterator[str]:
    return iter(text) if text.isascii() else wcwidth.iter_graphemes(text)


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """The text in at most ``width`` columns; if something is missing, an ellipsis says so."""
    if columns(text) <= width:
        return text
    room = width - columns(ellipsis)
    if room < 0:
        return ""
    kept, used = [], 0
    for part in graphemes(text):
        used += columns(part)
        if used > room:
            break
        kept.append(part)
    return "".join(kept) + ellipsis


def fit(text: str, width: int, ellipsis: str = "…", *, right: bool = False) -> str:
    """The text in exactly ``width`` columns."""
    text = clip(text, width, ellipsis)
    space = " " * (width - columns(text))
    return space + text if right else text + space


def breaks(text: str, width: int, measure: Callable[[str], int] = columns) -> list[tuple[int, int]]:
    """The lines of ``text`` as (start, end): broken at spaces and between wide characters, and
    within a word only if it is longer than a line. Spaces at a break belong to no line. ``measure``
    tells the columns of one character with its marks."""
    found: list[tuple[int, int]] = []
    start = 0
    for paragraph in text.split("\n"):
        found += _paragraph(text, start, start + len(paragraph), max(width, 2), measure)
        start += len(paragraph) + 1
    return found


def _paragraph(
    text: str, start: int, end: int, width: int, measure: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    at, used, chance, was_wide = start, 0, start, False
    for part in graphemes(text[start:end]):
        wide = measure(part)
        if at > start and part not in _NOT_FIRST and (part == " " or wide >= 2 or was_wide):
            chance = at
        if used + wide > width and part != " ":
            stop = chance if chance > start else at
            yield start, start + len(text[start:stop].rstrip(" "))
            start = stop + len(text[stop:end]) - len(text[stop:end].lstrip(" "))
            if start > at:
                start = at
            chance, used = start, sum(map(measure, graphemes(text[start:at])))
        was_wide = wide >= 2
        used += wide
        at += len(part)
    yield start, start + len(text[start:end].rstrip(" "))


def wrap(runs: Row, width: int) -> list[Row]:
    """Runs in lines of at most ``width`` columns."""
    text = "".join(part for _, part in runs)
    return [cut(runs, start, end) for start, end in breaks(text, width)]


def cut(runs: Row, start: int, end: int) -> Row:
    """The part of the runs from character ``start`` to ``end``."""
    found, at = [], 0
    for look, part in runs:
        first, last = max(start - at, 0), min(end - at, len(part))
        if first < last:
            found.append((look, part[first:last]))
        at += len(part)
    return tuple(found)


def row_columns(row: Row) -> int:
    return sum(columns(part) for _, part in row)


def fill(row: Row, width: int, look: str | None = None) -> Row:
    """The row in exactly ``width`` columns, cut or filled up."""
    used = row_columns(row)
    if used <= width:
        return (*row, (look, " " * (width - used))) if used < width else row
    kept: list[Run] = []
    room = width
    for one, part in row:
        if columns(part) >= room:
            kept.append((one, fit(part, room)))
            return tuple(kept)
        kept.append((one, part))
        room -= columns(part)
    return tuple(kept)


def slice_row(row: Row, start: int, end: int) -> Row:
    """The part of a row between two columns: for boxes that lie over it."""
    whole = "".join(text for _, text in row)
    at = used = 0
    first = last = None
    for part in graphemes(whole):
        if first is None and used >= start:
            first = at
        if used + columns(part) > end:
            last = at
            break
        used += columns(part)
        at += len(part)
    first = len(whole) if first is None else first
    return cut(row, first, len(whole) if last is None else last)
