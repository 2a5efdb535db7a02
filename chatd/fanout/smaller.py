"""What readers who inflate get: the longer events of a turn deflated, each once and by itself.

Only events: each is what one author said, for everybody who may read it. A signal says what the
server knows, some of it to one person alone, and is short. See docs/decisions/compression.md.
"""

from collections.abc import Collection, Iterable
from typing import Final

from chatd.fanout.books import Entry
from chatd.wire.framing import deflated

#: Frames of at least this many bytes are tried. Below that there is little to save (a fifth of 200
#: bytes), and the shorter half of what people say is skipped.
LEAST: Final = 256
#: Longer ones would keep the reactor busy; this many take two milliseconds at worst.
MOST: Final = 65_536
#: Sent deflated if that saves an eighth.
WORTH: Final = 7 / 8


class Smaller:
    """For one turn, frame by frame. Nothing is deflated until somebody is to get it."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[bytes, bytes] = {}

    def join(self, entries: Iterable[Entry], kept: Collection[int]) -> bytes:
        """All of them, events deflated if it is worth it; but not those at the positions ``kept``,
        which some people get with other words."""
        return b"".join(
            [
                frame if signal or position in kept else self._frame(frame)
                for position, signal, frame in entries
            ]
        )

    def clear(self) -> None:
        """The turn is over."""
        self._made.clear()

    def _frame(self, frame: bytes) -> bytes:
        if not LEAST <= len(frame) <= MOST:
            return frame
        made = self._made.get(frame)
        if made is None:
            small = deflated(frame)
            made = self._made[frame] = small if len(small) <= len(frame) * WORTH else frame
        return made
