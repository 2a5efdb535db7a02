"""Hygiene of message text: what people wrote stays, what only harms readers goes.

Kept: every script, emoji with their joiners, tabs and line breaks, the marks U+200E, U+200F and
U+061C, and isolates (U+2066 to U+2069) that are balanced within their line, so right-to-left text
reads as intended. Removed: other controls, bidi embeddings and overrides (U+202A to U+202E; UAX #9
§2.3 puts isolates in their place), isolates without their other half, noncharacters, tag characters
outside a flag, and marks stacked higher than any language does. Refused: U+0000, lone surrogates,
and a text in which nothing can be seen.
"""

import re
from unicodedata import category, combining, normalize

from precis_i18n.unicode import UnicodeData

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

MAX_TEXT = 4096
MAX_MARKS = 8
MAX_RUN = 30
"""The most marks in a row that are put in order (UAX #15 §13, Stream-Safe Text Format)."""
MAX_ISOLATES = 8
"""How deep isolates may nest; UAX #9 allows 125, people need two."""

_UNICODE = UnicodeData()
_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_NONCHARACTERS = "".join(
    chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
)
_HARMFUL = re.compile(
    "[\x01-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u206a-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef"
    f"{_NONCHARACTERS}]"
)
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{4,6}\U000e007f"
_TAG = re.compile(f"({_FLAG})|[\U000e0000-\U000e007f]")
_ISOLATE = re.compile("[\u2066-\u2069]")
# Combining marks are not letters: without a run this long there is nothing to look for.
_RUN = re.compile(r"[^\w\s]{31}")
_POP = "\u2069"
# Symbols by category, blank by design: BRAILLE PATTERN BLANK, MUSICAL SYMBOL NULL NOTEHEAD.
_BLANK = frozenset("\u2800\U0001d159")


def clean_text(text: str, limit: int = MAX_TEXT, field: str = "text") -> str:
    """The text in NFC as everybody will see it, at most `limit` code points (of up to 4 bytes).

    Cleaning twice changes nothing more. Refusal `too-long`, or `bad-field` (see above).
    """
    # No text of the allowed length is over four times as long before: this bounds the work.
    if len(text) > 4 * limit:
        raise _too_long(len(text), limit, field)
    plain = text.isascii() and text.isprintable()
    if not plain:
        if _IMPOSSIBLE.search(text):
            raise Refusal(
                Code.BAD_FIELD,
                "The text holds U+0000 or half a character, which cannot be shown; take it out.",
                field=field,
            )
        text = _HARMFUL.sub("", _NEWLINE.sub("\n", text))
        text = drop_loose_tags(text)
        if _ISOLATE.search(text):
            text = "\n".join(map(_balance, text.split("\n")))
        text = limit_marks(normalize("NFC", shorten_runs(text)))
    if len(text) > limit:
        raise _too_long(len(text), limit, field)
    # Of printable ASCII only the space is blank.
    if not (text.strip(" ") if plain else has_visible(text)):
        raise Refusal(Code.BAD_FIELD, "There is nothing to see in this text.", field=field)
    return text


def is_ignorable(char: str) -> bool:
    """Whether the character shows nothing of its own (Default_Ignorable_Code_Point, UAX #44)."""
    return _UNICODE.default_ignorable(ord(char))


def has_visible(text: str) -> bool:
    """Whether anything can be seen: a letter, digit, sign or symbol that is not blank."""
    if text.isascii() and text.isprintable():
        # Of these only the space is blank.
        return bool(text.strip(" "))
    return any(
        category(char)[0] not in "ZM"
        and category(char) not in ("Cc", "Cf", "Cs")
        and char not in _BLANK
        and not is_ignorable(char)
        for char in text
    )


def drop_loose_tags(text: str) -> str:
    """Without the tag characters that are not part of a flag: text could hide in them."""
    return _TAG.sub(lambda match: match[1] or "", text)


def shorten_runs(text: str) -> str:
    """Without the marks after the 30th in a row: putting a run in order takes Unicode's algorithm
    the square of its length, and an attacker would send a long one to stall the server."""
    if not _RUN.search(text):
        return text
    kept, run = [], 0
    for char in text:
        # By the first of its parts: U+0F73 is a starter that decomposes into marks.
        run = run + 1 if combining(normalize("NFD", char)[0]) else 0
        if run <= MAX_RUN:
            kept.append(char)
    return "".join(kept)


def limit_marks(text: str) -> str:
    """Text in NFC with at most 8 combining marks on each base; surplus ones are dropped."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for char in text:
        kind = category(char)
        if kind[0] == "M":
            marks += not is_ignorable(char)
            if marks > MAX_MARKS:
                continue
        # A joiner between marks does not end their stack (UAX #29 rule GB9).
        elif kind != "Cf":
            marks = 0
        kept.append(char)
    return "".join(kept)


def _balance(line: str) -> str:
    """The line without isolates that have no other half in it, or that nest too deep."""
    chars = list(line)
    opened: list[int] = []
    for at, char in enumerate(line):
        if not _ISOLATE.match(char):
            continue
        if char != _POP:
            opened.append(at)
        elif not opened:
            chars[at] = ""
        else:
            start = opened.pop()
            if len(opened) >= MAX_ISOLATES:
                chars[start] = chars[at] = ""
    for at in opened:
        chars[at] = ""
    return "".join(chars)


def _too_long(length: int, limit: int, field: str) -> Refusal:
    return Refusal(
        Code.TOO_LONG, f"This has {length} characters; the limit is {limit}.", field=field
    )
