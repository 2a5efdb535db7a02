"""A message's card (docs/cards.md) as rows: a stripe, a title, fields, buttons as links. Pure."""

from collections.abc import Mapping
from typing import Any

from chatd.terminal.look import Signs
from chatd.terminal.safe import cells
from chatd.terminal.width import Row, wrap

COLOURS = ("grey", "blue", "green", "yellow", "red", "violet")


def card(frame: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What stands under `chatd.card`; None if there is none with a title."""
    data = frame.get("data")
    found = data.get("chatd.card") if isinstance(data, dict) else None
    return found if isinstance(found, dict) and isinstance(found.get("title"), str) else None


def card_rows(frame: Mapping[str, Any], width: int, signs: Signs) -> list[Row]:
    found = card(frame)
    if found is None:
        return []
    colour = found.get("color")
    stripe = f"stripe {colour}" if colour in COLOURS else "quote"
    parts: list[Row] = [(("bold", _text(found["title"])),)]
    if found.get("text"):
        parts.append(((None, _text(found["text"])),))
    for one in _dicts(found.get("fields")):
        parts.append((("dim", f"{_text(one.get('name'))}: "), (None, _text(one.get("value")))))
    for one in _dicts(found.get("buttons")):
        parts.append(((None, f"[{_text(one.get('label'))}] "), ("link", _text(one.get("url")))))
    if found.get("footer"):
        parts.append((("dim", _text(found["footer"])),))
    rows = [row for part in parts for row in wrap(part, width - 2)]
    return [((stripe, f"{signs.quote} "), *row) for row in rows]


def _text(value: Any) -> str:
    return cells(str(value), lines=True) if value is not None else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
