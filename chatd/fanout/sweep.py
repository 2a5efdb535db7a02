"""A sweep: what a large room got goes round its readers, a spell at a time.

To write to a thousand people takes ten milliseconds. In one go nothing would be read or committed
meanwhile, and what comes in its midst would wait for the end, to go to everybody once more. So the
reactor has its turn between two spells. What has come by then leaves together with what is on its
way to whoever was not reached yet; whoever was gets it the next time round.

The more is on its way, the longer a spell: each turn in between costs a commit, which is the same
for one message as for many, and who waits a little longer gets more in one write.
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
#: With so many entries on their way it is twice as long, with as many again three times ...
MANY: Final = 4
#: ... up to so many times.
LONGEST: Final = 8


class Sweep:
    """Of one room. Whoever opens it must find no sweep under way; whoever leaves it gets no more.
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
        #: of all entries ever added, how many everybody has: they are not kept
        self._passed = 0
        #: who has had the first so many entries of all, those who have least first
        self._due: deque[tuple[Portion, int]] = deque()
        self._reached = list(channel.in_portions())
        self._smaller = Smaller()
        self._joined: dict[tuple[int, bool], bytes] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Everybody gets these, behind what is under way."""
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
        """Writes for a while. Whether somebody is left."""
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
        # First, since what is written may bring us back here.
        self._reached.append(portion)
        inflates = portion.inflates
        data = self._joined.get((had, inflates))
        if data is None:
            entries = self._entries[had - self._passed :]
            data = self._smaller.join(entries, ()) if inflates else join(entries)
            self._joined[had, inflates] = data
        self._write(portion.readers, portion.outboxes, data)
