"""Enough of JavaScript's grammar to find the texts in it: tokens, and where each text stands.

ECMA-262 §12; what stands before a slash tells whether it divides or begins a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
      | (?P<word>[#\w$]+)
      | (?P<mark>=>|===|!==|\?\?=|\?\?|\?\.|\.\.\.|&&|\|\||[^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
_REGEXP = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
#: After one of these a slash begins a regular expression.
_BEFORE_REGEXP = set("(,=:[!&|?{};") | {"=>", "&&", "||", "??", "return", "===", "!=="}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: string, template (a piece of one), regexp, word or mark; `line` counts from 1."""

    kind: str
    text: str
    line: int


def tokens(source: str) -> list[Token]:
    return list(_tokens(source, 0, len(source), None))


def _tokens(source: str, at: int, end: int, last: str | None) -> Iterator[Token]:
    while at < end:
        char = source[at]
        line = source.count("\n", 0, at) + 1
        if char.isspace():
            at += 1
            continue
        if char == "`":
            yield from _template(source, at, line)
            at = _template_end(source, at)
            last = "`"
            continue
        if char == "/" and source[at + 1] not in "/*" and (last is None or last in _BEFORE_REGEXP):
            found = _REGEXP.match(source, at)
            if found:
                yield Token("regexp", found[0], line)
                at, last = found.end(), "regexp"
                continue
        match = _TOKEN.match(source, at)
        if match is None:
            raise ValueError(f"line {line}: {source[at : at + 20]!r}")
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "comment":
            continue
        text = _unescaped(match[0][1:-1]) if kind == "string" else match[0]
        last = match[0]
        yield Token(kind, text, line)


def _template(source: str, at: int, line: int) -> Iterator[Token]:
    """The pieces, and the tokens of what is put in between."""
    start = at = at + 1
    while source[at] != "`":
        if source[at] == "\\":
            at += 2
        elif source.startswith("${", at):
            yield Token("template", _unescaped(source[start:at]), line)
            end = _hole_end(source, at + 2)
            yield Token("mark", "${", line)
            yield from _tokens(source, at + 2, end, "(")
            yield Token("mark", "}$", line)
            start = at = end + 1
        else:
            at += 1
    yield Token("template", _unescaped(source[start:at]), line)


def _template_end(source: str, at: int) -> int:
    """Behind the closing backtick of the template that begins at `at`."""
    at += 1
    while source[at] != "`":
        if source[at] == "\\":
            at += 2
        elif source.startswith("${", at):
            at = _hole_end(source, at + 2) + 1
        else:
            at += 1
    return at + 1


def _hole_end(source: str, at: int) -> int:
    """Where the } of a ${ is whose content begins at `at`."""
    depth = 0
    while depth or source[at] != "}":
        if source[at] == "`":
            at = _template_end(source, at)
            continue
        if source[at] in "'\"":
            found = _TOKEN.match(source, at)
            if found and found.lastgroup == "string":
                at = found.end()
                continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
    return at


def _unescaped(text: str) -> str:
    def char(match: re.Match[str]) -> str:
        word = match[1]
        if word[0] in "ux" and len(word) > 1:
            return chr(int(word[1:], 16))
        return {"n": "\n", "t": "\t"}.get(word, word)

    return _ESCAPE.sub(char, text)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a source: which argument of which call it is (None outside of one; the nearest call
    counts, whatever choice `a ? b : c` within the argument it belongs to), and under which property
    name it stands in an object of that argument, if it does."""

    text: str
    line: int
    call: str | None
    argument: int
    property: str | None
    before: str
    after: str
    in_template: bool


def texts(source: str) -> Iterator[Text]:
    """All texts of a source, with where they stand."""
    found = tokens(source)
    # One entry for each bracket that is open: what is called, which argument, the property's name.
    open_: list[list[object]] = []
    for at, token in enumerate(found):
        before = found[at - 1].text if at else ""
        after = found[at + 1].text if at + 1 < len(found) else ""
        if token.kind in ("string", "template"):
            # A property's name is no text of its own, the side of a choice is.
            names = after == ":" and before in ("{", ",")
            if names:
                continue
            yield Text(
                token.text, token.line, *_place(open_), before, after, token.kind == "template"
            )
        elif token.kind == "mark" and token.text in ("(", "[", "{", "${"):
            called = before if token.text == "(" and at and found[at - 1].kind == "word" else None
            open_.append([token.text, called, 0, None])
        elif token.kind == "mark" and token.text in (")", "]", "}", "}$"):
            if open_:
                open_.pop()
        elif open_ and token.text == ",":
            open_[-1][2] = int(str(open_[-1][2])) + 1
            open_[-1][3] = None
        elif (
            open_ and token.text == ":" and open_[-1][0] == "{" and found[at - 2].text in ("{", ",")
        ):
            open_[-1][3] = before


def _place(open_: list[list[object]]) -> tuple[str | None, int, str | None]:
    name: str | None = None
    for kind, called, argument, under in reversed(open_):
        if kind == "{" and name is None and under is not None:
            name = str(under)
        if kind == "(" and called is not None:
            return str(called), int(str(argument)), name
        if kind == "${":
            return None, 0, name
    return None, 0, name
