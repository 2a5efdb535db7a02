"""A receiver of webhooks on loopback, with a certificate of a local authority: it does as told."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet import reactor as the_reactor
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from chatd.admin import local_ca

reactor: Any = the_reactor
#: Far beyond any honest answer, in seconds.
SECONDS = 15.0
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()

#: What is done with one request; True: it was answered as any other would be, with 204.
Behaviour = Callable[[Request], Any]


@dataclass(frozen=True)
class Got:
    """One request that arrived: whether the signature was right, and by which secret."""

    id: str
    seconds: int
    signatures: tuple[str, ...]
    body: bytes
    headers: dict[str, str]

    @property
    def said(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    def is_signed(self, secret: str = SECRET) -> bool:
        """As a receiver would find out, by means of its own."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = b"%s.%d.%s" % (self.id.encode(), self.seconds, self.body)
        right = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
        return right in self.signatures


def status(code: int, **headers: str) -> Behaviour:
    def behave(request: Request) -> bytes:
        request.setResponseCode(code)
        for name, value in headers.items():
            request.setHeader(name.replace("_", "-"), value)
        return b"" if code == 204 else b"so it is\n"

    return behave


def drops(request: Request) -> int:
    request.transport.abortConnection()
    return NOT_DONE_YET


def hangs(request: Request) -> int:
    return NOT_DONE_YET


def half(request: Request) -> int:
    """200, and the connection is gone in the middle of the body."""
    request.setHeader("content-length", "1000")
    request.write(b"half")
    reactor.callLater(0.05, request.transport.abortConnection)
    return NOT_DONE_YET


def endless(request: Request) -> int:
    """200, and a body that never ends nor stops for long."""

    def more() -> None:
        if not request._disconnected:
            request.write(bytes(16384))
            reactor.callLater(0.001, more)

    more()
    return NOT_DONE_YET


def unfinished(request: Request) -> int:
    """200, and a body that neither comes nor ends."""
    request.setHeader("content-length", "1000")
    request.write(b"half")
    return NOT_DONE_YET


class Receiver(Resource):
    """``plan`` holds what is done with the next requests; afterwards all get 204."""

    isLeaf = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.got: list[Got] = []
        self.plan: list[Behaviour] = []
        self.lost = 0
        self.folder = folder
        self._issued = local_ca.ensure(folder / "ca", ["localhost"], datetime.now(UTC))
        self._port: IListeningPort | None = None
        self._number = 0
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []
        self._open: set[Any] = set()

    @property
    def authority(self) -> Path:
        return self._issued.authority

    @property
    def url(self) -> str:
        return f"https://localhost:{self._number}/hook"

    def secret_file(self, secret: str = SECRET, name: str = "hook.key") -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        return path

    def start(self) -> "Receiver":
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
        for connection in tuple(self._open):
            connection.abortConnection()
        await self.until(lambda: not self._open)

    def render_POST(self, request: Request) -> Any:
        headers = {
            name.decode().lower(): values[0].decode()
            for name, values in request.requestHeaders.getAllRawHeaders()
        }
        self.got.append(
            Got(
                headers["webhook-id"],
                int(headers["webhook-timestamp"]),
                tuple(headers["webhook-signature"].split(" ")),
                request.content.read(),
                headers,
            )
        )
        behave = self.plan.pop(0) if self.plan else status(204)
        answer = behave(request)
        self.changed()
        return answer

    async def until(self, wanted: Callable[[], bool]) -> None:
        if not wanted():
            waiting: Deferred[None] = Deferred()
            self._waiting.append((wanted, waiting))
            await waiting.addTimeout(SECONDS, reactor)

    async def count(self, number: int) -> list[Got]:
        await self.until(lambda: len(self.got) >= number)
        return self.got

    def changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for wanted, each in waiting:
            if not wanted():
                self._waiting.append((wanted, each))
            elif not each.called:
                # Not in the middle of an answer.
                reactor.callLater(0, each.callback, None)


class _Site(Site):
    def __init__(self, receiver: Receiver) -> None:
        super().__init__(receiver)
        self._receiver = receiver

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        receiver = self._receiver
        made, before = channel.makeConnection, channel.connectionLost

        def begins(transport: Any) -> None:
            receiver._open.add(transport)
            channel.ours = transport
            made(transport)

        def lost(reason: Any) -> None:
            receiver._open.discard(channel.ours)
            receiver.lost += 1
            before(reason)
            receiver.changed()

        channel.makeConnection, channel.connectionLost = begins, lost
        return channel
