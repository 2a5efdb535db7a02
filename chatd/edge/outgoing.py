"""A body that is read piece by piece while its reader takes it: never in memory as a whole."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Final, Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

if TYPE_CHECKING:
    from chatd.edge.request import ChatRequest

#: Bytes read at a time.
PIECE: Final = 131_072
#: The slowest that a body may be taken, in bytes a second, after the first PATIENCE seconds.
SLOWEST: Final = 8_192
PATIENCE: Final = 60.0

log = Logger(namespace="chatd.edge")


class Body(Protocol):
    """``size`` bytes that are read one piece after the other; `close` once, however it ends."""

    size: int

    def read(self, amount: int) -> Awaitable[bytes]:
        """The next bytes, at least one: otherwise the body is shorter than its ``size``."""

    def close(self) -> None: ...


class Outgoing:
    """Writes a body to a request whose headers are written, and ends it: a push producer, which the
    transport pauses while its reader is slow."""

    def __init__(self, request: "ChatRequest", body: Body, reactor: Any) -> None:
        self._request = request
        self._body = body
        self._stopped = False
        self._paused = False
        self._resumed: Deferred[None] | None = None
        self._deadline = reactor.callLater(PATIENCE + body.size / SLOWEST, self._give_up)

    def start(self) -> None:
        self._request.registerProducer(self, True)
        Deferred.fromCoroutine(self._run()).addErrback(self._failed)

    async def _run(self) -> None:
        left = self._body.size
        try:
            while left and not self._stopped:
                if self._paused:
                    self._resumed = Deferred()
                    await self._resumed
                    continue
                data = await self._body.read(min(PIECE, left))
                if not data:
                    raise EOFError("a body is shorter than it was")
                left -= len(data)
                if not self._stopped:
                    self._request.write(data)
        finally:
            self._body.close()
            if self._deadline.active():
                self._deadline.cancel()
        if not self._stopped:
            self._request.unregisterProducer()
            self._request.finish()

    def _failed(self, failure: Any) -> None:
        """The length was promised: only ending the connection tells that it is incomplete."""
        log.failure("a body was not sent whole", failure)
        self._give_up()

    def _give_up(self) -> None:
        if not self._stopped:
            self._request.channel.transport.abortConnection()

    # The calls of a producer.

    def pauseProducing(self) -> None:
        self._paused = True

    def resumeProducing(self) -> None:
        self._paused = False
        self._wake()

    def stopProducing(self) -> None:
        self._stopped = True
        self._wake()

    def _wake(self) -> None:
        resumed, self._resumed = self._resumed, None
        if resumed is not None:
            resumed.callback(None)
