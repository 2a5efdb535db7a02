"""What people type to search: words, "phrases", -excluded words, and who, where, when and what.

    tea -green "boiling water" from:@alice in:#kitchen after:2026-01-31 before:2026-03-01 has:link

Nothing that is typed is an error: what looks like a filter but is not is searched for as words.
"""

import re
from calendar import monthrange, timegm
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from chatd.core.search_words import Phrase, phrase, shown

Has = Literal["link", "data", "file"]
HAS: Final[tuple[Has, ...]] = get_args(Has)

#: Words and phrases of one query that count; nobody types more.
MOST_PHRASES: Final = 32
DAY_MS: Final = 24 * 3600 * 1000

_PART = re.compile(r'(?P<minus>-)?"(?P<quoted>[^"]*)"?|(?P<plain>\S+)')
_FILTER = re.compile(r"(from|in|before|after|on|has):(\S+)", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Query:
    """``room`` and ``author`` are as typed: an id, a "#name", an "@name", or "me". ``after``
    (included) and ``before`` (not included) are Unix milliseconds. ``words`` are those to mark in
    what was found."""

    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    room: str | None = None
    author: str | None = None
    after: int | None = None
    before: int | None = None
    has: frozenset[Has] = frozenset()
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class _Parts:
    """A query as it is read; if a filter is given twice the later one counts."""

    wanted: list[tuple[str, bool]] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    room: str | None = None
    author: str | None = None
    after: int | None = None
    before: int | None = None
    has: set[Has] = field(default_factory=set)


def parse(text: str, east: int = 0) -> Query:
    """The meaning of what was typed. ``east``: minutes by which the asker's days begin before
    UTC's."""
    parts = _Parts()
    for match in _PART.finditer(text):
        plain = match["plain"]
        if plain is None:
            if match["minus"]:
                parts.excluded.append(match["quoted"])
            else:
                parts.wanted.append((match["quoted"], True))
        elif (found := _FILTER.fullmatch(plain)) and _take(parts, found[1].lower(), found[2], east):
            continue
        elif plain[0] == "-" and len(plain) > 1:
            parts.excluded.append(plain[1:])
        else:
            parts.wanted.append((plain, False))
    return _query(parts)


def _query(parts: _Parts) -> Query:
    del parts.wanted[MOST_PHRASES:], parts.excluded[MOST_PHRASES:]
    last = len(parts.wanted) - 1
    phrases = [
        phrase(text, prefix=at == last and not quoted)
        for at, (text, quoted) in enumerate(parts.wanted)
    ]
    excluded = [phrase(text) for text in parts.excluded]
    return Query(
        tuple(filter(None, phrases)),
        tuple(filter(None, excluded)),
        parts.room,
        parts.author,
        parts.after,
        parts.before,
        frozenset(parts.has),
        shown(text for text, _ in parts.wanted),
    )


def _take(parts: _Parts, name: str, value: str, east: int) -> bool:
    """Whether this is a filter; if so, it is now in ``parts``."""
    match name:
        case "from":
            parts.author = value
        case "in":
            parts.room = value
        case "has":
            kinds = [kind for kind in HAS if kind == value.lower()]
            parts.has.update(kinds)
            return bool(kinds)
        case _:
            day = _day(value, east)
            if day is None:
                return False
            if name in ("after", "on"):
                parts.after = day + (DAY_MS if name == "after" else 0)
            if name in ("before", "on"):
                parts.before = day + (DAY_MS if name == "on" else 0)
    return True


def _day(text: str, east: int) -> int | None:
    """When the day begins; None if this is not a date."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    if not (year >= 1970 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    return max(0, (timegm((year, month, day, 0, 0, 0)) - east * 60) * 1000)
