"""The whole edge on plain loopback TCP: real bytes, an in-memory store, time moved by the test."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock

from chatd.auth.origins import OriginPolicy
from chatd.auth.passwords import Cost, Passwords
from chatd.chores.deletions import Deletions
from chatd.core.codes import Close
from chatd.core.lookalikes import skeleton
from chatd.edge.build import build_site
from chatd.edge.settings import EdgeSettings
from chatd.engine.accounts import CreateUser
from chatd.engine.unit import Unit
from chatd.parts import ReactorScheduler
from chatd.wire import framing
from tests.fakes.accounts import FakeAccounts

SECONDS = 10.0
PUBLIC = "https://chat.example.org"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455 §1.3
PASSWORD = "correct horse battery"
PAGE = b"<!doctype html><title>chatd</title>" + b"<!-- filling -->" * 100


class Wall:
    """The two clocks, from the reactor's one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return float(self._clock.seconds())

    def wall(self) -> int:
        return 1_700_000_000_000 + round(self._clock.seconds() * 1000)


class EchoSession:
    """Says hello, answers each frame with itself, and remembers what it was told."""

    def __init__(self, principal: Any, wire: Any, address: str) -> None:
        self.principal, self.wire, self.address = principal, wire, address
        self.told: list[Any] = []
        self.frames: list[bytes] = []

    def opened(self) -> None:
        self.wire.write(framing.text(b"hello " + self.principal.name.encode()))

    def frame(self, payload: bytes) -> None:
        if payload == b"fail":
            raise RuntimeError("the session failed on purpose")
        self.frames.append(payload)
        self.wire.write(framing.text(payload))

    def pong(self) -> None:
        self.told.append("pong")

    def control(self) -> None:
        self.told.append("control")

    def drained(self) -> None:
        self.told.append("drained")

    def lost(self) -> None:
        self.told.append("lost")

    def tick(self, now: float) -> None:
        self.told.append("tick")

    def revoked(self, reason: str, code: int = 4501) -> None:
        self.wire.close(Close.SIGNED_OUT, reason)

    def drain(self, retry_after: float) -> None:
        self.wire.close(Close.SERVICE_RESTART, "The server restarts.")


class Peer(Protocol):
    """A client that speaks raw bytes."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.lost: Deferred[str] = Deferred()
        self.gone = False
        self._waiting: list[tuple[Any, Deferred[None]]] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data
        for waiting in tuple(self._waiting):
            if waiting[0](bytes(self.data)):
                self._waiting.remove(waiting)
                waiting[1].callback(None)

    def connectionLost(self, reason: Any = None) -> None:
        self.gone = True
        self.lost.callback(reason.type.__name__)

    def send(self, data: bytes) -> None:
        self.transport.write(data)

    async def until(self, holds: Any) -> bytes:
        """Everything received, once ``holds`` of it."""
        if not holds(bytes(self.data)):
            ready: Deferred[None] = Deferred()
            self._waiting.append((holds, ready))
            await ready.addTimeout(SECONDS, reactor)
        return bytes(self.data)

    async def closed(self) -> bytes:
        if not self.gone:
            waited: Deferred[str] = Deferred()
            self.lost.chainDeferred(waited)
            await waited.addTimeout(SECONDS, reactor)
        return bytes(self.data)

    async def head(self) -> tuple[int, dict[str, list[str]], bytes]:
        """Status, headers by lower-case name, and what has come behind them."""
        data = await self.until(lambda got: b"\r\n\r\n" in got)
        head, _, rest = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        return int(status.split()[1]), headers, rest

    async def response(self) -> Answer:
        status, headers, _ = await self.head()
        size = int(headers.get("content-length", ["0"])[0])
        data = await self.until(lambda got: len(got.partition(b"\r\n\r\n")[2]) >= size)
        body = data.partition(b"\r\n\r\n")[2]
        del self.data[:]
        return Answer(status, headers, body[:size])


class Answer:
    def __init__(self, status: int, headers: dict[str, list[str]], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def cookie(self) -> str:
        """The pair to send back."""
        return self.headers["set-cookie"][0].partition(";")[0]


class Rig:
    def __init__(
        self,
        *,
        store: Any = None,
        real_time: bool = False,
        ui: dict[str, bytes] | None = None,
        mailer: Any = None,
        vouching: Any = None,
        parties: Any = None,
        bodies: Any = None,
        chat: Any = None,
        **settings: Any,
    ) -> None:
        self.clock = Clock()
        self.store = store or FakeAccounts()
        self.sessions: list[EchoSession] = []
        self.wall = Wall(self.clock)
        self.not_ready: dict[str, str] = {}
        self._serial = itertools.count(1)
        self._peers: list[Peer] = []
        self.edge = build_site(
            reactor if real_time else self.clock,
            settings=EdgeSettings(**{"public_url": PUBLIC, **settings}),
            store=self.store,
            passwords=Passwords(lambda run: succeed(run()), cost=Cost(memory_kib=8, passes=1)),
            origins=OriginPolicy(["https://shop.example.net"], PUBLIC),
            make_session=self.make_session,
            clock=self.wall,
            scheduler=ReactorScheduler(reactor if real_time else self.clock),
            random=self.random,
            keys=(b"k" * 32,),
            ui={"index.html": PAGE, "js/main.js": b"export {};", **(ui or {})},
            protocol_text=lambda: b"# The protocol\n",
            protocol_schema=lambda: b"{}",
            in_thread=lambda call: succeed(call()),
            not_ready=lambda: self.not_ready,
            mailer=mailer,
            deletions=Deletions(self.store, self.wall, self.random),
            vouching=vouching,
            parties=parties,
            bodies=bodies,
            chat=chat,
        )
        self.port = reactor.listenTCP(0, self.edge.site, interface="127.0.0.1")

    def random(self, count: int) -> bytes:
        return hashlib.shake_256(next(self._serial).to_bytes(8, "big")).digest(count)

    def make_session(self, principal: Any, wire: Any, address: str) -> EchoSession:
        session = EchoSession(principal, wire, address)
        self.sessions.append(session)
        return session

    async def stop(self) -> None:
        for peer in self._peers:
            if not peer.gone:
                peer.transport.abortConnection()
                await peer.closed()
        await self.port.stopListening()
        # The server's ends see the resets in a later turn.
        for _ in range(100):
            if not self.clock.getDelayedCalls():
                break
            turn: Deferred[None] = Deferred()
            reactor.callLater(0, turn.callback, None)
            await turn
        left = [str(call) for call in self.clock.getDelayedCalls()]
        assert left == [], "timers of connections that are gone"
        assert len(self.edge.connections) == 0

    # People.

    async def person(self, name: str = "alice", *, admin: bool = False) -> str:
        user = f"u{name:0>11}"
        hashed = await Passwords(
            lambda run: succeed(run()), cost=Cost(memory_kib=8, passes=1)
        ).hash(PASSWORD)
        change = CreateUser(user, name, skeleton(name), name, hashed, admin, 0)
        await self.store.commit(Unit(actor=user, changes=(change,)))
        return user

    async def token(self, user: str, lifetime_ms: int | None = None) -> str:
        issued = await self.edge.credentials.new_token(user, "test", lifetime_ms, asker=None)
        return issued.secret

    async def session(self, user: str) -> str:
        """The Cookie header of a new login session."""
        return "__Host-chatd=" + (await self.edge.credentials.new_session(user)).secret

    # Talking.

    async def peer(self, port: int | None = None) -> Peer:
        peer = Peer()
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", port or self.port.getHost().port)
        await connectProtocol(endpoint, peer).addTimeout(SECONDS, reactor)
        peer.transport.setTcpNoDelay(True)
        self._peers.append(peer)
        return peer

    async def call(
        self, method: str, path: str, body: Any = None, peer: Peer | None = None, **headers: str
    ) -> Answer:
        """One request; header names with _ for -."""
        peer = peer or await self.peer()
        lines = [f"{method} {path} HTTP/1.1", "Host: chat.example.org"]
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        peer.send("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
        return await peer.response()

    async def open(self, *, extra: bytes = b"", peer: Peer | None = None, **headers: str) -> Peer:
        """An open WebSocket; what it received so far is thrown away."""
        peer = peer or await self.peer()
        peer.send(handshake(**headers) + extra)
        status, _, _ = await peer.head()
        assert status == 101, bytes(peer.data)
        await peer.until(lambda got: b"hello" in got)
        del peer.data[: peer.data.index(b"\r\n\r\n") + 4]
        return peer


def handshake(**headers: str | None) -> bytes:
    """A good one; headers replace those of the same name, None leaves one out."""
    lines: dict[str, str | None] = {
        "Host": "chat.example.org",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
    return f"GET /ws HTTP/1.1\r\n{text}\r\n".encode("latin-1")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> bytes:
    """A masked client frame (RFC 6455 §5.2); the mask is zero, so the payload stays readable."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    return bytes([(0x80 if fin else 0) | rsv << 4 | opcode]) + length + b"\0\0\0\0" + payload


def text(payload: bytes) -> bytes:
    return frame(1, payload)


def close_code(data: bytes) -> int | None:
    """The code of the close frame in what a server sent."""
    at = 0
    while at + 2 <= len(data):
        opcode, size = data[at] & 0x0F, data[at + 1]
        at += 2
        if size == 126:
            size = int.from_bytes(data[at : at + 2], "big")
            at += 2
        if opcode == 8:
            return int.from_bytes(data[at : at + 2], "big") if size else None
        at += size
    return None


async def refused(rig: Rig, request: bytes, status: int, code: str) -> Any:
    """The answer to a handshake that is refused so."""
    peer = await rig.peer()
    peer.send(request)
    answer = await peer.response()
    assert (answer.status, answer.json["code"]) == (status, code), answer.json
    assert answer.headers["server"] == ["chatd"]
    return answer
