"""A connection that takes bytes as the test says, and what the peer makes of them."""

from collections.abc import Callable, Iterator

from chatd.session.ports import Borrower
from tests.fakes.listener import inflated


class FakeWire:
    """A kernel with room for so many bytes, and a peer that reads when told to."""

    id = "c0nnect1"

    def __init__(self, room: int = 1 << 30) -> None:
        self.room = room
        self.kernel = bytearray()
        self.kept = bytearray()
        self.received = bytearray()
        self.writes = 0
        self.reading = True
        self.closed: tuple[int, str] | None = None
        self.aborted = False
        self.drained: Callable[[], None] = lambda: None

    def write(self, data: bytes) -> None:
        if self.closed is None and not self.aborted:
            self.writes += 1
            self.kept += data
            self._flow()

    def offer(self, data: bytes) -> bool:
        if self.kept:
            return False
        self.write(data)
        return True

    def lend(self, borrower: Borrower) -> None:
        """There is no way past it."""

    def keep(self, data: bytes, sent: int) -> None:
        raise AssertionError("nothing was lent")

    def unsent(self) -> int:
        return len(self.kept)

    def kernel_unsent(self) -> int:
        return len(self.kernel)

    def pause_reading(self) -> None:
        assert self.reading, "paused twice"
        self.reading = False

    def resume_reading(self) -> None:
        assert not self.reading, "resumed twice"
        self.reading = True

    def close(self, code: int, reason: str) -> None:
        assert self.closed is None, "closed twice"
        assert len(reason.encode()) <= 123
        self.closed = (code, reason)

    def abort(self) -> None:
        self.aborted = True

    def take(self, count: int | None = None) -> None:
        """The peer reads ``count`` bytes of what is in the kernel, or all there is anywhere."""
        while True:
            size = len(self.kernel) if count is None else min(count, len(self.kernel))
            self.received += self.kernel[:size]
            del self.kernel[:size]
            had = bool(self.kept)
            self._flow()
            if had and not self.kept:
                self.drained()
            if count is not None or not self.kernel:
                return

    def _flow(self) -> None:
        fits = max(0, self.room - len(self.kernel))
        self.kernel += self.kept[:fits]
        del self.kept[:fits]

    def frames(self) -> list[bytes]:
        """Payloads of the text frames received so far, inflated; pings are b"<ping>". A torn frame
        at the end is left out."""
        return list(payloads(bytes(self.received)))


def payloads(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 2 <= len(data):
        head, size = data[at], data[at + 1]
        assert head in (0x81, 0x89, 0xC1), "not the start of a frame"
        at += 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + wide], "big")
            at += wide
        if at + size > len(data):
            return
        payload = data[at : at + size]
        yield b"<ping>" if head == 0x89 else inflated(payload) if head == 0xC1 else payload
        at += size
