"""The outbox: everything one reader is sent, in order, bounded in bytes and in age.

Frames go straight to the wire while it keeps up. For a slow reader they queue; if more is pending
than the bound, or for longer, the queue is dropped and the reader, once it has taken what was
already on its way, gets one `resync` and starts over. Frames are never split, so that the peer sees
a prefix of whole frames and then the `resync`.

Pending are the bytes queued here, kept by the wire, or lying in the kernel.
"""

from typing import Any, Final, Protocol

from chatd.core.meters import Meters
from chatd.engine.ports import Clock
from chatd.session.ports import WirePort
from chatd.session.taps import Ear, TappedWire
from chatd.wire.codec import encode
from chatd.wire.frames import Resync
from chatd.wire.framing import text

#: Bytes handed at once to a wire that fell behind: what it has taken can no longer be dropped.
PORTION: Final = 65_536
#: A reader that takes nothing for this many times `bound_seconds` is given up on.
STUCK_BOUNDS: Final = 3

RESYNC: Final = text(encode(Resync(reason="You read too slowly; your queue was dropped.")))


class OutboxOwner(Protocol):
    """The session, which learns from its outbox how the reader fares."""

    def slow(self) -> None:
        """The queue was dropped; nothing gets through until `recovered`. Called from inside
        `write`, which may be in the middle of a fan-out: only take note."""

    def recovered(self) -> None:
        """The wire is empty again; `resync` goes out when this returns."""

    def stuck(self) -> None:
        """The reader took nothing for far too long: close."""

    def emptied(self) -> None:
        """What had queued up was handed to the wire."""


class Outbox:
    """One for each connection. The bounds may be set anew at any time."""

    __slots__ = (
        "_marks",
        "_meters",
        "_owner",
        "_progress",
        "_queue",
        "_queued",
        "_taken",
        "_wire",
        "accepted",
        "bound_bytes",
        "bound_seconds",
        "ended",
        "stalled",
        "straight",
    )

    def __init__(
        self,
        wire: WirePort,
        clock: Clock,
        meters: Meters,
        bound_bytes: int = 1 << 20,
        bound_seconds: float = 10.0,
    ) -> None:
        self.bound_bytes = bound_bytes
        self.bound_seconds = bound_seconds
        self.stalled = False
        #: what a fan-out writes to, past all of this (`edge.broadcast`); None while it may not
        self.straight: Any = None
        self._wire = wire
        self._meters = meters
        self._owner: OutboxOwner | None = None
        self.ended = False
        # Lists: nearly always empty, and an empty deque takes ten times as much.
        self._queue: list[bytes] = []
        self._queued = 0
        #: bytes ever accepted: whoever writes straight counts them here
        self.accepted = 0
        # How many of them the peer had taken at the last look. Each mark says when the count of
        # accepted bytes was how high: the first one not yet reached is the oldest pending.
        self._taken = 0
        self._marks: list[tuple[float, int]] = []
        self._progress = clock.now()

    def watch(self, owner: OutboxOwner) -> None:
        """``owner`` is told from now on."""
        self._owner = owner

    def tap(self, ear: Ear) -> None:
        """``ear`` is told of what is handed to the wire from now on."""
        self._wire = TappedWire(self._wire, ear)
        self.straight = None

    def untap(self) -> None:
        if isinstance(self._wire, TappedWire):
            self._wire = self._wire.inner

    @property
    def empty(self) -> bool:
        """Nothing waits here; the wire or the kernel may still hold something."""
        return not self._queue

    def write(self, data: bytes) -> None:
        """Sends ``data``, one or more whole frames, after all that was written before."""
        if self.stalled or self.ended:
            return
        self.accepted += len(data)
        if not self._queue and self._wire.offer(data):
            if self.straight is None:
                self._wire.lend(self)
            return
        self._queue.append(data)
        self._count(len(data))
        if self._pending() > self.bound_bytes:
            self._drop()

    def fell_short(self, data: bytes, sent: int) -> None:
        """Of ``data``, written straight, ``sent`` bytes went; 0 or less means an error."""
        self.accepted += len(data)
        self._wire.keep(data, sent)

    def drained(self) -> None:
        """The wire took everything: hand it what has queued up."""
        if self.ended:
            return
        if self.stalled:
            self._recover()
            return
        had = bool(self._queue)
        while self._queue and not self._wire.unsent():
            self._wire.write(self._portion())
        if had and not self._queue and self._owner is not None:
            self._owner.emptied()

    def tick(self, now: float) -> None:
        """Looks at the age of what is pending; about once a second."""
        if self.ended:
            return
        if self._taken == self.accepted and not self.stalled:
            self._progress = now
            return
        taken = self.accepted - self._pending()
        if taken > self._taken:
            self._taken = taken
            self._progress = now
        while self._marks and self._marks[0][1] <= self._taken:
            del self._marks[0]
        if self._taken < self.accepted and (not self._marks or self._marks[-1][1] < self.accepted):
            self._marks.append((now, self.accepted))
        if now - self._progress > STUCK_BOUNDS * self.bound_seconds:
            self._progress = now
            if self._owner is not None:
                self._owner.stuck()
        elif self._is_old(now):
            self._drop()

    def end(self) -> None:
        """Drops what is queued and all that comes, for good."""
        self._queue.clear()
        self._count(-self._queued)
        self.ended = True
        self.straight = None

    def _count(self, size: int) -> None:
        self._queued += size
        self._meters.queued_bytes += size

    def _is_old(self, now: float) -> bool:
        if self.stalled or not self._marks or now - self._marks[0][0] <= self.bound_seconds:
            return False
        # What only the kernel still holds cannot be dropped; `stuck` or liveness end that.
        return bool(self._queue) or self._wire.unsent() > 0

    def _pending(self) -> int:
        return self._queued + self._wire.unsent() + self._wire.kernel_unsent()

    def _portion(self) -> bytes:
        size = count = 0
        for data in self._queue:
            if count and size + len(data) > PORTION:
                break
            size += len(data)
            count += 1
        portion = b"".join(self._queue[:count])
        del self._queue[:count]
        self._count(-size)
        return portion

    def _drop(self) -> None:
        self.accepted -= self._queued
        self._queue.clear()
        self._count(-self._queued)
        self._marks.clear()
        self.stalled = True
        self._meters.slow_readers += 1
        if self._owner is not None:
            self._owner.slow()

    def _recover(self) -> None:
        if self._wire.unsent():
            return
        if self._owner is not None:
            self._owner.recovered()
        self.stalled = False
        self.accepted += len(RESYNC)
        self._wire.write(RESYNC)
