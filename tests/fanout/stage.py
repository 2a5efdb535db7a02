"""A hub with people in rooms, for the tests of what it does in one place."""

from chatd.fanout.hub import Hub
from chatd.fanout.news import MOMENT
from chatd.fanout.subscriber import Subscriber
from tests.fakes.clock import FakeClock
from tests.fakes.listener import Listener
from tests.fakes.log import Log


class Stage:
    """``rooms``: their members. All of it is in the log before the hub begins."""

    def __init__(self, **rooms: str) -> None:
        self.clock = FakeClock()
        self.log = Log()
        self.faults: list[Exception] = []
        self.listeners: list[Listener] = []
        for room, members in rooms.items():
            for user in members.split():
                self.log.move(room, user, True)
        self.hub = Hub(self.clock, self.clock, self.log.position, self.faults.append)

    def attach(self, user: str, *rooms: str, inflates: bool = False) -> tuple[Listener, Subscriber]:
        """A connection of ``user`` with ``rooms`` open; what that told anybody is taken."""
        listener = Listener(inflates)
        self.listeners.append(listener)
        subscriber = self.hub.attach(user, user.title(), listener, inflates)
        subscriber.memberships(self.log.rooms_of(user), self.log.position)
        subscriber.release()
        self.open(subscriber, *rooms)
        # Who came is told, and what comes next need not wait for that.
        self.clock.advance(MOMENT)
        self.clock.advance(MOMENT)
        for each in self.listeners:
            each.take()
        return listener, subscriber

    def open(self, subscriber: Subscriber, *rooms: str) -> None:
        subscriber.hold()
        for room in rooms:
            self.show(subscriber, room)
        subscriber.release()

    def show(self, subscriber: Subscriber, room: str) -> None:
        subscriber.show(
            room,
            position=self.log.position,
            head=self.log.head(room),
            members=len(self.log.members[room]),
        )

    def deliver(self, turn: bool = True) -> None:
        """The hub gets everything that was committed, at once."""
        self.hub.deliver(self.log.batch(self.hub.position + 1, self.log.position))
        if turn:
            self.clock.turn()
