"""Which names look alike: scripts and skeletons after UTS #39, from Unicode's own tables."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cache, reduce
from importlib.resources import files
from unicodedata import normalize

COMMON = "Zyyy"
INHERITED = "Zinh"

# Scripts that are written together (UTS #39 §5.1 and the level "highly restrictive" of §5.2).
_WRITTEN_WITH = {
    "Hani": {"Jpan", "Kore", "Hanb"},
    "Hira": {"Jpan"},
    "Kana": {"Jpan"},
    "Hang": {"Kore"},
    "Bopo": {"Hanb"},
}
_WITH_LATIN = {"Latn", "Hani", "Jpan", "Kore", "Hanb"}


def _rows(name: str) -> list[list[str]]:
    text = (files("chatd.core") / "unicode" / name).read_text("utf-8")
    return [line.split() for line in text.splitlines() if not line.startswith("#")]


# Both tables are read when first needed: the start need not wait for them.


@cache
def _ranges() -> tuple[list[int], list[tuple[int, frozenset[str]]]]:
    """Where each range of characters begins, ascending; where it ends, and its scripts. One entry
    for each of the 109,000 characters would take 8 MiB and 50 ms."""
    rows = sorted(
        (int(first, 16), int(last, 16), frozenset(scripts))
        for first, last, *scripts in _rows("scripts.txt")
    )
    return [row[0] for row in rows], [row[1:] for row in rows]


@cache
def _confusables() -> Mapping[int, str]:
    return {
        int(source, 16): "".join(chr(int(code, 16)) for code in target)
        for source, *target in _rows("confusables.txt")
    }


def scripts_of(char: str) -> frozenset[str]:
    """The recommended scripts (UAX #31 table 5, ISO 15924 codes) that use it; empty = none.

    `Zyyy` and `Zinh` stand for any script.
    """
    code = ord(char)
    firsts, rest = _ranges()
    at = bisect_right(firsts, code) - 1
    return rest[at][1] if at >= 0 and code <= rest[at][0] else frozenset()


def one_script(text: str) -> bool:
    """Whether one script, or one of the usual groups, holds all of the text.

    Groups: Latin with Han, Hiragana and Katakana; with Han and Hangul; with Han and Bopomofo.
    """
    sets = []
    for scripts in map(scripts_of, text):
        if not scripts & {COMMON, INHERITED}:
            groups = (_WRITTEN_WITH.get(script, set()) for script in scripts)
            sets.append(scripts.union(*groups))
    if not sets or reduce(frozenset.intersection, sets):
        return True
    others = [scripts for scripts in sets if "Latn" not in scripts]
    return bool(reduce(frozenset.intersection, others) & _WITH_LATIN)


def skeleton(name: str) -> str:
    """What is left of a name once look-alikes are made the same; for comparing, never for showing.

    As UTS #39 §4, and also case-folded (so that 0 and o, ß and ss meet). A skeleton's skeleton is
    itself. Characters that `scripts.txt` does not list stand for themselves.
    """
    while True:
        folded = normalize("NFD", normalize("NFD", name).casefold())
        mapped = normalize("NFD", folded.translate(_confusables()))
        # An i or j loses its own dot to a dot above: it looks the same with it and without.
        mapped = mapped.replace("i\u0307", "i").replace("j\u0307", "j")
        if mapped == name:
            return name
        name = mapped
