"""What a session needs around it: the wire below, the hub beside, and who runs its coroutines."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from chatd.engine.rows import RoomRow
from chatd.engine.view import View

#: Runs a coroutine to its end; a failure that escapes it is logged.
Drive = Callable[[Coroutine[Any, Any, None]], None]


class WirePort(Protocol):
    """A connection after its handshake, as bytes.

    `write` takes whole WebSocket frames and keeps what the kernel refuses. When something was kept,
    whoever owns the wire calls `Outbox.drained` each time `unsent` has fallen to 0 again, from the
    reactor and never from inside `write`. After `close` or `abort` writing has no effect.
    """

    def write(self, data: bytes) -> None: ...

    def unsent(self) -> int:
        """Bytes taken by `write` that the kernel has not taken."""

    def kernel_unsent(self) -> int:
        """Bytes in the kernel that the peer has not acknowledged; 0 where that is unknown."""

    def pause_reading(self) -> None:
        """No more frames, but for those that were received already."""

    def resume_reading(self) -> None: ...

    def close(self, code: int, reason: str) -> None:
        """Sends a close frame behind what was written; at most 123 bytes of reason."""

    def abort(self) -> None:
        """Ends it now, unsent bytes and all."""


class Subscriber(View, Protocol):
    """The hub's end of one connection. It writes events to the session's outbox by itself."""

    def memberships(self, rooms: Sequence[RoomRow], position: int) -> None:
        """The rooms of this user as of ``position``; later movements come from events."""

    def heads(self) -> int:
        """The sum of the last seq of every open room."""

    def detach(self) -> None:
        """The connection is gone. Harmless if told twice."""
