"""Who types where: told when it changes, over after 6 s unless renewed."""

from collections.abc import Callable, Mapping
from typing import Final

from chatd.engine.ports import Clock, Scheduler
from chatd.fanout.pace import Expiry, Pace

#: Clients renew every 3 s; one renewal may get lost.
OVER: Final = 6.0
#: Seconds between two signals for one room.
INTERVAL: Final = 1.0
#: Typists at a time on this node; beyond that new ones are not shown.
TYPISTS: Final = 10_000


class Typing:
    """``send`` gets a room and its typists (id to name), in the order in which they began."""

    def __init__(
        self, scheduler: Scheduler, clock: Clock, send: Callable[[str, Mapping[str, str]], None]
    ) -> None:
        self._rooms: dict[str, dict[str, str]] = {}
        self._ends: Expiry[tuple[str, str]] = Expiry(scheduler, clock, OVER, TYPISTS, self._ended)
        self._pace: Pace[str] = Pace(scheduler, clock, INTERVAL, TYPISTS, self._tell)
        self._send = send

    def types(self, room: str, user: str, name: str, active: bool) -> None:
        if active and self._ends.renew((room, user)):
            typists = self._rooms.setdefault(room, {})
            if user not in typists:
                typists[user] = name
                self._pace.ask(room)
        elif not active and user in self._rooms.get(room, ()):
            self._ends.drop((room, user))
            self._ended((room, user))

    def stop(self) -> None:
        self._ends.stop()
        self._pace.stop()

    def _ended(self, key: tuple[str, str]) -> None:
        room, user = key
        typists = self._rooms[room]
        del typists[user]
        if not typists:
            del self._rooms[room]
        self._pace.ask(room)

    def _tell(self, room: str) -> None:
        self._send(room, self._rooms.get(room, {}))
