"""A line on the operator's terminal that says how far something is; nothing if there is none."""

import time
from typing import TextIO

from chatd.admin.backup.archive import Told

WIDTH = 30
EVERY = 0.1


class Progress:
    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._shown = file.isatty()
        self._last = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *how: object) -> None:
        self._write("")

    def phase(self, name: str) -> Told:
        """Begins a part of the work."""
        self._last = 0.0

        def told(done: int, total: int) -> None:
            now = time.monotonic()
            if now - self._last >= EVERY:
                self._last = now
                share = min(done / total, 1.0) if total else 1.0
                bar = "#" * round(share * WIDTH)
                self._write(f"{name:<10} [{bar:<{WIDTH}}] {share:4.0%}")

        told(0, 1)
        return told

    def _write(self, text: str) -> None:
        if self._shown:
            # From the beginning of the line, and what stood there is erased (ECMA-48, EL).
            self._file.write(f"\r{text}\x1b[K")
            self._file.flush()
