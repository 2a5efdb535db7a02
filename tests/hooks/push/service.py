"""A strict push service on loopback: it takes nothing that the RFCs do not allow, and does as told.

Requests that are wrong are answered 400 and noted in `wrong`, which tests hold to be empty.
"""

import json
import re
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet import reactor as the_reactor
from twisted.internet import ssl
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request, Site

from chatd.admin import local_ca
from tests.hooks.push.browser import Subscribed

reactor: Any = the_reactor
#: Far beyond any honest wait, in seconds.
SECONDS = 20.0
#: RFC 8292 §3: the one form of the header.
AUTHORIZATION = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)")

#: What is done with one request: its answer as `render` gives it.
Behaviour = Callable[[Request], Any]


class Wrong(Exception):
    """The request is not as the RFCs have it."""


@dataclass(frozen=True)
class Pushed:
    """One push that was right in every way: of which browser, and what is in it."""

    browser: str
    said: dict[str, Any]
    topic: str
    ttl: int
    urgency: str
    subject: str
    key: str
    length: int


def status(code: int, **headers: str) -> Behaviour:
    def behave(request: Request) -> bytes:
        request.setResponseCode(code)
        for name, value in headers.items():
            request.setHeader(name.replace("_", "-"), value)
        return b""

    return behave


def hangs(request: Request) -> int:
    return NOT_DONE_YET


class PushService(Resource):
    """`subscribe` is what a browser does; ``plan`` holds what is done with the next pushes that are
    right, afterwards all get 201. ``answered`` are the statuses given."""

    isLeaf = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.got: list[Pushed] = []
        self.wrong: list[str] = []
        self.plan: list[Behaviour] = []
        self.browsers: dict[str, Subscribed] = {}
        #: the key that each subscription is restricted to (RFC 8292 §4)
        self.keys: dict[str, str] = {}
        self._open: set[Any] = set()
        self._issued = local_ca.ensure(folder / "push-ca", ["localhost"], datetime.now(UTC))
        self._port: IListeningPort | None = None
        self._number = 0
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []

    @property
    def authority(self) -> Path:
        return self._issued.authority

    @property
    def origin(self) -> str:
        return f"https://localhost:{self._number}"

    def start(self) -> "PushService":
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
        for channel in tuple(self._open):
            channel.transport.abortConnection()
        await self.until(lambda: not self._open)

    def subscribe(self, name: str, key: str) -> dict[str, Any]:
        """Fields of `push_subscribe`; pushes are taken from the holder of ``key`` alone."""
        browser = Subscribed()
        self.browsers[name] = browser
        self.keys[name] = key
        return {"endpoint": f"{self.origin}/capability/{name}", **browser.told}

    def forget(self, name: str) -> None:
        """The browser is gone: 404 from now on."""
        del self.browsers[name]

    def render_POST(self, request: Request) -> Any:
        name = request.path.decode().removeprefix("/capability/")
        if name not in self.browsers:
            request.setResponseCode(404)
            self._changed()
            return b""
        try:
            pushed = self._checked(name, request)
        except (Wrong, AssertionError, InvalidTag, jwt.PyJWTError, ValueError) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
            request.setResponseCode(400)
            self._changed()
            return b""
        self.got.append(pushed)
        behave = self.plan.pop(0) if self.plan else status(201, location=f"{self.origin}/m/1")
        answer = behave(request)
        self._changed()
        return answer

    def _checked(self, name: str, request: Request) -> Pushed:
        body = request.content.read()
        if len(body) > 4096:
            raise Wrong(f"{len(body)} bytes, 4096 are the most")
        if _one(request, "content-encoding") != "aes128gcm":
            raise Wrong("Content-Encoding is aes128gcm")
        ttl = _one(request, "ttl")
        if not re.fullmatch(r"\d{1,10}", ttl):
            raise Wrong(f"TTL is {ttl!r}")
        topic = _one(request, "topic")
        if not re.fullmatch(r"[\w-]{1,32}", topic, re.ASCII):
            raise Wrong(f"Topic is {topic!r}")
        urgency = _one(request, "urgency")
        if urgency not in ("very-low", "low", "normal", "high"):
            raise Wrong(f"Urgency is {urgency!r}")
        claims, key = self._vapid(_one(request, "authorization"))
        if key != self.keys[name]:
            raise Wrong("this subscription is for another key")
        said = json.loads(self.browsers[name].opened(body))
        return Pushed(name, said, topic, int(ttl), urgency, claims["sub"], key, len(body))

    def _vapid(self, header: str) -> tuple[dict[str, Any], str]:
        found = AUTHORIZATION.fullmatch(header)
        if found is None:
            raise Wrong(f"Authorization is {header[:20]!r}")
        return verified(found[1], found[2], self.origin, time.time()), found[2]

    # Waiting.

    async def until(self, wanted: Callable[[], bool], seconds: float = SECONDS) -> None:
        if not wanted():
            waiting: Deferred[None] = Deferred()
            self._waiting.append((wanted, waiting))
            await waiting.addTimeout(seconds, reactor)

    async def count(self, number: int) -> list[Pushed]:
        await self.until(lambda: len(self.got) >= number)
        return self.got

    def _changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for wanted, each in waiting:
            if not wanted():
                self._waiting.append((wanted, each))
            elif not each.called:
                # Not in the middle of an answer.
                reactor.callLater(0, each.callback, None)


class _Site(Site):
    def __init__(self, service: PushService) -> None:
        super().__init__(service)
        self._service = service

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        made, before, service = channel.makeConnection, channel.connectionLost, self._service

        def begins(transport: Any) -> None:
            made(transport)
            service._open.add(channel)

        def lost(reason: Any) -> None:
            service._open.discard(channel)
            before(reason)
            service._changed()

        channel.makeConnection, channel.connectionLost = begins, lost
        return channel


def verified(token: str, key: str, origin: str, now: float) -> dict[str, Any]:
    """The claims of a token (RFC 8292 §2) that the key signed, or an exception."""
    point = urlsafe_b64decode(key + "=" * (-len(key) % 4))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims: dict[str, Any] = jwt.decode(
        token,
        public,
        algorithms=["ES256"],
        audience=origin,
        options={"require": ["aud", "exp", "sub"], "verify_exp": False},
    )
    if not now < claims["exp"] <= now + 24 * 3600:
        raise Wrong(f"exp is {claims['exp'] - now:.0f} s away")
    if not claims["sub"].startswith(("mailto:", "https:")):
        raise Wrong(f"sub is {claims['sub']!r}")
    return claims


def _one(request: Request, name: str) -> str:
    values = request.requestHeaders.getRawHeaders(name, [])
    if len(values) != 1:
        raise Wrong(f"{name} is there {len(values)} times")
    return str(values[0])
