"""Texts on the operator's terminal: safe whoever wrote them, and in 80 columns or as many as there
are."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

#: Used if no terminal says otherwise, and the fewest that are laid out for.
WIDTH: Final = 80
GAP: Final = "  "
#: A column is not made narrower than this; beyond that, names are broken.
NARROWEST: Final = 8


def plain(text: str) -> str:
    """Somebody else's text with nothing in it that the operator's terminal would obey."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def width() -> int:
    """Columns to lay out for."""
    return max(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else 0)


def columns(text: str) -> int:
    """How many columns a text takes: wide characters take two, marks none."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(0, wcswidth(text))


def wrapped(text: str, most: int) -> list[str]:
    """In lines of at most ``most`` columns, broken at spaces, and within a word only if it is
    longer than a line. At least one line."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if columns(longer) <= most:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _pieces(word, most)
        lines += whole
    return [*lines, line]


def _pieces(word: str, most: int) -> list[str]:
    if columns(word) <= most:
        return [word]
    from wcwidth import iter_graphemes

    pieces, piece = [], ""
    for part in iter_graphemes(word):
        if piece and columns(piece + part) > most:
            pieces.append(piece)
            piece = ""
        piece += part
    return [*pieces, piece]


def padded(text: str, most: int) -> str:
    return text + " " * (most - columns(text))


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str] = (),
    within: int | None = None,
) -> Iterator[str]:
    """Lines of a table. What is too long for its column goes on below; ``notes``, one for each row
    or none, stand under it, indented. "none" if there are no rows."""
    if not rows:
        yield "none"
        return
    within = within or width()
    cells = [[plain(cell) for cell in row] for row in (head, *rows)]
    widths = _widths([max(map(columns, column)) for column in zip(*cells, strict=True)], within)
    for number, row in enumerate(cells):
        parts = [wrapped(cell, wide) for cell, wide in zip(row, widths, strict=True)]
        for line in range(max(map(len, parts))):
            shown = [
                padded(part[line] if line < len(part) else "", wide)
                for part, wide in zip(parts, widths, strict=True)
            ]
            yield GAP.join(shown).rstrip()
        if number and notes and notes[number - 1]:
            for text in wrapped(plain(notes[number - 1]), within - 4):
                yield f"    {text}"


def _widths(wanted: list[int], within: int) -> list[int]:
    """The widest columns give way until everything fits."""
    widths = list(wanted)
    room = within - len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widest = widths.index(max(widths))
        next_widest = max([w for w in widths if w < widths[widest]] or [NARROWEST])
        widths[widest] = max(next_widest, widths[widest] - (sum(widths) - room), NARROWEST)
        if widths[widest] == next_widest and widths.count(next_widest) > 1:
            widths[widest] -= 1
    return widths


def pairs(values: Sequence[tuple[str, str]], indent: str = "") -> Iterator[str]:
    """Names and their values, a line or more for each."""
    wide = max([12, *(len(name) for name, _ in values)])
    for name, value in values:
        first, *rest = wrapped(plain(value), width() - wide - 1 - len(indent))
        yield f"{indent}{name:<{wide}} {first}".rstrip()
        for line in rest:
            yield f"{indent}{'':<{wide}} {line}"


def paragraph(text: str) -> list[str]:
    return wrapped(plain(text), width())


def some(count: int, one: str, many: str = "") -> str:
    """ "1 room", "2 rooms"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def yes(value: bool) -> str:
    return "yes" if value else "no"


def moment(ms: int | None, never: str = "-") -> str:
    """To the minute, in local time."""
    return never if ms is None else _local(ms).strftime("%Y-%m-%d %H:%M")


def second(ms: int | None, never: str = "-") -> str:
    return never if ms is None else _local(ms).strftime("%Y-%m-%d %H:%M:%S")


def day(ms: int | None, never: str = "-") -> str:
    return never if ms is None else _local(ms).strftime("%Y-%m-%d")


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000).astimezone()
