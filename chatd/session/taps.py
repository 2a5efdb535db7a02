"""A tap on one connection: somebody is told of every frame that passes, and changes none.

The wrappers are there only as long as the tap lasts; a connection without one pays nothing.
"""

from typing import Protocol

from chatd.session.intake import Enough, Intake
from chatd.session.ports import Borrower, WirePort
from chatd.wire.frames import Command, Error, Limits


class Ear(Protocol):
    """Neither method raises."""

    def came(self, connection: str, payload: bytes) -> None:
        """A text frame from the peer."""

    def went(self, connection: str, frames: bytes) -> None:
        """One or more whole frames to the peer, handed to the wire."""


class TappedIntake(Intake):
    """``inner`` does the work; this one reports."""

    __slots__ = ("_ear", "inner")

    def __init__(self, inner: Intake, ear: Ear) -> None:
        self.inner = inner
        self._ear = ear
        self._origin = inner._origin

    def take(self, data: bytes, now: float, limits: Limits) -> Command | Error | Enough:
        self._ear.came(self._origin.connection, data)
        return self.inner.take(data, now, limits)


class TappedWire:
    """The same for what is written."""

    __slots__ = ("_ear", "id", "inner")

    def __init__(self, inner: WirePort, ear: Ear) -> None:
        self.inner = inner
        self.id = inner.id
        self._ear = ear

    def write(self, data: bytes) -> None:
        self._ear.went(self.id, data)
        self.inner.write(data)

    def offer(self, data: bytes) -> bool:
        taken = self.inner.offer(data)
        if taken:
            self._ear.went(self.id, data)
        return taken

    def lend(self, borrower: Borrower) -> None:
        """Nothing goes past the ear."""

    def keep(self, data: bytes, sent: int) -> None:
        self.inner.keep(data, sent)

    def unsent(self) -> int:
        return self.inner.unsent()

    def kernel_unsent(self) -> int:
        return self.inner.kernel_unsent()

    def pause_reading(self) -> None:
        self.inner.pause_reading()

    def resume_reading(self) -> None:
        self.inner.resume_reading()

    def close(self, code: int, reason: str) -> None:
        self.inner.close(code, reason)

    def abort(self) -> None:
        self.inner.abort()
