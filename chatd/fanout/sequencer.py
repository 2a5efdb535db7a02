"""The sequencer: from batches that come late, twice or not at all to one dense sequence.

The log numbers its events densely, so the next event has the next position and anything else is
early or old. Early events wait in a bounded buffer; those that do not fit are only known to exist.
Whatever is missing is read from the log and offered like everything else: a broker's losses cost
time, never order.
"""

from collections.abc import Callable

from chatd.engine.envelope import Batch, Envelope

EARLY_EVENTS = 4096
EARLY_BYTES = 4 * 1024 * 1024


class Sequencer:
    """Hands every event after ``position`` to ``deliver``, once, in dense order of position.

    ``deliver`` gets batches of at least one envelope and must not raise.
    """

    def __init__(
        self,
        position: int,
        deliver: Callable[[Batch], None],
        *,
        early_events: int = EARLY_EVENTS,
        early_bytes: int = EARLY_BYTES,
    ) -> None:
        #: the last event delivered
        self.position = position
        self._deliver = deliver
        self._early: dict[int, Envelope] = {}
        self._early_size = 0
        self._early_events = early_events
        self._early_bytes = early_bytes
        self._highest = position

    def offer(self, batch: Batch) -> None:
        """Events as they come, from anywhere, in any order and any number of times."""
        self._highest = max(self._highest, batch.last)
        if batch.first > self.position + 1:
            self._put_aside(batch)
            return
        fresh = batch.envelopes[self.position + 1 - batch.first :]
        if not fresh:
            return
        if self._early:
            fresh += self._next_early(self.position + len(fresh))
        first = self.position + 1
        self.position += len(fresh)
        self._deliver(Batch(first, fresh))

    def filled(self, batch: Batch) -> None:
        """A page of the log, read because of `gap`. Never early, so it always fits."""
        self.offer(batch)

    def reaches(self, head: int) -> None:
        """The log is known to reach ``head``, even if nobody announced it."""
        self._highest = max(self._highest, head)

    def ends(self, head: int) -> None:
        """The log goes no further than ``head``: what was announced beyond it does not exist.

        If an event after ``head`` was committed in the meantime, forgetting that it was announced
        costs no more than losing the announcement.
        """
        head = max(head, self.position)
        for position in [each for each in self._early if each > head]:
            self._early_size -= len(self._early.pop(position).payload)
        self._highest = min(self._highest, head)

    def gap(self) -> tuple[int, int] | None:
        """The first run of missing positions, both ends included; None while nothing is missing."""
        if self._highest <= self.position:
            return None
        last = min(self._early) - 1 if self._early else self._highest
        return self.position + 1, last

    def _put_aside(self, batch: Batch) -> None:
        for position, envelope in enumerate(batch.envelopes, batch.first):
            if position in self._early:
                continue
            size = self._early_size + len(envelope.payload)
            if len(self._early) >= self._early_events or size > self._early_bytes:
                return
            self._early[position] = envelope
            self._early_size = size

    def _next_early(self, position: int) -> tuple[Envelope, ...]:
        """Takes what follows ``position`` without a hole, and forgets what is older."""
        follows: list[Envelope] = []
        while (envelope := self._early.pop(position + 1, None)) is not None:
            follows.append(envelope)
            position += 1
        for old in [each for each in self._early if each <= position]:
            del self._early[old]
        self._early_size = sum(len(each.payload) for each in self._early.values())
        return tuple(follows)
