"""A body read piece by piece, once it is known who sends it: never in memory as a whole.

While that is being found out, and while a piece is written, the peer is not read from.
"""

from collections.abc import Coroutine
from typing import Any, Final, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.core.refusal import Refusal
from chatd.edge.answers import Declined, Response

#: Bytes handed on at a time; about twice as many are held of one body.
PIECE: Final = 262_144

log = Logger(namespace="chatd.edge")


class Intake(Protocol):
    """Where a body goes. Any of these may raise a refusal; `abandon` follows unless `done` was
    called."""

    async def write(self, data: bytes) -> None: ...

    async def done(self) -> Response:
        """The body is complete."""

    async def abandon(self) -> None:
        """The rest of it will not come."""


class Way(Protocol):
    """The connection that the body comes on."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def body_wanted(self) -> None:
        """It is accepted, and may take its time."""

    def refused_at_once(self, why: BaseException) -> bool:
        """Whether the peer already has its answer, so that nothing more is read from it."""


class _Lost(Exception):
    """Nobody waits for the answer any more."""


class Incoming:
    """``begin`` finds out whether the body is accepted, and where it goes. What is refused is still
    read and thrown away, unless ``way`` ends the connection: peers look for the answer once they
    have sent all."""

    def __init__(self, begin: Coroutine[Any, Any, Intake], way: Way) -> None:
        self._way = way
        self._pieces: list[bytes] = []
        self._held = 0
        self._news: Deferred[None] | None = None  # set while waiting for more
        self._complete = False
        self._lost = False
        self._result: Response | Failure | None = None
        self._answer: Deferred[Response] = Deferred(lambda _: self.lost())
        way.pause_reading()
        Deferred.fromCoroutine(self._run(begin)).addBoth(self._decided)

    def feed(self, data: bytes) -> None:
        if self._result is not None or self._lost:
            return
        self._pieces.append(data)
        self._held += len(data)
        if self._news is None:
            # It was already on its way, or a write to the peer has resumed reading.
            self._way.pause_reading()
        elif self._held >= PIECE:
            self._wake()

    def finished(self) -> "Deferred[Response]":
        """All of it has come. Fires with what is to be answered."""
        self._complete = True
        self._wake()
        if self._result is not None:
            self._tell(self._result)
        return self._answer

    def lost(self) -> None:
        """The peer has gone, or nobody waits for the answer any more."""
        self._lost = True
        self._wake()

    async def _run(self, begin: Coroutine[Any, Any, Intake]) -> Response:
        intake = await begin
        try:
            if not self._lost:
                self._way.body_wanted()
            while data := await self._next():
                await intake.write(data)
        except BaseException:
            await intake.abandon()
            raise
        return await intake.done()

    async def _next(self) -> bytes:
        """What has come, at least PIECE bytes; the rest once all has come."""
        while not (self._lost or self._complete or self._held >= PIECE):
            self._news = Deferred()
            self._way.resume_reading()
            await self._news
        self._way.pause_reading()
        if self._lost:
            raise _Lost
        data, self._pieces, self._held = b"".join(self._pieces), [], 0
        return data

    def _wake(self) -> None:
        news, self._news = self._news, None
        if news is not None:
            news.callback(None)

    def _decided(self, result: Response | Failure) -> None:
        self._result = result
        self._pieces = []
        if self._lost or self._complete:
            self._tell(result)
        elif isinstance(result, Failure) and not (
            result.value is not None and self._way.refused_at_once(result.value)
        ):
            self._way.resume_reading()

    def _tell(self, result: Response | Failure) -> None:
        if not self._lost:
            self._answer.callback(result)
        elif isinstance(result, Failure) and not result.check(
            _Lost, CancelledError, Declined, Refusal
        ):
            log.failure("a body that nobody waits for met with a mistake of ours", result)
