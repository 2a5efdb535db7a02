"""Folded text: how names and topics are kept so that a search ignores case and form."""

import re
from typing import Final
from unicodedata import normalize

#: What stands between the words of a name.
_BETWEEN: Final = re.compile(r"[\s\-\u2010-\u2015.,_/()'\u2019]+")
#: So many further words of a name are looked at.
MOST_WITHIN: Final = 8


def folded(*texts: str | None) -> str:
    """The texts, one to a line, in Unicode's form for caseless matching (D146 of the standard)."""
    return "\n".join(_fold(text) for text in texts if text)


def words(query: str, most: int) -> tuple[str, ...]:
    """The first ``most`` different words of a query, folded the same way."""
    return tuple(dict.fromkeys(_fold(query).split()))[:most]


def within(name: str) -> tuple[str, ...]:
    """The name from its second word on, from its third on and so on, folded: of "Carla
    Meyer-Lindenberg" these are "meyer-lindenberg" and "lindenberg"."""
    text = _fold(name)
    begins = [found.end() for found in _BETWEEN.finditer(text) if found.start() > 0]
    return tuple(dict.fromkeys(text[at:] for at in begins[:MOST_WITHIN] if at < len(text)))


def _fold(text: str) -> str:
    # Folding undoes what the form composed, and vice versa: both twice.
    text = normalize("NFD", text).casefold()
    text = normalize("NFKD", text).casefold()
    return normalize("NFKC", text)
