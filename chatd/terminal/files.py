"""The files of a message in words: `[picture.png, 24 kB]`. Pure."""

from collections.abc import Mapping
from typing import Any

from chatd.terminal.safe import safe

UNITS = ("kB", "MB", "GB", "TB")


def files_of(frame: Mapping[str, Any]) -> list[str]:
    """One for each file, without what a terminal would obey or hide."""
    found = frame.get("files")
    return [
        f"[{safe(str(one.get('name', '?')))}, {size_of(one.get('size'))}]"
        for one in (found if isinstance(found, list) else ())
        if isinstance(one, dict)
    ]


def summary(frame: Mapping[str, Any]) -> str:
    """The text of a message and its files, as they came; on one line if the text is."""
    return " ".join([*filter(None, [str(frame.get("text", ""))]), *files_of(frame)])


def size_of(count: Any) -> str:
    """In few digits: `24 kB`."""
    if not isinstance(count, int) or count < 0:
        return "?"
    if count < 1000:
        return f"{count} bytes" if count != 1 else "1 byte"
    size, place = count / 1000, 0
    while round(size) >= 1000 and place < len(UNITS) - 1:
        size, place = size / 1000, place + 1
    return f"{size:.1f} {UNITS[place]}" if round(size, 1) < 10 else f"{size:.0f} {UNITS[place]}"
