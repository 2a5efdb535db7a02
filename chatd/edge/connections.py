"""Which WebSockets are open, by user: counted against the limit, closed when their proof ends."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, Protocol

from chatd.core.codes import Close
from chatd.core.principal import Principal
from chatd.wire.frames import Limits

#: Endings that a handshake under way is checked against; a handshake takes seconds at most.
REMEMBERED = 1_024


#: Who ended a connection; the network did if nobody said goodbye.
Closer = Literal["server", "client", "network"]
#: A peer may send any code: these are told apart, the rest are counted as one.
SAID = frozenset(range(1000, 1016))
OTHER = 4999


class Closable(Protocol):
    principal: Principal
    id: str
    address: str

    @property
    def open_rooms(self) -> Collection[str]: ...
    def tap(self, ear: Any) -> bool: ...
    def untap(self) -> None: ...

    def revoke(self, reason: str, code: Close = ...) -> None: ...
    def renewed(self, expires: int) -> None: ...
    def limits_changed(self, limits: Limits) -> None: ...
    def drain(self, retry_after: float) -> None: ...
    def abort(self) -> None: ...


class Ended(Protocol):
    """Told when credentials of ``user`` have ended: all, only the one named, or all but one."""

    def __call__(self, user: str, *, only: str | None = None, but: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Ending:
    user: str
    only: str | None
    but: str | None

    def covers(self, principal: Principal) -> bool:
        session = principal.session
        return principal.user == self.user and session != self.but and self.only in (None, session)


class Connections:
    def __init__(self, most_per_user: int) -> None:
        self.most_per_user = most_per_user
        self.opened = 0  # since the start
        self.endings = 0  # likewise, of credentials
        #: likewise, closed ones, by who closed and the code (RFC 6455 §7.4)
        self.closed: Counter[tuple[Closer, int]] = Counter()
        self._latest: deque[Ending] = deque(maxlen=REMEMBERED)
        # Tuples: nearly everybody has one or two, and a set of one takes four times the memory.
        self._of_user: dict[str, tuple[Closable, ...]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._of_user.values()))

    def full(self, user: str) -> bool:
        return len(self._of_user.get(user, ())) >= self.most_per_user

    def add(self, connection: Closable) -> None:
        self.opened += 1
        user = connection.principal.user
        self._of_user[user] = (*self._of_user.get(user, ()), connection)

    def remove(self, connection: Closable) -> None:
        user = connection.principal.user
        left = tuple(held for held in self._of_user.get(user, ()) if held is not connection)
        if left:
            self._of_user[user] = left
        else:
            self._of_user.pop(user, None)

    def count_closed(self, closer: Closer, code: int) -> None:
        self.closed[closer, code if closer == "server" or code in SAID else OTHER] += 1

    def ended(self, user: str, *, only: str | None = None, but: str | None = None) -> None:
        """Signed out: nobody goes on speaking with a proof that has ended."""
        ending = Ending(user, only, but)
        self.endings += 1
        self._latest.append(ending)
        for connection in self._of_user.get(user, ()):
            if ending.covers(connection.principal):
                connection.revoke("The session was ended; sign in again.")

    def from_blocked(self, blocked: Callable[[str], bool]) -> tuple[Closable, ...]:
        """Those whose address is blocked."""
        by_address: dict[str, bool] = {}
        found = []
        for connection in self.all():
            address = connection.address
            if address not in by_address:
                by_address[address] = blocked(address)
            if by_address[address]:
                found.append(connection)
        return tuple(found)

    def renewed(self, user: str, session: str, expires: int) -> None:
        """A proof of ``user`` is now good until ``expires`` (Unix ms)."""
        for connection in self._of_user.get(user, ()):
            if connection.principal.session == session:
                connection.renewed(expires)

    def has(self, user: str, session: str) -> bool:
        """Whether a connection of ``user`` that rests on this session is open."""
        return any(held.principal.session == session for held in self._of_user.get(user, ()))

    def ended_since(self, endings: int, principal: Principal) -> bool:
        """Whether the proof has ended since the count was ``endings``: it was read then, and the
        connection was not yet among those that `ended` closes."""
        missed = self.endings - endings
        if missed > len(self._latest):
            return True
        recent = islice(reversed(self._latest), missed)
        return any(ending.covers(principal) for ending in recent)

    def of(self, user: str) -> tuple[Closable, ...]:
        """Those of one person."""
        return self._of_user.get(user, ())

    def all(self) -> tuple[Closable, ...]:
        """Every connection there is now."""
        return tuple(connection for held in self._of_user.values() for connection in held)
