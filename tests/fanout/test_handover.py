"""From history to live, whatever happens in between: held against a model that knows everything.

Long random histories, each from its seed, find what short shrunken ones do not: it takes a dozen
steps to be removed from a room during a read while the hub is behind.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import pytest

from chatd.fanout import sweep, turn
from chatd.fanout.hub import Hub
from chatd.fanout.subscriber import Subscriber
from tests.fakes.clock import FakeClock
from tests.fakes.listener import Listener
from tests.fakes.log import Log

USERS = ("ann", "bob")
ROOMS = ("red", "blue", "lime")


@dataclass
class Span:
    """A room is heard after ``after`` and up to ``up_to``, to the end while that is None."""

    room: str
    after: int
    up_to: int | None = None
    closed_while_held: bool = False


@dataclass
class Client:
    user: str
    listener: Listener
    subscriber: Subscriber
    attached: bool = False
    #: the log's position and rooms, read but not yet handed over
    snapshot: tuple[list[tuple[str, int, int, int]], int] | None = None
    held_at: int | None = 0
    shown: set[str] = field(default_factory=set)
    pages: dict[str, tuple[int, int]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    #: the seq of each open room as this client can know it; frozen while held
    told: dict[str, int] = field(default_factory=dict)

    def open_span(self, room: str) -> Span | None:
        return next((s for s in self.spans if s.room == room and s.up_to is None), None)


class NotNow(Exception):
    """Nobody is in a position to take this step."""


class Handover:
    """The store is ahead of the hub by any number of events; clients do what sessions do."""

    writes_in_a_turn = 1

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.log = Log()
        self.clock = FakeClock()
        for room in ROOMS:
            for user in USERS:
                self.log.move(room, user, True)
        self.hub = Hub(self.clock, self.clock, self.log.position, self.fault)
        self.clients: list[Client] = []

    def any_of(self, clients: list[Client]) -> Client:
        if not clients:
            raise NotNow
        return self.random.choice(clients)

    def fault(self, fault: Exception) -> None:
        raise AssertionError("an outbox raised") from fault

    # The store.

    def somebody_speaks(self) -> None:
        self.random.choice((self.log.say, self.log.edit))(self.random.choice(ROOMS))

    def somebody_moves(self) -> None:
        room, user = self.random.choice(ROOMS), self.random.choice(USERS)
        self.log.move(room, user, user not in self.log.members[room])

    # The hub.

    def the_hub_gets_events(self, most: int = 6) -> None:
        count = self.random.randint(1, most)
        first = self.hub.position + 1
        last = min(self.hub.position + count, self.log.position)
        if last < first:
            return
        self.hub.deliver(self.log.batch(first, last))
        for envelope in self.log.envelopes[first - 1 : last]:
            if envelope.movement != "out":
                continue
            for client in self.clients:
                span = client.open_span(envelope.room)
                if client.user == envelope.subject and span and span.after < envelope.position:
                    span.up_to = envelope.position
                    span.closed_while_held = client.held_at is not None
                    client.shown.discard(envelope.room)

    def a_turn_ends(self) -> None:
        before = [len(client.listener.writes) for client in self.clients]
        self.clock.turn()
        for client, count in zip(self.clients, before, strict=True):
            assert len(client.listener.writes) <= count + self.writes_in_a_turn

    # The clients.

    def somebody_connects(self) -> None:
        user = self.random.choice(USERS)
        if len(self.clients) < 4:
            listener = Listener()
            subscriber = self.hub.attach(user, user, listener)
            client = Client(user, listener, subscriber, held_at=self.hub.position)
            self.clients.append(client)

    def a_client_reads_its_rooms(self) -> None:
        client = self.any_of(self.clients)
        if not client.attached:
            client.snapshot = (self.log.rooms_of(client.user), self.log.position)

    def a_client_is_attached(self) -> None:
        ready = [c for c in self.clients if c.snapshot and not c.attached]
        client = self.any_of(ready)
        assert client.snapshot is not None
        client.subscriber.memberships(*client.snapshot)
        client.subscriber.release()
        client.attached, client.held_at = True, None

    def a_client_holds(self) -> None:
        ready = [c for c in self.clients if c.attached and c.held_at is None]
        client = self.any_of(ready)
        client.told = self.known_heads(client)
        client.subscriber.hold()
        client.held_at = self.hub.position

    def a_held_client_reads_a_page(self) -> None:
        room = self.random.choice(ROOMS)
        ready = [c for c in self.clients if c.attached and c.held_at is not None]
        client = self.any_of(ready)
        if client.user in self.log.members[room]:
            client.pages[room] = (self.log.position, self.log.head(room))

    def a_held_client_shows_a_room(self) -> None:
        client = self.any_of([c for c in self.clients if c.pages])
        room = self.random.choice(sorted(client.pages))
        position, head = client.pages.pop(room)
        client.subscriber.show(room, position=position, head=head, members=2)
        assert not client.subscriber.overflowed
        assert client.held_at is not None
        for span in tuple(client.spans):
            if span.room == room and (span.up_to is None or span.closed_while_held):
                # What was kept back of it is in the page, or comes with the new span.
                span.up_to, span.closed_while_held = client.held_at, False
        span = Span(room, position)
        for envelope in self.log.envelopes[position : self.hub.position]:
            if (envelope.room, envelope.subject, envelope.movement) == (room, client.user, "out"):
                span.up_to, span.closed_while_held = envelope.position, True
                break
        client.spans.append(span)
        if span.up_to is None:
            client.shown.add(room)
        assert (room in client.subscriber.open_rooms) == (span.up_to is None)

    def a_held_client_is_released(self) -> None:
        ready = [c for c in self.clients if c.attached and c.held_at is not None]
        self.release(self.any_of(ready))

    def a_client_closes_a_room(self) -> None:
        client = self.any_of([c for c in self.clients if c.spans])
        room = self.random.choice(ROOMS)
        client.subscriber.hide(room)
        if (span := client.open_span(room)) is not None:
            span.up_to = self.hub.position if client.held_at is None else client.held_at
            client.shown.discard(room)
        client.told.pop(room, None)

    def a_client_goes(self) -> None:
        client = self.any_of(self.clients)
        if self.random.random() < 0.5:
            client.subscriber.drop_all()
            assert not client.subscriber.open_rooms
        client.subscriber.detach()
        client.subscriber.detach()
        self.clients.remove(client)
        client.listener.writes.clear()
        self.clock.turn()
        assert not client.listener.writes

    # What holds.

    def positions_only_go_up(self) -> None:
        for client in self.clients:
            events = client.listener.events
            assert events == sorted(set(events))

    def open_rooms_are_those_shown(self) -> None:
        for client in self.clients:
            wanted = {span.room for span in client.spans if span.up_to is None}
            assert client.subscriber.open_rooms == wanted

    def heads_are_what_the_client_sums_up(self) -> None:
        for client in self.clients:
            heads = client.told if client.held_at is not None else self.known_heads(client)
            assert client.subscriber.heads() == sum(heads.values())

    def known_heads(self, client: Client) -> dict[str, int]:
        return {
            span.room: self.log.head(span.room, max(span.after, self.hub.position))
            for span in client.spans
            if span.up_to is None
        }

    def release(self, client: Client) -> None:
        client.subscriber.release()
        client.held_at = None
        client.shown.clear()
        client.pages.clear()
        for span in client.spans:
            span.closed_while_held = False

    def end(self) -> None:
        while self.hub.position < self.log.position:
            self.the_hub_gets_events()
        for client in self.clients:
            if client.attached and client.held_at is not None:
                self.release(client)
        for _ in range(1 + len(self.clients)):
            self.clock.turn()
        for client in self.clients:
            wanted = [
                envelope.position
                for envelope in self.log.envelopes
                for span in client.spans
                if envelope.room == span.room
                and span.after < envelope.position
                and (span.up_to is None or envelope.position <= span.up_to)
            ]
            assert client.listener.events == wanted
        for client in tuple(self.clients):
            client.subscriber.detach()
        assert not self.hub.books.people and not self.hub.books.channels
        assert not self.hub.turn.held
        self.hub.audience.stop()


STEPS = {
    Handover.somebody_speaks: 12,
    Handover.somebody_moves: 3,
    Handover.the_hub_gets_events: 10,
    Handover.a_turn_ends: 6,
    Handover.somebody_connects: 2,
    Handover.a_client_reads_its_rooms: 3,
    Handover.a_client_is_attached: 3,
    Handover.a_client_holds: 4,
    Handover.a_held_client_reads_a_page: 10,
    Handover.a_held_client_shows_a_room: 6,
    Handover.a_held_client_is_released: 2,
    Handover.a_client_closes_a_room: 1,
    Handover.a_client_goes: 0.3,
    Handover.heads_are_what_the_client_sums_up: 3,
}


class Swept(Handover):
    """Every room is large: what it got goes round its readers, one of them in a turn."""

    #: what was on its way round, and what had to wait for it
    writes_in_a_turn = 2


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "LARGE", 1)
    monkeypatch.setattr(sweep, "PORTION", 1)
    monkeypatch.setattr(sweep, "SPELL", 0.0)


@pytest.mark.parametrize("block", range(10))
def test_each_hears_exactly_what_lies_between_showing_and_leaving_in_order(block: int) -> None:
    play(Handover, block)


@pytest.mark.parametrize("block", range(10))
def test_each_does_while_what_they_hear_is_on_its_way_round(block: int, sweeps: None) -> None:
    play(Swept, block)


def play(kind: type[Handover], block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        run = kind(seed)
        for step in run.random.choices(list(STEPS), list(STEPS.values()), k=250):
            with suppress(NotNow):
                step(run)
            run.positions_only_go_up()
            run.open_rooms_are_those_shown()
        run.end()
