"""What Tab makes of the word before the cursor: a person, a room, a command, an emoji. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"(?:(?<=\s)|\A)([@#:]?[^\s@#:]*)\Z")
MOST = 40


@dataclass(slots=True)
class Completion:
    """``options`` may stand at ``start``; `text` is the whole text with the one at ``index``."""

    start: int
    rest: str
    head: str
    options: Sequence[str]
    index: int = 0

    @property
    def text(self) -> str:
        return self.head + self.options[self.index] + self.rest

    @property
    def cursor(self) -> int:
        return len(self.head) + len(self.options[self.index])

    def next(self, step: int = 1) -> None:
        self.index = (self.index + step) % len(self.options)


def complete(
    text: str,
    cursor: int,
    *,
    names: Iterable[str],
    rooms: Iterable[str],
    commands: Iterable[str],
    emoji: Iterable[tuple[str, str]],
) -> Completion | None:
    """``names`` without @, the likeliest first; ``rooms`` without #; ``commands`` with /; ``emoji``
    as (name, sign). None if nothing fits."""
    before = text[:cursor]
    if before.startswith("/") and not re.search(r"\s", before):
        found = [f"{one} " for one in commands if one.startswith(before.casefold())]
        return _of(text, cursor, 0, found)
    match = _WORD.search(before)
    if match is None or not match[1]:
        return None
    word, start = match[1].casefold(), match.start(1)
    if word.startswith("@"):
        found = [f"@{name} " for name in names if name.casefold().startswith(word[1:])]
    elif word.startswith("#"):
        found = [f"#{room} " for room in rooms if room.casefold().startswith(word[1:])]
    elif word.startswith(":") and len(word) > 2:
        found = [f"{sign} " for name, sign in emoji if name.startswith(word[1:])]
    elif word.startswith(":"):
        return None
    else:
        # At the beginning a name alone addresses somebody: "bob: ".
        after = ": " if start == 0 else " "
        found = [f"{name}{after}" for name in names if name.casefold().startswith(word)]
    return _of(text, cursor, start, found)


def _of(text: str, cursor: int, start: int, found: list[str]) -> Completion | None:
    options = list(dict.fromkeys(found))[:MOST]
    if not options:
        return None
    return Completion(start, text[cursor:].lstrip(" "), text[:start], options)


def emoji_names() -> list[tuple[str, str]]:
    """Every emoji by its names, the shortest name first."""
    from emoji import EMOJI_DATA

    found = []
    for sign, about in EMOJI_DATA.items():
        # Only those that keyboards write, and each once: a terminal shows no skin tones.
        if about.get("status", 0) > 2 or "skin_tone" in about["en"]:
            continue
        for name in [about["en"], *about.get("alias", ())]:
            found.append((name.strip(":").casefold(), sign))
    return sorted(found, key=lambda one: (len(one[0]), one[0]))
