"""A sweep: what a large room got goes round its readers, a spell at a time.

Writing to a thousand people takes ten milliseconds. In one go nothing would be read or committed
meanwhile, and what arrives in the middle would wait for the end, to go to everybody once more. So
the reactor has its turn between two spells. Whoever has not been reached yet gets what has come by
then together with what is under way; everybody else gets it the next time round.

The more is under way, the longer a spell: each turn in between costs a commit, which is the same
for one message as for many, and a reader who waits a little longer gets more in one write.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from chatd.engine.ports import Clock
from chatd.fanout.books import PORTION, Channel, Entry, Portion, join
from chatd.fanout.smaller import Smaller

if TYPE_CHECKING:
    from chatd.fanout.subscriber import Outbox, Subscriber

#: A room with fewer readers is written to at once.
LARGE: Final = 4 * PORTION
#: Seconds of writing, after which the reactor has its turn.
SPELL: Final = 0.001
#: Each further MANY entries under way lengthen a spell by one SPELL ...
MANY: Final = 4
#: ... up to this many of them.
LONGEST: Final = 8


class Sweep:
    """For one room. Whoever opens it must find no sweep under way; whoever leaves it gets no more.
    ``write`` sends the same bytes to each of them."""

    def __init__(
        self,
        channel: Channel,
        clock: Clock,
        write: Callable[[list[Subscriber], list[Outbox], bytes], None],
    ) -> None:
        self.channel = channel
        self._clock = clock
        self._write = write
        self._readers = len(channel.open)
        self._entries: list[Entry] = []
        #: how many of all entries ever added everybody has: those are not kept
        self._passed = 0
        #: readers, each with how many of all entries they have had; those who have fewest first
        self._due: deque[tuple[Portion, int]] = deque()
        self._reached = list(channel.in_portions())
        self._smaller = Smaller()
        self._joined: dict[tuple[int, bool], bytes] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Everybody gets these, after what is under way."""
        added = self._passed + len(self._entries)
        self._due.extend((portion, added) for portion in self._reached)
        self._reached.clear()
        passed = self._due[0][1] if self._due else added
        if passed > self._passed:
            del self._entries[: passed - self._passed]
            self._passed = passed
            self._smaller.clear()
        self._entries += entries
        self._joined.clear()

    def spell(self) -> bool:
        """Writes for a while; whether anybody is left."""
        times = min(1 + len(self._entries) // MANY, LONGEST)
        enough = self._clock.now() + SPELL * times
        while self._due:
            self._reach()
            if self._clock.now() >= enough:
                break
        return bool(self._due)

    def finish(self) -> None:
        """Writes to everybody who is left."""
        while self._due:
            self._reach()

    def hurry(self, subscriber: Subscriber) -> None:
        """Writes to this one now, and to those who would be reached together with it."""
        for at, (portion, _) in enumerate(self._due):
            if subscriber in portion.readers:
                self._due.rotate(-at)
                self._reach()
                self._due.rotate(at)
                return

    def _reach(self) -> None:
        portion, had = self._due.popleft()
        if len(self.channel.open) != self._readers:
            here = [each for each in portion.readers if each in self.channel.open]
            portion = Portion.of(here, portion.inflates)
        # First, since writing may lead back here.
        self._reached.append(portion)
        inflates = portion.inflates
        data = self._joined.get((had, inflates))
        if data is None:
            entries = self._entries[had - self._passed :]
            data = self._smaller.join(entries, ()) if inflates else join(entries)
            self._joined[had, inflates] = data
        self._write(portion.readers, portion.outboxes, data)
