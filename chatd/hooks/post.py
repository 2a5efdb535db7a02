"""One request to somebody else's server: verified TLS, no redirects, no proxies, every step
bounded."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from twisted.internet import protocol
from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.python.failure import Failure
from twisted.web.client import Agent, HTTPConnectionPool, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer, IPolicyForHTTPS
from zope.interface import implementer

from chatd.engine.ports import Clock
from chatd.hooks.answers import Answer, retry_after
from chatd.hooks.trust import tls_failure, verifying

#: How much of an answer's body is read, to use the connection again, and for how many seconds.
BODY: Final = 65536
BODY_SECONDS: Final = 2.0
#: An idle connection is kept for less time than servers do: it might close under the next event.
KEPT: Final = 4


class NoAnswer(Exception):
    """No status came back; the text says why."""


class Poster(Protocol):
    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Posts JSON; `NoAnswer` if no status came back in time."""

    async def stop(self) -> None: ...


@implementer(IBodyProducer)
class _Content:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.length = len(content)

    def startProducing(self, consumer: Any) -> Any:
        consumer.write(self._content)
        return succeed(None)

    def stopProducing(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...


class _Body(protocol.Protocol):
    """Takes an answer's body and throws it away; cuts the connection if it does not end."""

    def __init__(self, most: int = BODY) -> None:
        self.ended: Deferred[None] = Deferred(lambda _: self._cut())
        self._left = most
        #: Whether all of it came.
        self.whole = False

    def dataReceived(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._cut()

    def connectionLost(self, reason: Failure = protocol.connectionDone) -> None:
        # Without a length it ends with the connection, and whoever reads it will see.
        done = reason.check(ResponseDone, PotentialDataLoss) is not None
        self.whole = done and self._left >= 0
        if not self.ended.called:
            self.ended.callback(None)

    def _cut(self) -> None:
        # What Twisted hands out can only close, and a peer that does not let go would stay. It lets
        # go of the connection once the answer is over.
        connection = getattr(self.transport, "_producer", None)
        if connection is not None:
            connection.abortConnection()


class _Kept(_Body):
    """Keeps it."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.content = bytearray()

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)
        if self._left >= 0:
            self.content += data


@implementer(IPolicyForHTTPS)
class _OneHost:
    """TLS with the host of one address; redirects are not followed, so there is no other."""

    def __init__(self, url: str, authorities: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https" and parts.hostname
        self._tls = verifying(parts.hostname or "", authorities) if secure else None

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        return self._tls


class Requests:
    """``reactor`` looks names up and connects; ``policy`` says whose certificates are believed;
    ``seconds`` for a request as a whole; ``agent`` is what chatd calls itself."""

    def __init__(self, reactor: Any, clock: Clock, policy: Any, seconds: float, agent: str) -> None:
        self._reactor = reactor
        self._clock = clock
        self._seconds = seconds
        self._name = agent
        self._pool: Any = HTTPConnectionPool(reactor, persistent=True)
        self._pool.cachedConnectionTimeout = KEPT
        # Sending twice is our own affair: how far we are is recorded.
        self._pool.retryAutomatically = False
        self._agent = Agent(reactor, policy, connectTimeout=seconds, pool=self._pool)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """`NoAnswer` if no status came back in time."""
        response = await self._answered("POST", url, headers, body)
        # However it ends: the status has said everything.
        await self._end(response, _Body(), BODY_SECONDS)
        asked = response.headers.getRawHeaders("retry-after", [None])[0]
        return Answer(response.code, retry_after(asked, self._clock.wall() / 1000))

    async def read(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int
    ) -> tuple[int, bytes]:
        """The status and the body; `NoAnswer` if they do not come in time, or the body has more
        than ``most`` bytes."""
        began = self._reactor.seconds()
        response = await self._answered(method, url, headers, body)
        kept = _Kept(most)
        left = began + self._seconds - self._reactor.seconds()
        await self._end(response, kept, max(0.0, left))
        if not kept.whole:
            raise NoAnswer(f"its answer did not come whole, or has more than {most} bytes")
        return response.code, bytes(kept.content)

    async def _end(self, response: Any, body: _Body, seconds: float) -> None:
        response.deliverBody(body)
        body.ended.addTimeout(seconds, self._reactor)
        with suppress(DeferredTimeout):
            await body.ended

    async def _answered(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Any:
        sent = Headers({name: [value] for name, value in headers.items()})
        sent.setRawHeaders("user-agent", [self._name])
        content = _Content(body) if body else None
        asking = self._agent.request(method.encode("ascii"), url.encode("ascii"), sent, content)
        # Not addTimeout: Twisted wraps the cancelling of a request that was sent, and our own stop
        # would look like a receiver that failed.
        too_late = self._reactor.callLater(self._seconds, asking.cancel)
        try:
            return await asking
        except Exception as error:
            if not too_late.active():
                raise NoAnswer(f"no answer within {self._seconds:g} s") from None
            first = _first(error)
            if isinstance(first, CancelledError):
                raise first from None
            raise NoAnswer(_why(first)) from None
        finally:
            if too_late.active():
                too_late.cancel()

    async def stop(self) -> None:
        """Waits a little for the other ends to let go; a stop does not hang on them."""
        closing = self._pool.closeCachedConnections()
        closing.addTimeout(BODY_SECONDS, self._reactor)
        with suppress(DeferredTimeout):
            await closing


class HttpPoster:
    """Posts JSON to one ``url``; ``authorities`` as in `trust_root`, the rest as in `Requests`."""

    def __init__(
        self, reactor: Any, clock: Clock, url: str, seconds: float, authorities: str, agent: str
    ) -> None:
        self._url = url
        self._requests = Requests(reactor, clock, _OneHost(url, authorities), seconds, agent)

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        sent = {**headers, "content-type": "application/json"}
        return await self._requests.post(self._url, sent, body)

    async def stop(self) -> None:
        await self._requests.stop()


def _first(error: Any) -> BaseException:
    """Twisted wraps what went wrong in lists."""
    reasons = getattr(error, "reasons", None)
    if not reasons:
        return error
    first = reasons[0].value if isinstance(reasons[0], Failure) else reasons[0]
    return _first(first)


def _why(error: BaseException) -> str:
    return tls_failure(error) or str(error)[:200] or type(error).__name__
