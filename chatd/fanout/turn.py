"""One reactor turn's output: everything for one connection leaves in one write.

What a room got is joined once, not once for each recipient. Whoever gets something from several
rooms gets the frames of all of them merged by position, so that on every connection positions only
ever go up and the last cursor seen describes everything before it.

What a large room got goes round its readers over several turns (`sweep`), while nothing else
concerns any of them.

An event that shows words some may not see has two forms; whoever gets the other one is written to
apart from the rest of the room. Readers who inflate get longer events deflated, joined once for all
of them (`smaller`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from operator import length_hint
from typing import TYPE_CHECKING, Any

from chatd.engine.ports import Clock, Scheduler
from chatd.fanout.books import Books, Channel, Entry, in_order, join
from chatd.fanout.smaller import Smaller
from chatd.fanout.sweep import LARGE, Sweep

if TYPE_CHECKING:
    from chatd.fanout.subscriber import Outbox, Subscriber


#: Writes the same bytes to each outbox. If one raises, the iterator stands just after it.
Broadcast = Callable[[Iterator[Any], bytes], None]


def plainly(outboxes: Iterator[Outbox], data: bytes) -> None:
    for outbox in outboxes:
        outbox.write(data)


class Turn:
    """Collects and writes. ``fault`` is told what an outbox raised; nobody else is affected."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Clock,
        books: Books,
        stirred: Callable[[Channel], None],
        fault: Callable[[Exception], None],
        broadcast: Broadcast,
    ) -> None:
        #: connections for which live events are kept back
        self.held: set[Subscriber] = set()
        self._scheduler = scheduler
        self._books = books
        self._stirred = stirred
        self._fault = fault
        self._broadcast = broadcast
        self._touched: dict[Channel, None] = {}
        self._own: dict[Subscriber, list[Entry]] = {}
        #: by position: who gets another form of the event than everybody else, and that frame
        self._kept_from: dict[int, tuple[frozenset[str], bytes]] = {}
        self._smaller = Smaller()
        self._asked = False
        self._clock = clock
        self._sweep: Sweep | None = None
        #: writes to connections since the start
        self.writes = 0

    def add(self, channel: Channel, entry: Entry) -> None:
        """For everyone who has the room open."""
        channel.pending.append(entry)
        self._touched[channel] = None
        self.ask()

    def keep_from(self, users: Iterable[str], position: int, frame: bytes) -> None:
        """For the event at ``position``, which is added next, ``users`` get ``frame``."""
        self._kept_from[position] = (frozenset(users), frame)

    def as_seen(self, subscriber: Subscriber, entries: list[Entry]) -> list[Entry]:
        """What is pending, in this connection's form; mostly the very same list."""
        mine = {
            position: frame
            for position, (users, frame) in self._kept_from.items()
            if subscriber.person.user in users
        }
        if not any(not each[1] and each[0] in mine for each in entries):
            return entries
        return [
            (each[0], False, mine[each[0]]) if not each[1] and each[0] in mine else each
            for each in entries
        ]

    def post(self, subscriber: Subscriber, entries: Iterable[Entry]) -> None:
        """For one connection."""
        self._own.setdefault(subscriber, []).extend(entries)
        self.ask()

    def forget(self, subscriber: Subscriber) -> None:
        """Forgets what this turn has for this connection alone."""
        self._own.pop(subscriber, None)

    def flush(self) -> None:
        """Whatever there is has been written to everybody when this returns."""
        if self._asked or self._touched or self._own:
            self._write_out(sweeps=False)
        self.finish()

    def flush_to(self, subscriber: Subscriber) -> None:
        """Whatever there is for this connection has been written to it when this returns."""
        self._write_out(sweeps=True)
        if self._sweep is not None:
            self._sweep.hurry(subscriber)

    def finish(self) -> None:
        """Everybody has what was under way when this returns."""
        if self._sweep is not None:
            self._sweep.finish()
            self._sweep = None

    def _write_out(self, sweeps: bool) -> None:
        """``sweeps``: what a large room got may be left under way."""
        if self._kept_from:
            self.finish()  # while those to be set apart are still among its readers
        for channel in tuple(self._touched):
            if channel.stirred:
                channel.stirred = False
                self._stirred(channel)
        pending: dict[Channel, list[Entry]] = {}
        for channel in self._touched:
            pending[channel], channel.pending = channel.pending, []
        self._touched = {}
        for subscriber in tuple(self.held):
            subscriber.keep(pending)
        apart = self._set_apart(pending)
        waiting = [channel for channel in pending if channel.aside]
        for channel in waiting:
            for subscriber, (position, _) in channel.aside.items():
                seen = self.as_seen(subscriber, pending[channel])
                if entries := [e for e in seen if e[1] or e[0] > position]:
                    subscriber.post(entries)
        own, self._own = self._own, {}
        self._send_round(pending, own, sweeps)
        if len(pending) == 1 and not own:
            [(channel, entries)] = pending.items()
            self._hand_out(list(channel.open), entries)
        elif pending or own:
            self._write_merged(pending, own)
        for channel, subscriber in apart:
            # Unless it was dropped meanwhile.
            if channel.room in subscriber.open_rooms:
                channel.enter(subscriber)
        for channel in waiting:
            self._catch_up(channel)
        self._kept_from.clear()
        self._smaller.clear()

    def _send_round(
        self,
        pending: dict[Channel, list[Entry]],
        own: Collection[Subscriber],
        sweeps: bool,
    ) -> None:
        """Takes what may go round a large room out of ``pending``. If anything else concerns one of
        its readers, everybody first gets what was under way."""
        sweep = self._sweep
        if sweep is not None:
            channel = sweep.channel
            if self._concerned(channel, pending, own):
                self.finish()
            elif channel in pending:
                sweep.add(pending.pop(channel))
        elif sweeps and len(pending) == 1 and not own and not self._kept_from:
            [channel] = pending
            if len(channel.open) >= LARGE and not channel.aside:
                self._sweep = Sweep(channel, self._clock, self._write)
                self._sweep.add(pending.pop(channel))

    @staticmethod
    def _concerned(
        channel: Channel, pending: Collection[Channel], own: Collection[Subscriber]
    ) -> bool:
        readers = channel.open.keys()
        return not readers.isdisjoint(own) or any(
            not readers.isdisjoint(other.open) for other in pending if other is not channel
        )

    def _set_apart(self, pending: dict[Channel, list[Entry]]) -> list[tuple[Channel, Subscriber]]:
        """Those who get something other than the rest of a room are not among its readers this
        time: what they get is posted to each."""
        if not self._kept_from:
            return []
        apart = []
        for channel, entries in pending.items():
            for subscriber in tuple(channel.open):
                if (seen := self.as_seen(subscriber, entries)) is not entries:
                    channel.leave(subscriber)
                    self._own.setdefault(subscriber, []).extend(seen)
                    apart.append((channel, subscriber))
        return apart

    def _write_merged(
        self, pending: dict[Channel, list[Entry]], own: dict[Subscriber, list[Entry]]
    ) -> None:
        seen: set[Subscriber] = set()
        several = set(own)
        for channel in pending:
            several |= channel.open.keys() & seen
            seen.update(channel.open)
        rooms: dict[Subscriber, list[Channel]] = {subscriber: [] for subscriber in several}
        alone: list[tuple[Channel, list[Subscriber]]] = []
        for channel in pending:
            for subscriber in channel.open.keys() & several:
                rooms[subscriber].append(channel)
            alone.append((channel, list(channel.open.keys() - several)))
        for channel, subscribers in alone:
            if subscribers:
                self._hand_out(subscribers, pending[channel])
        # Many people share the same few rooms: each combination is merged once per form.
        merged: tuple[dict[tuple[Channel, ...], bytes], ...] = ({}, {})
        for subscriber, channels in rooms.items():
            combination = tuple(channels)
            extra = own.get(subscriber)
            known = merged[subscriber.inflates]
            data = None if extra else known.get(combination)
            if data is None:
                entries = [entry for channel in channels for entry in pending[channel]]
                data = self._joined(in_order(entries + (extra or [])), subscriber.inflates)
                if not extra:
                    known[combination] = data
            self.write([subscriber], data)

    def _hand_out(self, subscribers: list[Subscriber], entries: list[Entry]) -> None:
        """The same to each of them, in their form."""
        inflating = [each for each in subscribers if each.inflates]
        if inflating:
            subscribers = [each for each in subscribers if not each.inflates]
            self.write(inflating, self._joined(entries, True))
        self.write(subscribers, join(entries))

    def _joined(self, entries: list[Entry], inflates: bool) -> bytes:
        return self._smaller.join(entries, self._kept_from) if inflates else join(entries)

    def write(self, subscribers: list[Subscriber], data: bytes) -> None:
        """The same bytes to each of them, at once."""
        self._write(subscribers, [each.outbox for each in subscribers], data)

    def _write(self, subscribers: list[Subscriber], outboxes: list[Outbox], data: bytes) -> None:
        self.writes += len(outboxes)
        left = iter(outboxes)
        while length_hint(left):
            try:
                self._broadcast(left, data)
            except Exception as fault:
                # It missed something: no open room is better than one with a hole.
                subscribers[len(outboxes) - length_hint(left) - 1].drop_all()
                self._fault(fault)

    def _catch_up(self, channel: Channel) -> None:
        """Those who waited for the books, which have now caught up, hear everything."""
        now = self._books.position
        for subscriber, (position, head) in tuple(channel.aside.items()):
            if position <= now:
                channel.listen(subscriber, position, head, now)

    def ask(self) -> None:
        """There will be a flush in the next turn."""
        if not self._asked:
            self._asked = True
            self._scheduler.later(0, self._turned)

    def _turned(self) -> None:
        self._asked = False
        self._write_out(sweeps=True)
        if self._sweep is not None:
            if self._sweep.spell():
                self.ask()
            else:
                self._sweep = None
