"""The node: carries commits to the hub and to the other nodes, and fills gaps from the store.

One path for one node or twenty: what this node committed and what the bus brings both go through
the sequencer. What does not come, or not in time, is read from the log.
"""

from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import msgspec

from chatd.core.refusal import Refusal
from chatd.engine.envelope import Batch, Envelope
from chatd.engine.ports import Cancel, Clock, Scheduler, Timeline
from chatd.engine.rows import Committed, EventRow
from chatd.fanout.bus import PACKET_BYTES, Bus
from chatd.fanout.hub import Hub
from chatd.fanout.notes import Note, Packet
from chatd.fanout.presence import RENEWED
from chatd.fanout.sequencer import Sequencer
from chatd.fanout.timers import Timers

#: Seconds a gap may close by itself before the store is asked.
PATIENCE: Final = 0.05
#: Seconds between two looks at where the log stands: with other nodes, and alone.
POLL: Final = 1.0
POLL_ALONE: Final = 5.0
#: Events read from the log at a time.
PAGE: Final = 500
#: Bytes of events in one packet; a single larger event is left for the others to read.
EVENT_BYTES: Final = PACKET_BYTES // 2


class Node:
    """``drive`` runs a coroutine to its end (and logs what it raises). ``epoch`` names the log,
    ``name`` this process; ``envelope`` renders a row with its room's member count, 0 if unknown.

    Counters for observers: ``poisoned`` packets, ``pages`` read to fill gaps, ``failed`` reads.
    """

    def __init__(
        self,
        store: Timeline,
        hub: Hub,
        sequencer: Sequencer,
        bus: Bus,
        scheduler: Scheduler,
        clock: Clock,
        envelope: Callable[[EventRow, int], Envelope],
        drive: Callable[[Coroutine[Any, Any, None]], None],
        *,
        epoch: str,
        name: str,
    ) -> None:
        self.hub = hub
        self.poisoned = 0
        self.pages = 0
        self.failed = 0
        self._store = store
        self._sequencer = sequencer
        self._bus = bus
        self._scheduler = Timers(scheduler)
        self._clock = clock
        self._envelope = envelope
        self._drive = drive
        self._epoch = epoch
        self._name = name
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Packet)
        #: the first missing position, and until when it may still come by itself
        self._missing: tuple[int, float] | None = None
        self._filling = False
        self._polling = False
        self._timers: dict[str, Cancel] = {}
        hub.audience.publish = self._publish

    def start(self) -> None:
        self._poll_later()
        if not self._bus.alone:
            self._after("leases", RENEWED, self._renew_leases)

    def stop(self) -> None:
        """No timer is left behind, and none begins anew."""
        self._scheduler.stop()
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        self.hub.audience.stop()

    def committed(self, outcomes: Sequence[Committed]) -> None:
        """One commit of this node's store, after its replies were queued."""
        envelopes: list[Envelope] = []
        for outcome in outcomes:
            # If one unit moved several people in a room, each event tells the final count.
            members = dict(outcome.members)
            for row in outcome.events:
                envelopes.append(self._envelope(row, members.get(row.room, 0)))
        for batch in batches(envelopes):
            self._sequencer.offer(batch)
            for part in self._parts(batch):
                self._publish(part)
        if marks := [mark for outcome in outcomes for mark in outcome.marks]:
            self.hub.audience.marked(marks)
        if tells := [tell for outcome in outcomes for tell in outcome.tells]:
            self.hub.audience.tell(tells)
        self._look()

    def received(self, packet: bytes) -> None:
        """A packet from the bus, whatever it may hold."""
        try:
            if len(packet) > PACKET_BYTES:
                raise ValueError("too large")
            said = self._decoder.decode(packet)
            if isinstance(said.note, Batch) and not sound(said.note):
                raise ValueError("positions that do not follow one another")
        except (ValueError, RecursionError):
            self.poisoned += 1
            return
        if said.node == self._name or said.epoch != self._epoch:
            return
        if isinstance(said.note, Batch):
            self._sequencer.offer(said.note)
            self._look()
        else:
            self.hub.audience.heard(said.node, said.note)

    def tick(self) -> None:
        """Reads what has been missing for too long. Called by the node's own timers."""
        self._look()
        if self._missing is None or self._filling:
            return
        left = self._missing[1] - self._clock.now()
        if left > 0:
            self._after("gap", left, self.tick)
        else:
            self._filling = True
            self._drive(self._fill())

    # The gap.

    def _look(self, patience: float = PATIENCE) -> None:
        """Notes what is missing, and looks again when patience with it is over."""
        gap = self._sequencer.gap()
        if gap is None:
            self._missing = None
        elif self._missing is None or self._missing[0] != gap[0]:
            self._missing = (gap[0], self._clock.now() + patience)
            self._after("gap", patience, self.tick)

    async def _fill(self) -> None:
        patience = POLL  # with a store that fails
        try:
            head = await self._store.position()
            while (gap := self._sequencer.gap()) is not None:
                first, last = gap
                if first > head:
                    # Announced, but not in the log: then it does not exist.
                    self._sequencer.ends(head)
                    break
                self.pages += 1
                rows = await self._store.events(first, min(last, head, first + PAGE - 1))
                for batch in batches([self._envelope(row, 0) for row in rows]):
                    self._sequencer.filled(batch)
                if self._sequencer.position < first:
                    raise LookupError(f"the log has no event at position {first}")
            patience = PATIENCE
        except Refusal:
            self.failed += 1
        finally:
            self._filling = False
            self._missing = None
            self._look(patience)

    def _poll_later(self) -> None:
        self._after("poll", POLL_ALONE if self._bus.alone else POLL, self._poll)

    def _poll(self) -> None:
        self._poll_later()
        if not self._polling:
            self._polling = True
            self._drive(self._ask_head())

    async def _ask_head(self) -> None:
        try:
            # What was committed just now is on its way: only a gap that stays is filled.
            self._sequencer.reaches(await self._store.position())
            self._look()
        except Refusal:
            self.failed += 1
        finally:
            self._polling = False

    # The bus.

    def _publish(self, note: Note) -> None:
        if not self._bus.alone:
            packet = self._encoder.encode(Packet(self._epoch, self._name, note))
            if len(packet) <= PACKET_BYTES:
                self._bus.publish(packet)

    def _parts(self, batch: Batch) -> Iterator[Batch]:
        """The batch in pieces that fit into a packet."""
        if self._bus.alone:
            return
        first, size = 0, 0
        for index, envelope in enumerate(batch.envelopes):
            size += len(envelope.payload)
            if size > EVENT_BYTES and index > first:
                yield Batch(batch.first + first, batch.envelopes[first:index])
                first, size = index, len(envelope.payload)
        yield Batch(batch.first + first, batch.envelopes[first:])

    def _renew_leases(self) -> None:
        self._after("leases", RENEWED, self._renew_leases)
        self.hub.audience.renew_leases()

    def _after(self, name: str, seconds: float, call: Callable[[], None]) -> None:
        if name in self._timers:
            self._timers[name]()
        self._timers[name] = self._scheduler.later(seconds, call)


def batches(envelopes: Sequence[Envelope]) -> Iterator[Batch]:
    """``envelopes`` in order of position, as dense batches; none for none."""
    runs = groupby(enumerate(envelopes), key=lambda each: each[1].position - each[0])
    for _, run in runs:
        dense = tuple(envelope for _, envelope in run)
        yield Batch(dense[0].position, dense)


def sound(batch: Batch) -> bool:
    """What the types cannot say: positions follow one another from ``first``, which is above 0."""
    if batch.first < 1 or not batch.envelopes:
        return False
    return all(each.position == at for at, each in enumerate(batch.envelopes, batch.first))
