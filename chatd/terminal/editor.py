"""The line one writes in: text, cursor, what was cut, what was sent before. Pure.

It holds what was written, joined emoji and all; it measures what is shown, `safe.cells`.
"""

import re

from chatd.terminal.safe import cells, safe
from chatd.terminal.width import breaks, columns, graphemes

#: How many sent lines are kept, to be fetched back.
MOST_SENT = 100
_WORD_BEFORE = re.compile(r"\S*\s*\Z")
_WORD_AFTER = re.compile(r"\s*\S*")


class Editor:
    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        self._cut = ""
        self._sent: list[str] = []
        self._back: int | None = None
        self._kept = ""

    def set(self, text: str) -> None:
        self.text, self.cursor = text, len(text)

    def take(self) -> str:
        """The text, which is sent and can be fetched back."""
        text = self.text
        if text.strip() and (not self._sent or self._sent[-1] != text):
            self._sent = [*self._sent, text][-MOST_SENT:]
        self._back = None
        self.set("")
        return text

    # ---- writing --------------------------------------------------------------------------------

    def insert(self, text: str) -> None:
        # Pasted text may hold anything.
        text = safe(text, lines=True)
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def backspace(self) -> None:
        start = self._before()
        self.text, self.cursor = self.text[:start] + self.text[self.cursor :], start

    def delete(self) -> None:
        self.text = self.text[: self.cursor] + self.text[self._after() :]

    def cut_word(self) -> None:
        self._cut_from(self._word_before())

    def cut_line(self) -> None:
        self._cut_from(self.text.rfind("\n", 0, self.cursor) + 1)

    def paste_cut(self) -> None:
        self.insert(self._cut)

    # ---- moving ---------------------------------------------------------------------------------

    def left(self) -> None:
        self.cursor = self._before()

    def right(self) -> None:
        self.cursor = self._after()

    def word_left(self) -> None:
        self.cursor = self._word_before()

    def word_right(self) -> None:
        found = _WORD_AFTER.match(self.text, self.cursor)
        self.cursor = found.end() if found else len(self.text)

    def home(self) -> None:
        self.cursor = self.text.rfind("\n", 0, self.cursor) + 1

    def end(self) -> None:
        found = self.text.find("\n", self.cursor)
        self.cursor = len(self.text) if found < 0 else found

    def vertical(self, step: int, width: int) -> bool:
        """A line up (-1) or down (1); False if there is none."""
        lines = self.lines(width)
        row, column = self.place(width)
        if not 0 <= row + step < len(lines):
            return False
        self.move(row + step, column, width)
        return True

    def move(self, row: int, column: int, width: int) -> None:
        """To the character at a row and column of what is shown."""
        lines = self.lines(width)
        start, end = lines[min(max(row, 0), len(lines) - 1)]
        at = used = 0
        for part in graphemes(self.text[start:end]):
            if used + _shown(part) > column:
                break
            used += _shown(part)
            at += len(part)
        self.cursor = start + at

    def older(self) -> bool:
        """What was sent before it."""
        if not self._sent or self._back == 0:
            return False
        if self._back is None:
            self._kept, self._back = self.text, len(self._sent)
        self._back -= 1
        self.set(self._sent[self._back])
        return True

    def newer(self) -> bool:
        if self._back is None:
            return False
        self._back += 1
        if self._back == len(self._sent):
            self._back = None
            self.set(self._kept)
        else:
            self.set(self._sent[self._back])
        return True

    # ---- showing --------------------------------------------------------------------------------

    def lines(self, width: int) -> list[tuple[int, int]]:
        """Where its lines begin and end. A space at a break belongs to the line before it."""
        found = breaks(self.text, width, _shown)
        starts = [start for start, _ in found[1:]] + [len(self.text) + 1]
        return [
            (start, max(end, min(following, len(self.text) + 1) - 1))
            if following <= len(self.text)
            else (start, len(self.text))
            for (start, end), following in zip(found, starts, strict=True)
        ]

    def place(self, width: int) -> tuple[int, int]:
        """Row and column of the cursor."""
        lines = self.lines(width)
        for row, (start, _) in reversed(list(enumerate(lines))):
            if start <= self.cursor:
                return row, min(sum(map(_shown, graphemes(self.text[start : self.cursor]))), width)
        return 0, 0

    # ---- inside ---------------------------------------------------------------------------------

    def _before(self) -> int:
        """Where the character before the cursor begins, with all its marks."""
        window = self.text[max(0, self.cursor - 64) : self.cursor]
        return self.cursor - len(next(reversed([*graphemes(window)]), ""))

    def _after(self) -> int:
        first = next(iter(graphemes(self.text[self.cursor : self.cursor + 64])), "")
        return self.cursor + len(first)

    def _word_before(self) -> int:
        found = _WORD_BEFORE.search(self.text[: self.cursor].rstrip())
        return found.start() if found else 0

    def _cut_from(self, start: int) -> None:
        self._cut = self.text[start : self.cursor]
        self.text, self.cursor = self.text[:start] + self.text[self.cursor :], start


def _shown(part: str) -> int:
    return columns(cells(part))
