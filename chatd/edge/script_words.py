"""JavaScript cut into words, as far as joining modules needs it: what is code, what only seems so.

ECMA-262 §12. A slash divides or begins a regular expression, and only a whole parser can always
tell which: after a word that leaves it open this refuses, and never guesses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "string", "template", "regex", "number", "sign", "comment"]

#: After these words a value must come, so a slash begins a regular expression.
_BEFORE_VALUE = frozenset(
    (
        *("return", "typeof", "instanceof", "in", "new", "delete", "void", "throw", "case", "do"),
        *("else", "await", "extends"),
    )
)
#: The condition of these is in parentheses, and a statement follows.
_CONDITIONS = frozenset(("if", "while", "for", "with"))
_NUMBER = re.compile(
    r"0[xXoObB][0-9a-fA-F_]+n?|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?n?"
)
_SPACE = " \t\n\r\v\f\u00a0\ufeff\u2028\u2029"
_IN_NAMES = "_$#\u200c\u200d"
_LINE_ENDS = "\n\r\u2028\u2029"
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class ScriptError(ValueError):
    """What is not understood, and so refused; the text names the line."""


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` is source[start:end]. ``depth``: how many brackets are open around it."""

    kind: Kind
    text: str
    start: int
    end: int
    depth: int


def words(source: str) -> Iterator[Word]:
    """Every word, comments included, in order; ScriptError if one cannot be told."""
    return _Reader(source).words()


def line_of(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        #: Each open bracket: its character, and whether it holds the condition of a statement. "`"
        #: is a template's "${".
        self._open: list[tuple[str, bool]] = []
        self._last: Word | None = None
        self._before_last: Word | None = None
        #: Whether the parenthesis that was closed last held a condition.
        self._closed_condition = False

    def words(self) -> Iterator[Word]:
        place, end = 0, len(self._source)
        while place < end:
            if self._source[place] in _SPACE:
                place += 1
                continue
            word = self._word(place)
            yield word
            if word.kind != "comment":
                self._before_last, self._last = self._last, word
            place = word.end
        if self._open:
            raise self._error(end, f"a {self._open[-1][0]} is never closed")

    def _word(self, at: int) -> Word:
        source = self._source
        first = source[at]
        if source.startswith("//", at):
            return self._make("comment", at, self._line_end(at))
        if source.startswith("/*", at):
            return self._make("comment", at, self._find("*/", at + 2, at, "a comment"))
        if first in "'\"":
            return self._make("string", at, self._string(at))
        if first == "`":
            return self._template(at)
        if first == "}" and self._open and self._open[-1][0] == "`":
            self._open.pop()
            return self._template(at)
        if first == "/" and self._regex_may_begin(at):
            return self._make("regex", at, self._regex(at))
        if first.isdigit() or (first == "." and source[at + 1 : at + 2].isdigit()):
            return self._make("number", at, self._number(at))
        if first in "_$#" or first.isidentifier():
            return self._make("name", at, self._name(at))
        if first == "\\":
            raise self._error(at, "a name with an escape")
        return self._sign(at)

    def _make(self, kind: Kind, start: int, end: int) -> Word:
        return Word(kind, self._source[start:end], start, end, len(self._open))

    def _sign(self, at: int) -> Word:
        first = self._source[at]
        if first in _CLOSES:
            word = self._make("sign", at, at + 1)
            self._open.append((first, self._is_condition()))
            return word
        if first in ")]}":
            if not self._open or _CLOSES.get(self._open[-1][0]) != first:
                raise self._error(at, f"a {first} that closes nothing")
            _, self._closed_condition = self._open.pop()
            return self._make("sign", at, at + 1)
        for sign in ("...", "++", "--", "=>", "==", "!=", ">=", "<="):
            if self._source.startswith(sign, at):
                return self._make("sign", at, at + len(sign))
        return self._make("sign", at, at + 1)

    def _regex_may_begin(self, at: int) -> bool:
        last = self._last
        if last is None:
            return True
        if last.kind in ("string", "number", "regex"):
            return False
        if last.kind == "template":
            return not last.text.endswith("`")
        if last.kind == "name":
            member = self._is_member()
            if not member and last.text in ("of", "let", "static", "get", "set", "async", "yield"):
                raise self._error(at, f"a slash after {last.text}: a division or an expression?")
            return not member and last.text in _BEFORE_VALUE
        if last.text == ")":
            return self._closed_condition
        if last.text in ("}", "++", "--"):
            raise self._error(at, f"a slash after {last.text}: a division or an expression?")
        return last.text != "]"

    def _is_member(self) -> bool:
        """Whether the last word names a property, and so is no keyword whatever it says."""
        return self._before_last is not None and self._before_last.text == "."

    def _is_condition(self) -> bool:
        if self._last is None or self._last.kind != "name" or self._is_member():
            return False
        if self._last.text == "await":
            return self._before_last is not None and self._before_last.text == "for"
        return self._last.text in _CONDITIONS

    # ---- where each kind ends -----------------------------------------------------------------

    def _line_end(self, at: int) -> int:
        while at < len(self._source) and self._source[at] not in _LINE_ENDS:
            at += 1
        return at

    def _find(self, sign: str, place: int, begin: int, what: str) -> int:
        found = self._source.find(sign, place)
        if found < 0:
            raise self._error(begin, f"{what} without an end")
        return found + len(sign)

    def _string(self, begin: int) -> int:
        quote = self._source[begin]
        at = begin + 1
        while at < len(self._source) and self._source[at] not in "\n\r":
            if self._source[at] == quote:
                return at + 1
            at += 2 if self._source[at] == "\\" else 1
        raise self._error(begin, "a string without an end")

    def _template(self, begin: int) -> Word:
        """From a "`", or from the "}" of a substitution, to the next "${" or the end."""
        at, depth = begin + 1, len(self._open)
        while at < len(self._source):
            if self._source[at] == "`":
                return Word("template", self._source[begin : at + 1], begin, at + 1, depth)
            if self._source.startswith("${", at):
                self._open.append(("`", False))
                return Word("template", self._source[begin : at + 2], begin, at + 2, depth)
            at += 2 if self._source[at] == "\\" else 1
        raise self._error(begin, "a template without an end")

    def _regex(self, begin: int) -> int:
        at, in_class = begin + 1, False
        while at < len(self._source) and self._source[at] not in _LINE_ENDS:
            sign = self._source[at]
            if sign == "/" and not in_class:
                return self._name(at + 1)
            if sign in "[]":
                in_class = sign == "["
            at += 2 if sign == "\\" else 1
        raise self._error(begin, "a regular expression without an end")

    def _number(self, at: int) -> int:
        found = _NUMBER.match(self._source, at)
        assert found is not None
        return found.end()

    def _name(self, at: int) -> int:
        source = self._source
        while at < len(source) and (source[at] in _IN_NAMES or f"a{source[at]}".isidentifier()):
            at += 1
        if source[at : at + 1] == "\\":
            raise self._error(at, "a name with an escape")
        return at

    def _error(self, place: int, what: str) -> ScriptError:
        return ScriptError(f"line {line_of(self._source, place)}: {what}")
