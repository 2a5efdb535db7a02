"""A server on loopback, with a certificate of a local authority, that does as told."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from twisted.internet import reactor as the_reactor
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from chatd.admin import local_ca

reactor: Any = the_reactor
#: Far beyond any honest wait, in seconds.
SECONDS = 20.0

#: What is done with one request: its answer as `render` gives it.
Behaviour = Callable[[Request], Any]


def status(code: int, **headers: str) -> Behaviour:
    def behave(request: Request) -> bytes:
        request.setResponseCode(code)
        for name, value in headers.items():
            request.setHeader(name.replace("_", "-"), value)
        return b"" if code in (201, 204) else b"so it is\n"

    return behave


def hangs(request: Request) -> int:
    return NOT_DONE_YET


Got = TypeVar("Got")


class Loopback(Resource, Generic[Got]):
    """``plan`` holds what is done with the next requests, `got` what came in them, and ``lost``
    counts connections that ended."""

    isLeaf = True

    def __init__(self, authority: Path) -> None:
        super().__init__()
        self.got: list[Got] = []
        self.plan: list[Behaviour] = []
        self.lost = 0
        self.connections: set[Any] = set()
        self._issued = local_ca.ensure(authority, ["localhost"], datetime.now(UTC))
        self._port: IListeningPort | None = None
        self._number = 0
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    @property
    def authority(self) -> Path:
        return self._issued.authority

    @property
    def origin(self) -> str:
        return f"https://localhost:{self._number}"

    def start(self) -> Self:
        """At a port of its own choice, and at the same one each further time."""
        context = ssl.DefaultOpenSSLContextFactory(
            str(self._issued.key), str(self._issued.certificate)
        )
        site = _Site(self)
        site.noisy = False
        self._port = reactor.listenSSL(self._number, site, context, interface="127.0.0.1")
        assert self._port is not None
        self._number = self._port.getHost().port
        return self

    async def stop(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await port.stopListening()
        for connection in tuple(self.connections):
            connection.abortConnection()
        await self.until(lambda: not self.connections)

    def took(self, got: Got, request: Request, otherwise: Behaviour) -> Any:
        """Notes what came; the answer by the plan, or ``otherwise``."""
        self.got.append(got)
        behave = self.plan.pop(0) if self.plan else otherwise
        answer = behave(request)
        self.changed()
        return answer

    # Waiting.

    async def until(self, wanted: Callable[[], bool], seconds: float = SECONDS) -> None:
        if not wanted():
            waiting: Deferred[None] = Deferred()
            self._waiting.append((wanted, waiting))
            await waiting.addTimeout(seconds, reactor)

    async def count(self, number: int) -> list[Got]:
        await self.until(lambda: len(self.got) >= number)
        return self.got

    def changed(self) -> None:
        """Looks again at what is waited for."""
        waiting, self._waiting = self._waiting, []
        for wanted, each in waiting:
            if not wanted():
                self._waiting.append((wanted, each))
            elif not each.called:
                # Not in the middle of an answer.
                reactor.callLater(0, each.callback, None)


class _Site(Site):
    def __init__(self, server: Loopback[Any]) -> None:
        super().__init__(server)
        self._server = server

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        server = self._server
        made, before = channel.makeConnection, channel.connectionLost

        def begins(transport: Any) -> None:
            server.connections.add(transport)
            channel.ours = transport
            made(transport)

        def lost(reason: Any) -> None:
            server.connections.discard(channel.ours)
            server.lost += 1
            before(reason)
            server.changed()

        channel.makeConnection, channel.connectionLost = begins, lost
        return channel
