"""Presence: one state for each person, whatever their connections and on whichever nodes.

A person is online while any connection says so, away while all of them say away. The last
connection may be gone for 10 s without anybody being told. What other nodes say are leases: they
end by themselves when a node dies.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from chatd.engine.ports import Clock, Scheduler
from chatd.engine.view import Presence as State
from chatd.fanout.notes import Lease, Leases
from chatd.fanout.pace import Expiry

#: Seconds in which a lost connection may come back unnoticed.
GRACE: Final = 10.0
#: Seconds that a lease holds; nodes renew it every `RENEWED` s, so two renewals may get lost.
LEASE: Final = 65.0
RENEWED: Final = 20.0
#: Most leases of other nodes kept, and leases in one note.
LEASES: Final = 200_000
IN_A_NOTE: Final = 100

_BY_RANK: Final[tuple[State, ...]] = ("online", "away", "offline")


def shown(states: Iterable[State]) -> State:
    """The most present of ``states``; offline if there is none."""
    return min(states, key=_BY_RANK.index, default="offline")


#: For everybody who is on this node alone, nearly all of them; never written to.
_NOWHERE: Final[Mapping[str, tuple[int, Lease]]] = MappingProxyType({})


@dataclass(slots=True)
class _Person:
    """``local``: how this node shows them, even for a while after they have left it. ``resting``:
    the rooms of somebody who left a moment ago. ``elsewhere``: by node, its stamp and lease.
    ``rooms``: those of both."""

    local: State = "offline"
    told: State = "offline"
    resting: tuple[str, ...] = ()
    rooms: frozenset[str] = frozenset()
    elsewhere: Mapping[str, tuple[int, Lease]] = field(default_factory=lambda: _NOWHERE)


class Presence:
    """``announce`` gets a user, the new state and the rooms concerned; ``publish`` what the other
    nodes should know; ``gone`` who was here until `GRACE` seconds ago."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Clock,
        announce: Callable[[str, State, Iterable[str]], None],
        publish: Callable[[Leases], None],
        gone: Callable[[str], None],
    ) -> None:
        self._people: dict[str, _Person] = {}
        self._rooms: dict[str, set[str]] = {}
        self._grace: Expiry[str] = Expiry(scheduler, clock, GRACE, LEASES, self._gone)
        self._ends: Expiry[tuple[str, str]] = Expiry(scheduler, clock, LEASE, LEASES, self._ended)
        self._announce = announce
        self._publish = publish
        self._left = gone
        self._stamp = 0

    def stop(self) -> None:
        self._grace.stop()
        self._ends.stop()

    def state(self, user: str) -> State:
        person = self._people.get(user)
        return "offline" if person is None else person.told

    def resting(self, user: str) -> State | None:
        """The state of someone who lost their last connection less than 10 s ago, else None."""
        return self._people[user].local if user in self._grace else None

    def rooms(self, user: str) -> frozenset[str]:
        """Rooms in which somebody who is connected to other nodes or has just left shows."""
        person = self._people.get(user)
        return frozenset() if person is None else person.rooms

    def here(self) -> list[str]:
        """Who is connected to this node, or was a moment ago."""
        return [user for user, person in self._people.items() if person.local != "offline"]

    def elsewhere(self, room: str) -> set[str]:
        """Members of the room who are connected to other nodes or have just left this one."""
        return self._rooms.get(room, set())

    # On this node.

    def came(self, user: str, state: State, rooms: tuple[str, ...]) -> None:
        """A connection joined those of ``user``, which now show ``state``."""
        self._grace.drop(user)
        self.showed(user, state, rooms)

    def showed(self, user: str, state: State, rooms: tuple[str, ...]) -> None:
        """The connections of ``user`` now show ``state``."""
        person = self._people.setdefault(user, _Person())
        person.resting = ()
        self._set_local(user, person, state, rooms)
        self._index(user, person)
        self._update(user, person, rooms)

    def went(self, user: str, rooms: tuple[str, ...]) -> None:
        """The last connection is gone."""
        person = self._people.get(user)
        if person is None or person.local == "offline":
            return  # nobody saw them
        if not self._grace.renew(user):
            self._set_local(user, person, "offline", rooms)
            self._update(user, person, rooms)
            return
        person.resting = rooms
        self._index(user, person)

    def leases(self, people: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[Leases]:
        """What this node says of everyone connected here, in notes of a bounded size."""
        leases = [
            Lease(user, self._people[user].local, rooms)
            for user, rooms in people
            if user in self._people and self._people[user].local != "offline"
        ]
        for first in range(0, len(leases), IN_A_NOTE):
            self._stamp += 1
            yield Leases(self._stamp, tuple(leases[first : first + IN_A_NOTE]))

    # On other nodes.

    def lease(self, node: str, note: Leases) -> None:
        for lease in note.leases:
            person = self._people.get(lease.user) or _Person()
            stamp, before = person.elsewhere.get(node, (0, lease))
            if note.stamp <= stamp or not self._ends.renew((lease.user, node)):
                continue
            self._people[lease.user] = person
            person.elsewhere = {**person.elsewhere, node: (note.stamp, lease)}
            self._index(lease.user, person)
            self._update(lease.user, person, before.rooms)

    def moved(self, room: str, user: str, inside: bool) -> None:
        """Membership changes at once, not with the next lease."""
        person = self._people.get(user)
        if person is None:
            return
        added = (room,) if inside else ()
        person.elsewhere = {
            node: (stamp, Lease(user, lease.state, _without(lease.rooms, room) + added))
            for node, (stamp, lease) in person.elsewhere.items()
        } or _NOWHERE
        if user in self._grace:
            person.resting = _without(person.resting, room) + added
        self._index(user, person)

    # Inside.

    def _set_local(self, user: str, person: _Person, state: State, rooms: tuple[str, ...]) -> None:
        if person.local != state:
            person.local = state
            self._stamp += 1
            self._publish(Leases(self._stamp, (Lease(user, state, rooms),)))

    def _gone(self, user: str) -> None:
        person = self._people[user]
        rooms, person.resting = person.resting, ()
        self._set_local(user, person, "offline", rooms)
        self._index(user, person)
        self._update(user, person, rooms)
        self._left(user)

    def _ended(self, key: tuple[str, str]) -> None:
        user, node = key
        person = self._people[user]
        _, lease = person.elsewhere[node]
        others = {name: word for name, word in person.elsewhere.items() if name != node}
        person.elsewhere = others or _NOWHERE
        self._index(user, person)
        self._update(user, person, lease.rooms)

    def _index(self, user: str, person: _Person) -> None:
        rooms = {room for _, lease in person.elsewhere.values() for room in lease.rooms}
        rooms.update(person.resting)
        if rooms == person.rooms:
            return
        for room in person.rooms - rooms:
            self._rooms[room].discard(user)
            if not self._rooms[room]:
                del self._rooms[room]
        for room in rooms - person.rooms:
            self._rooms.setdefault(room, set()).add(user)
        person.rooms = frozenset(rooms)

    def _update(self, user: str, person: _Person, rooms: Iterable[str]) -> None:
        state = shown((person.local, *(lease.state for _, lease in person.elsewhere.values())))
        if state != person.told:
            person.told = state
            self._announce(user, state, {*rooms, *person.rooms})
        if state == "offline" and not person.elsewhere and user not in self._grace:
            self._index(user, person)
            del self._people[user]


def _without(rooms: tuple[str, ...], room: str) -> tuple[str, ...]:
    return tuple(each for each in rooms if each != room)
