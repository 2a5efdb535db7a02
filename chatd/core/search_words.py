"""Words to search by: how a text is split for the index, and a query for asking it.

Both go through here, so they agree by construction, and the database's own tokenizer only has to
split at spaces. What people see as the same is made the same: width and ligatures (NFKC), case
(case folding), accents, Arabic and Hebrew vowel signs, Turkish dotted and dotless i, spellings of
Arabic letters that keyboards mix up.

Scripts written without spaces, and Hangul, whose words carry their particles at the end, are
indexed as overlapping pairs of characters: 東京都 is 東京, 京都 and 都. Two or more characters in a
query become a phrase of such pairs, a single one a search for pairs that begin with it; so every
substring is found, in one pass over short lists. Every emoji is a word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category, normalize

#: Characters of a word that count; nobody types a longer one.
MOST_LETTERS = 64
#: A last word matches what begins with it if it has at least this many letters.
LEAST_PREFIX = 2

#: Characters whose replacement is remembered: more than people write in one place, and few enough
#: that a text of every character there is (1.1 million) does not fill the memory.
MOST_KNOWN = 40_000

_PLAIN = re.compile("[a-z0-9]+")
# Thai, Lao, Tibetan, Myanmar, Khmer, Kana, Bopomofo, Han, Hangul, and their supplements.
_DENSE = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u2e80-\u2fdf"
    "\u3005-\u3007\u3021-\u30ff\u3105-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff"
    "\uaa60-\uaa7f\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f"
    "\U00020000-\U0003ffff"
)
_PARTS = re.compile(f"(?P<dense>[{_DENSE}]+)|[^{_DENSE}]+")
# Vowel signs and accents that people leave out: combining diacritics, Hebrew points, Arabic marks.
_LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u20d0-\u20ff\ufe00-\ufe0f]"
)
# For Arabic, what Lucene's ArabicNormalizer and PersianNormalizer also make equal.
_SAME = {"ı": "i", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}
# Box-drawing characters and shades, and Braille: symbols, but nobody's words.
_DRAWN = re.compile("[\u2500-\u25ff\u2800-\u28ff]")


class _Table(dict[int, str | None]):
    """What becomes of a character once it is decomposed; mostly looked up only once for each."""

    def __missing__(self, code: int) -> str | None:
        found = _becomes(chr(code))
        if len(self) < MOST_KNOWN:
            self[code] = found
        return found


def _becomes(char: str) -> str | None:
    if char in _SAME:
        return _SAME[char]
    kind = category(char)
    if kind == "Cf" or _LEFT_OUT.match(char):
        return None
    if kind[0] in "LNM" or kind == "Co":
        return char
    if kind == "So" and not _DRAWN.match(char):
        return f" {char} "
    # A skin tone belongs to the emoji before it.
    return None if "\U0001f3fb" <= char <= "\U0001f3ff" else " "


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, or (``dense``) a run of characters any part of which may be searched for."""

    text: str
    dense: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """The words of a text, in order."""
    if text.isascii():
        yield from (Piece(word[:MOST_LETTERS]) for word in _PLAIN.findall(text.lower()))
        return
    folded = normalize("NFKD", normalize("NFKC", text).casefold()).translate(_TABLE)
    for word in normalize("NFC", folded).split():
        if word.isascii():
            yield Piece(word[:MOST_LETTERS])
            continue
        for part in _PARTS.finditer(word):
            dense = part["dense"] is not None
            yield Piece(part[0] if dense else part[0][:MOST_LETTERS], dense)


def indexed(text: str) -> str:
    """What the index gets of a text: its tokens separated by spaces."""
    if text.isascii():
        return " ".join(word[:MOST_LETTERS] for word in _PLAIN.findall(text.lower()))
    return " ".join(token for piece in pieces(text) for token in _tokens(piece))


def _tokens(piece: Piece) -> Sequence[str]:
    if not piece.dense:
        return (piece.text,)
    run = piece.text
    return [run[at : at + 2] for at in range(len(run))]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Adjacent tokens; with ``prefix`` the last one is only a beginning."""

    tokens: tuple[str, ...]
    prefix: bool = False


@lru_cache(256)
def phrase(text: str, prefix: bool = False) -> Phrase | None:
    """What to look for when people typed ``text`` without a space or in quotation marks; None if it
    holds no word. ``prefix``: its end may be the beginning of a word."""
    parts = list(pieces(text))
    if not parts:
        return None
    *before, last = parts
    tokens = [token for piece in before for token in _tokens(piece)]
    if not last.dense:
        return Phrase((*tokens, last.text), prefix and len(last.text) >= LEAST_PREFIX)
    run = _tokens(last)
    if len(run) == 1:
        return Phrase((*tokens, *run), True)
    # The run may go on in the text, so its last, single character says nothing.
    return Phrase((*tokens, *run[:-1]))


def shown(texts: Iterable[str]) -> tuple[str, ...]:
    """The words searched for, as a client may mark them in what was found, each once."""
    return tuple(dict.fromkeys(piece.text for text in texts for piece in pieces(text)))
