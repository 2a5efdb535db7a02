"""JSON from strangers on which two readers cannot disagree: no name twice in an object (RFC 8725
§2.4), no NaN, no number too large to rely on, no broken Unicode, a bounded depth."""

import json
from typing import Any, Final

import msgspec

from chatd.core.nesting import is_deeper

#: Objects and lists inside one another: a token's claims need two or three.
DEPTH: Final = 16


class _Twice(ValueError):
    """A name occurs twice in an object."""


def read_object(text: bytes) -> dict[str, Any] | None:
    """The JSON object that ``text`` is, in UTF-8; None if it is not one."""
    if is_deeper(text, DEPTH):
        return None
    try:
        # msgspec is the stricter reader, json the one that shows every occurrence of a name.
        value = msgspec.json.decode(text)
        json.loads(text, object_pairs_hook=_once)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found
