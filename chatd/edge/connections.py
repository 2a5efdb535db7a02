"""Which WebSockets are open, by user: counted against the limit, closed when their proof ends."""

from __future__ import annotations

from typing import Protocol

from chatd.core.codes import Close
from chatd.core.principal import Principal


class Closable(Protocol):
    principal: Principal

    def close(self, code: int, reason: str) -> None: ...
    def drain(self, retry_after: float) -> None: ...
    def abort(self) -> None: ...


class Ended(Protocol):
    """Told when credentials have ended: of ``user``, only the one named, or all but one."""

    def __call__(self, user: str, *, only: str | None = None, but: str | None = None) -> None: ...


class Connections:
    def __init__(self, most_per_user: int) -> None:
        self.most_per_user = most_per_user
        self.opened = 0  # since the start
        self._of_user: dict[str, set[Closable]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._of_user.values()))

    def full(self, user: str) -> bool:
        return len(self._of_user.get(user, ())) >= self.most_per_user

    def add(self, connection: Closable) -> None:
        self.opened += 1
        self._of_user.setdefault(connection.principal.user, set()).add(connection)

    def remove(self, connection: Closable) -> None:
        held = self._of_user.get(connection.principal.user)
        if held is not None:
            held.discard(connection)
            if not held:
                del self._of_user[connection.principal.user]

    def ended(self, user: str, *, only: str | None = None, but: str | None = None) -> None:
        """Signed out: nobody goes on speaking with a proof that has ended."""
        for connection in tuple(self._of_user.get(user, ())):
            session = connection.principal.session
            if session != but and only in (None, session):
                connection.close(Close.SIGNED_OUT, "The session was ended; sign in again.")

    def all(self) -> tuple[Closable, ...]:
        """Every connection, as of now."""
        return tuple(connection for held in self._of_user.values() for connection in held)
