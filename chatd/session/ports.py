"""What a session needs around it: the wire below, the hub beside, and what runs its coroutines."""

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from chatd.engine.view import Membership, View

#: Runs a coroutine to its end; a failure that escapes it is logged.
Drive = Callable[[Coroutine[Any, Any, None]], None]


class Borrower(Protocol):
    """Whoever may write past the wire's methods: see `WirePort.lend`."""

    #: what that writes to, None while a write has to come to `WirePort.write` or `offer`
    straight: Any


class WirePort(Protocol):
    """A connection after its handshake, as bytes.

    `write` takes whole WebSocket frames and keeps what the kernel refuses. When something was kept,
    whoever owns the wire calls `Outbox.drained` each time `unsent` has fallen to 0 again, from the
    reactor and never from inside `write`. After `close` or `abort` writing has no effect.
    """

    #: a short word of its own, which names it in the log
    id: str

    def write(self, data: bytes) -> None: ...

    def offer(self, data: bytes) -> bool:
        """As `write`, unless `unsent` is above 0: then nothing is taken and False returned."""

    def lend(self, borrower: Borrower) -> None:
        """Sets ``borrower.straight``, if nothing is in the way and this wire has such a thing, and
        resets it to None before the first write that is not done in one call."""

    def keep(self, data: bytes, sent: int) -> None:
        """Of ``data``, written straight, only ``sent`` bytes went; 0 or less means an error."""

    def unsent(self) -> int:
        """Bytes taken by `write` that the kernel has not taken."""

    def kernel_unsent(self) -> int:
        """Bytes in the kernel that the peer has not acknowledged; 0 if that is unknown."""

    def pause_reading(self) -> None:
        """No more frames, except those received already."""

    def resume_reading(self) -> None:
        """Frames come again, the first from the reactor, not from inside this call."""

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame after what was written; at most 123 bytes of reason."""

    def abort(self) -> None:
        """Ends it now, unsent bytes and all."""


class Subscriber(View, Protocol):
    """The hub's end of one connection, held from the start. It writes events to the outbox itself,
    and the outbox may drop it in the middle of that."""

    def memberships(self, rooms: Iterable[Membership], position: int) -> None:
        """All rooms of this user at ``position``; later changes come from events. Called once."""

    def shuns(self, users: frozenset[str]) -> None:
        """Who has blocked this user or was blocked by them, before `memberships`; later changes
        come with the commits."""

    def heads(self) -> int:
        """The sum of the last seq of every open room."""

    def drop_all(self) -> None:
        """No room is open here any more."""

    def detach(self) -> None:
        """The connection is gone. Harmless if called twice."""
