"""One ES module's text: what it imports and exports, and its code without saying so.

What `bundle` cannot join, or what is not understood for certain, is a ScriptError.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from chatd.edge.script_words import ScriptError, Word, line_of, words

#: What the joined script calls a module's exports; no module may use a name like it.
MODULE = "module$"
_DECLARES = ("const", "function", "class", "async")
_PATH = re.compile(r"\.{1,2}/[\w./-]+", re.ASCII)
_ASSIGNS = re.compile(r"\s*(?:=(?![=>])|(?:\*\*|\|\||&&|\?\?|<<|>>>?|[-+*/%&|^])=|\+\+|--)")


@dataclass
class Module:
    """``exports``: each name with its name inside."""

    path: str
    source: str
    #: Its code, with the given texts in place of what `import()` names.
    code: Callable[[list[str]], str] = lambda texts: ""
    #: What it takes from others: the path, and the left side of an assignment.
    taken: list[tuple[str, str]] = field(default_factory=list)
    exports: dict[str, str] = field(default_factory=dict)
    #: What it loads by `import()`: where that stands, as a path in a string.
    later: list[tuple[Word, str]] = field(default_factory=list)


class Reading:
    """One module's text: what it imports and exports, and its code without saying so."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._source = module.source
        self._all = list(words(module.source))
        self._words = [word for word in self._all if word.kind != "comment"]
        #: Each module it imports from, in order, and which of its exports.
        self.wanted: list[tuple[str, list[str]]] = []
        self._cuts: list[tuple[int, int]] = []
        #: Names declared or imported at the top, which never change.
        self._fixed: set[str] = set()
        self._functions: set[str] = set()

    def read(self) -> Module:
        if self._source.startswith("#!"):
            raise self._error(0, "a module that is a program")
        place = 0
        while place < len(self._words):
            place = self._statement(place)
        for name, local in self._module.exports.items():
            if local not in self._fixed:
                raise self._error(0, f"{name} is exported, but not a const, function or class here")
        self._never_assigned()
        self._module.code = self._cut
        return self._module

    def _statement(self, place: int) -> int:
        """Looks at one word; returns the next to look at."""
        word = self._words[place]
        if word.kind != "name":
            return place + 1
        if word.text.startswith(MODULE):
            raise self._error(word.start, f"the name {word.text} is taken")
        if self._text(place - 1) == ".":
            return place + 1
        if word.text == "import" and not self._is_key(place):
            if self._text(place + 1) == "(":
                return self._later(place)
            if word.depth or self._text(place + 1) == ".":
                raise self._error(word.start, "import.meta, or an import inside brackets")
            return self._import(place)
        if word.text == "export" and not self._is_key(place):
            return self._export(place)
        if word.text == "await" and not word.depth:
            raise self._error(word.start, "await outside a function")
        if not word.depth and word.text in _DECLARES and self._begins_statement(place):
            self._declared(place)
        return place + 1

    def _is_key(self, place: int) -> bool:
        """`{ import: 1 }`, `import() {}` in a class: inside brackets, and named."""
        word = self._words[place]
        return word.depth > 0 and self._text(place + 1) == ":"

    # ---- imports ------------------------------------------------------------------------------

    def _import(self, place: int) -> int:
        begin = place
        pairs: list[tuple[str, str]] = []
        whole = ""
        place += 1
        if self._text(place) == "{":
            pairs, place = self._list(place)
        elif self._text(place) == "*":
            self._expect(place + 1, "as")
            whole = self._name(place + 2)
            place += 3
        elif self._words[place].kind != "string":
            raise self._error(self._words[place].start, "a default import is not joined")
        if pairs or whole or self._text(place) == "from":
            self._expect(place, "from")
            place += 1
        path, place = self._source_of(place)
        self.wanted.append((path, [theirs for theirs, _ in pairs]))
        inside = ", ".join(a if a == b else f"{a}: {b}" for a, b in pairs)
        if pairs:
            self._module.taken.append((path, f"{{ {inside} }}"))
        if whole:
            self._module.taken.append((path, whole))
        for name in [own for _, own in pairs] + ([whole] if whole else []):
            self._fixed.add(name)
        return self._ends(begin, place)

    def _later(self, place: int) -> int:
        """`import('./a.js')`, with nothing but such a string in it."""
        word = self._words[place + 2] if place + 3 < len(self._words) else None
        if word is None or word.kind != "string" or self._text(place + 3) != ")":
            raise self._error(self._place(place), "import() of anything but one path in quotes")
        path = self._path(word)
        self._module.later.append((word, path))
        return place + 4

    def _source_of(self, place: int) -> tuple[str, int]:
        if place >= len(self._words) or self._words[place].kind != "string":
            raise self._error(self._place(place), "the path of a module was to come")
        word = self._words[place]
        path = self._path(word)
        if self._text(place + 1) in ("with", "assert"):
            raise self._error(word.start, "import attributes are not joined")
        return path, place + 1

    def _path(self, word: Word) -> str:
        """The path below ui/ of "./a.js" as seen from this module."""
        told = word.text[1:-1]
        if not _PATH.fullmatch(told):
            raise self._error(word.start, f"{word.text} is no path of a file of the page")
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._module.path), told))

    # ---- exports ------------------------------------------------------------------------------

    def _export(self, place: int) -> int:
        word = self._words[place]
        if word.depth:
            raise self._error(word.start, "export inside brackets")
        following = self._text(place + 1)
        if following == "{":
            pairs, after = self._list(place + 1)
            if self._text(after) == "from":
                raise self._error(word.start, "export … from is not joined: import it first")
            for local, name in pairs:
                self._give(word, name, local)
            return self._ends(place, after)
        if following in _DECLARES:
            names = self._declared(place + 1)
            if not names:
                raise self._error(word.start, "an export that declares no single name")
            for name in names:
                self._give(word, name, name)
            self._cuts.append((word.start, self._words[place + 1].start))
            return place + 2
        raise self._error(word.start, f"export {following} is not joined")

    def _give(self, word: Word, name: str, local: str) -> None:
        if name in self._module.exports:
            raise self._error(word.start, f"{name} is exported twice")
        self._module.exports[name] = local

    def _declared(self, place: int) -> list[str]:
        """The names of a declaration at the top level that begins here."""
        kind = self._text(place)
        if kind == "async":
            if self._text(place + 1) != "function":
                return []
            place += 1
            kind = "function"
        place += 1
        if kind == "function" and self._text(place) == "*":
            place += 1
        if kind != "const":
            name = self._words[place]
            if name.kind != "name" or name.text == "extends":
                return []
            self._fixed.add(name.text)
            self._functions.add(name.text)
            return [name.text]
        names = self._constant(place)
        self._fixed.update(names)
        return names

    def _constant(self, place: int) -> list[str]:
        """The name in `a = …`; none if there is, or might be, a pattern or more than one name."""
        if self._words[place].kind != "name":
            return []
        names = [self._words[place].text]
        for word in self._words[place:]:
            if word.depth == 0 and word.text == ";":
                break
            if word.depth == 0 and word.text == ",":
                return []
        return names

    def _begins_statement(self, place: int) -> bool:
        if place == 0 or self._text(place - 1) in (";", "}"):
            return True
        before = self._words[place - 1]
        line_ends = "\n" in self._source[before.end : self._words[place].start]
        return line_ends and (before.kind == "string" or before.text in (")", "]"))

    def _never_assigned(self) -> None:
        """A browser shows what an exported function's name holds later; here it is read once."""
        watched = self._functions & set(self._module.exports.values())
        for place, word in enumerate(self._words):
            if word.kind != "name" or word.text not in watched or self._text(place - 1) == ".":
                continue
            loop = self._text(place + 1) in ("of", "in") and self._text(place - 1) == "("
            assigned = _ASSIGNS.match(self._source, word.end) or self._in_pattern(place)
            if assigned or loop or self._text(place - 1) in ("++", "--"):
                raise self._error(word.start, f"{word.text} is exported, and changes here")

    def _in_pattern(self, place: int) -> bool:
        """`[a] = …`, `({ b: [a] } = …)`: whether an "=" follows a bracket around this word."""
        depth = self._words[place].depth
        for at in range(place + 1, len(self._words)):
            word = self._words[at]
            if word.depth < depth:
                depth = word.depth
                if word.text in ("]", "}") and self._text(at + 1) == "=":
                    return True
            if not depth:
                break
        return False

    # ---- words --------------------------------------------------------------------------------

    def _list(self, place: int) -> tuple[list[tuple[str, str]], int]:
        """`{ a, b as c, }`: pairs of the names before and after "as", and what comes next."""
        pairs = []
        place += 1
        while self._text(place) != "}":
            first = self._name(place)
            place += 1
            second = first
            if self._text(place) == "as":
                second = self._name(place + 1)
                place += 2
            if "default" in (first, second):
                raise self._error(self._place(place), "a default is not joined")
            pairs.append((first, second))
            if self._text(place) == ",":
                place += 1
            elif self._text(place) != "}":
                raise self._error(self._place(place), "a list of names that is not understood")
        return pairs, place + 1

    def _name(self, place: int) -> str:
        if place >= len(self._words) or self._words[place].kind != "name":
            raise self._error(self._place(place), "a name was to come")
        return self._words[place].text

    def _expect(self, place: int, text: str) -> None:
        if self._text(place) != text:
            raise self._error(self._place(place), f"“{text}” was to come")

    def _text(self, place: int) -> str:
        return self._words[place].text if 0 <= place < len(self._words) else ""

    def _place(self, place: int) -> int:
        return self._words[place].start if place < len(self._words) else len(self._source)

    def _ends(self, begin: int, place: int) -> int:
        """Cuts a declaration out: it ends with a semicolon or with its line."""
        end = self._words[place - 1].end
        if self._text(place) == ";":
            end = self._words[place].end
            place += 1
        elif place < len(self._words) and "\n" not in self._source[end : self._words[place].start]:
            raise self._error(end, "a declaration that does not end")
        self._cuts.append((self._words[begin].start, end))
        return place

    def _cut(self, texts: list[str]) -> str:
        """The code without comments, declarations and margins; each line stays where it was."""
        comments = ((w.start, w.end, "") for w in self._all if w.kind == "comment")
        later = zip(self._module.later, texts, strict=True)
        swaps = ((word.start, word.end, text) for (word, _), text in later)
        margins = ((start, stop, "") for start, stop in self._margins())
        cuts = [*((*cut, "") for cut in self._cuts), *swaps, *comments, *margins]
        kept: list[str] = []
        end = 0
        for start, stop, instead in sorted(cuts):
            if start < end:
                continue  # a comment inside a declaration already cut out
            piece = self._source[end:start]
            if instead:
                kept += [piece, instead]
                end = stop
                continue
            code, line, margin = piece.rpartition("\n")
            # The margin of a line lies between two words, never inside a template.
            alone = bool(line) and not margin.strip()
            kept.append(f"{code}\n" if alone else piece)
            kept.append("\n" * self._source.count("\n", start, stop) or ("" if alone else " "))
            end = stop
        kept.append(self._source[end:])
        return "".join(kept)

    def _margins(self) -> Iterator[tuple[int, int]]:
        """What precedes the first word of a line: never inside a template, which is one of its
        words. What precedes a comment goes with it."""
        for before, word in pairwise(self._all):
            begin = self._source.rfind("\n", before.end, word.start) + 1
            if 0 < begin < word.start and word.kind != "comment":
                yield begin, word.start

    def _error(self, place: int, what: str) -> ScriptError:
        return ScriptError(f"line {line_of(self._source, place)}: {what}")
