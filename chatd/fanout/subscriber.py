"""Subscriber: one connection in the hub's books, and the `View` of it that features see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from chatd.engine.view import Membership, Presence
from chatd.fanout.books import NEVER, Channel, Entry, Person
from chatd.fanout.hold import Hold
from chatd.wire.codec import encode
from chatd.wire.frames import Resync
from chatd.wire.framing import text

if TYPE_CHECKING:
    from chatd.fanout.hub import Hub

_RESYNC: Final = text(encode(Resync(reason="More was said than could be kept back for you.")))


class Outbox(Protocol):
    def write(self, data: bytes) -> None:
        """Queues whole frames, bounded. It may call `Subscriber.drop_all` or `detach` at once."""


class Subscriber:
    """Made by `Hub.attach`, held from the start: call `memberships`, then `release`."""

    __slots__ = ("_hold", "_hub", "_open", "counted", "inflates", "outbox", "person", "state")

    def __init__(self, hub: Hub, person: Person, outbox: Outbox, inflates: bool) -> None:
        self.person = person
        self.inflates = inflates
        #: how the person shows here, and whether this connection already makes them present
        self.state: Presence = "online"
        self.counted = False
        self.outbox = outbox
        self._hub = hub
        #: rooms open, each with the position after which its events are sent
        self._open: dict[Channel, int] = {}
        self._hold: Hold | None = Hold(hub.position if person.known else NEVER, {})
        hub.turn.held.add(self)

    # What the session needs.

    def memberships(self, rooms: Iterable[Membership], position: int) -> None:
        """All rooms of this person at ``position``, read after attaching. Called once."""
        self._hub.know(self.person, rooms, position)
        if not self.counted:
            self.counted = True
            self.state = self._hub.audience.starting(self.person)
            self._hub.audience.came(self.person)

    def shuns(self, users: frozenset[str]) -> None:
        """Who has blocked this person or was blocked by them, read after attaching, before
        `memberships`."""
        self._hub.books.know_shuns(self.person, users)

    def heads(self) -> int:
        """The sum of the last seq of every open room, counting all that was written so far."""
        self._hub.turn.flush_to(self)
        if self._hold is not None:
            return sum(self._hold.told.values())
        return sum(max(channel.head, channel.aside.get(self, (0, 0))[1]) for channel in self._open)

    def drop_all(self) -> None:
        """No room is open here any more: this reader was too slow, or has to resume."""
        self._hub.turn.forget(self)
        if self._hold is not None:
            for channel in self._hold.shown:
                self._close(channel)
            self._hold.shown.clear()
            self._hold.told.clear()
            self._hold.clear()
            # What was kept back is gone: a snapshot taken before this moment leaves a hole.
            self._hold.since = max(self._hold.since, self._hub.position)
        for channel in tuple(self._open):
            self._close(channel)

    def detach(self) -> None:
        """The connection is gone."""
        if self not in self.person.connections:
            return
        self.outbox = _NOWHERE
        self.drop_all()
        self._hub.turn.held.discard(self)
        self._hold = None
        self._hub.detach(self)

    # The view.

    @property
    def open_rooms(self) -> Collection[str]:
        shown = self._hold.shown if self._hold is not None else {}
        return {channel.room for channel in (*self._open, *shown)}

    @property
    def overflowed(self) -> bool:
        return self._hold is not None and self._hold.overflowed

    def hold(self) -> int:
        if self._hold is None:
            self._hub.turn.flush()
            self._hold = Hold(self._hub.position, self._heads())
            self._hub.turn.held.add(self)
            for channel in self._open:
                channel.leave(self)
                channel.aside[self] = (NEVER, self._hold.told[channel.room])
        elif self._hold.overflowed and not self._hold.broken:
            self._hold.overflowed = self._hold.stale = False
        return self._hold.since

    def show(self, room: str, *, position: int, head: int, members: int) -> None:
        hold = self._hold
        if hold is None:
            raise RuntimeError("hold first, then read what is to be shown")
        if position < hold.since:
            # There is a hole between this snapshot and what is kept back.
            hold.overflowed = hold.stale = True
            return
        if (left := hold.leaves_after(room, position)) is not None:
            hold.ending[room] = (position, left)
            return
        channel = self._hub.books.channel(room)
        if channel not in self.person.rooms and position <= self._hub.position:
            # The books are ahead of the snapshot and know of no membership.
            self._hub.books.tidy(channel)
            return
        hold.ending.pop(room, None)
        hold.shown[channel] = (position, head)
        if position >= self._hub.position or not channel.members:
            channel.members = members
        channel.aside.setdefault(self, (NEVER, head))

    def hide(self, room: str) -> None:
        self._hub.turn.flush()
        if self._hold is not None:
            self._hold.told.pop(room, None)
        channel = self._hub.books.channels.get(room)
        if channel is not None:
            if self._hold is not None:
                self._hold.shown.pop(channel, None)
            self._close(channel)

    def release(self) -> None:
        if self._hold is None:
            return  # a sweep of a large room goes on in its own time
        self._hub.turn.flush()
        hold, self._hold = self._hold, None
        self._hub.turn.held.discard(self)
        if hold.broken or hold.stale:
            for channel in hold.shown:
                self._close(channel)
            self.drop_all()
            self.outbox.write(_RESYNC)
            return
        known = {
            channel: (position, hold.told.get(channel.room, 0))
            for channel, position in self._open.items()
        }
        for channel, (position, head) in (known | hold.shown).items():
            self._open[channel] = position
            channel.listen(self, position, head, self._hub.position)
        if data := hold.replay(self._positions()):
            self._hub.turn.write([self], data)

    def typing(self, room: str, active: bool) -> None:
        if room in self.open_rooms:
            self._hub.audience.types(room, self.person, active)

    def presence(self, state: Presence) -> None:
        self.state = state
        if self.counted:
            self._hub.audience.showed(self.person)

    def who_is_here(self, room: str) -> dict[str, Presence]:
        return self._hub.audience.here(room, self.person) if room in self.open_rooms else {}

    # What the hub tells it.

    def post(self, entries: Iterable[Entry]) -> None:
        """For this connection alone, in this turn's write or after the hold."""
        if self._hold is not None:
            self._hold.post(entries)
            self._hub.turn.ask()
        else:
            self._hub.turn.post(self, entries)

    def keep(self, pending: Mapping[Channel, list[Entry]]) -> None:
        """A turn's events while held."""
        hold = self._hold
        assert hold is not None
        for channel, entries in pending.items():
            if channel in self.person.rooms:
                hold.keep(channel.room, self._hub.turn.as_seen(self, entries))
        self._spill(hold)

    def known(self, position: int) -> None:
        """The person's rooms are in the books, so that from ``position`` on nothing is missed."""
        if self._hold is not None:
            self._hold.since = min(self._hold.since, position)

    def covers(self, channel: Channel, position: int) -> bool:
        """It was shown a snapshot of the room that includes the event at ``position``."""
        return self._position(channel) >= position

    def removed(self, channel: Channel, position: int) -> None:
        """The person was moved out of the room by the event at ``position``, the last pending."""
        hold = self._hold
        after = self._position(channel)
        if after >= position:
            return
        self._hub.turn.finish()
        pending = self._hub.turn.as_seen(self, channel.pending)
        if hold is not None:
            hold.keep(channel.room, pending)
            hold.left.append((channel.room, position))
            hold.shown.pop(channel, None)
            if after >= 0:
                hold.ending[channel.room] = (after, position)
        elif after >= 0:
            self.post([e for e in pending if e[1] or e[0] > after])
        self._close(channel)

    # Inside.

    def _position(self, channel: Channel) -> int:
        """The position after which events of the room are sent, -1 if it is not open."""
        if self._hold is not None and channel in self._hold.shown:
            return self._hold.shown[channel][0]
        return self._open.get(channel, -1)

    def _positions(self) -> dict[str, int]:
        return {channel.room: position for channel, position in self._open.items()}

    def _heads(self) -> dict[str, int]:
        """By room. If the snapshot is ahead of the books, its head is the higher one."""
        return {
            channel.room: max(channel.head, channel.aside.get(self, (0, 0))[1])
            for channel in self._open
        }

    def _close(self, channel: Channel) -> None:
        self._open.pop(channel, None)
        channel.leave(self)
        channel.aside.pop(self, None)
        self._hub.books.tidy(channel)

    def _spill(self, hold: Hold) -> None:
        """No open room may get a hole, whatever does not fit: if no snapshot waits for its reply,
        what is kept back for open rooms goes out now and the rest is forgotten."""
        if not (hold.full or hold.broken):
            return
        hold.overflowed = True
        if hold.shown or hold.broken:
            hold.broken = True
            hold.clear()
            return
        data = hold.replay(self._positions())
        hold.clear()
        hold.since = max(hold.since, self._hub.position)
        if data:
            self._hub.turn.write([self], data)
        hold.told = self._heads()


class _Nowhere:
    """A connection that is gone hears nothing."""

    def write(self, data: bytes) -> None:
        pass


_NOWHERE: Final = _Nowhere()
