"""Other people's text made safe for a terminal: it can be read, and it can do nothing.

A terminal obeys what it is sent: ESC and the C0 and C1 controls (ECMA-48) move the cursor, set the
title, fill the clipboard, answer as if the user typed. Bidi controls and invisible characters make
a line look like another. The server removes much of that; a client does not rely on it.
"""

import re
from unicodedata import category

#: How many combining marks and joiners are kept in a row: no language stacks more.
MOST_MARKS = 8

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Bidi controls of every kind, soft hyphens, zero-width spaces, fillers, tags, noncharacters.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_PICTURE = "[\u203c-\u3299\U0001f000-\U0001faff]"
_BETWEEN_PICTURES = re.compile(f"\u200d(?={_PICTURE})")
_VARIANTS = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")


def safe(text: str, *, lines: bool = False) -> str:
    """The text without what a terminal would obey or hide. With ``lines`` it keeps its line breaks,
    otherwise each is a space; a tab is four spaces or one."""
    if text.isascii() and text.isprintable():
        return text
    text = _NEWLINES.sub("\n", text).expandtabs(4) if lines else " ".join(text.split("\t"))
    if not lines:
        text = _NEWLINES.sub("\n", text).replace("\n", " ")
    text = _HIDDEN.sub("", _CONTROLS.sub("", text))
    return _without_floods(_SURROGATES.sub("\ufffd", text))


def cells(text: str, *, lines: bool = False) -> str:
    """As `safe`, and every terminal agrees on how many columns it takes.

    Terminals differ in how wide joined emoji, skin tones, variation selectors and flags are, and
    one that differs tears the picture: families stand as their members, a flag as two letters.
    """
    text = safe(text, lines=lines)
    if text.isascii():
        return text
    text = _FLAG.sub(_letters, _BETWEEN_PICTURES.sub("", text))
    return _VARIANTS.sub("", text)


def plain(text: str) -> str:
    """As `cells`, for a terminal that knows only ASCII: what it cannot show is a question mark."""
    shown = cells(text, lines=True)
    for there, instead in _SPELT.items():
        shown = shown.replace(there, instead)
    return shown.encode("ascii", "replace").decode("ascii")


_SPELT = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u00a0": " ",
}


def _letters(flag: re.Match[str]) -> str:
    return "".join(chr(ord(char) - 0x1F1E6 + ord("A")) for char in flag[0])


def _without_floods(text: str) -> str:
    """At most eight marks on a base, joiners only singly and between other characters."""
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        if char in _JOINERS:
            if not kept or kept[-1] in _JOINERS or kept[-1].isspace():
                continue
        elif category(char)[0] == "M":
            marks += 1
            if marks > MOST_MARKS:
                continue
        else:
            marks = 0
        kept.append(char)
    return "".join(kept)
