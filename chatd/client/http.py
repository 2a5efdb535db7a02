"""The few HTTP calls a client makes: log in, log out, set up, register, tickets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool, ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from chatd.client.errors import NotWelcome, pause

#: Answers of the API are small; more than this is not one of them.
MOST = 1 << 20
#: For a whole call, in seconds; a password takes the server a moment to check.
TIMEOUT = 30.0


class Problem(Exception):
    """The server refused a call (RFC 9457): ``status``, ``code``, and a sentence in ``detail``; or
    it sends one elsewhere, to ``location``. ``body`` is its answer, {} if it was not JSON."""

    def __init__(self, status: int, body: dict[str, Any], location: str = "") -> None:
        super().__init__(body.get("detail") or body.get("title") or str(status))
        self.status = status
        self.body = body
        self.location = location
        self.code: str = body.get("code", "")
        self.retry_after = pause(body.get("retry_after"))


@implementer(IBodyProducer)
class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.length = len(content)

    def startProducing(self, consumer: Any) -> Any:
        consumer.write(self.content)
        return succeed(None)

    def stopProducing(self) -> None: ...
    def pauseProducing(self) -> None: ...
    def resumeProducing(self) -> None: ...


class Body(Protocol):
    """Takes in an answer's body. ``whole`` fires once it is there; cancelled, it ends the
    connection."""

    def __init__(self) -> None:
        self.whole: Deferred[Any] = Deferred(lambda _: self.cut())

    def cut(self) -> None:
        # What Twisted hands out can only close, and a peer that does not let go would stay. It lets
        # go of the connection once the answer is over.
        connection = getattr(self.transport, "_producer", None)
        if connection is not None:
            connection.abortConnection()


class _Kept(Body):
    """Keeps it, up to the most an answer may have."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._room = MOST

    def dataReceived(self, data: bytes) -> None:
        self._room -= len(data)
        if self._room >= 0:
            self._parts.append(data)
        else:
            self.cut()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.whole.called:
            return
        if self._room < 0:
            self.whole.errback(ValueError(f"the answer has more than {MOST} bytes"))
        elif reason.check(ResponseDone, ConnectionDone):
            self.whole.callback(b"".join(self._parts))
        else:
            self.whole.errback(reason)


@dataclass(frozen=True, slots=True)
class Login:
    """A login session as a browser holds it: send ``headers`` with a request or a handshake."""

    cookie: str = field(repr=False)
    csrf: str = field(repr=False)
    origin: str
    user: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie}


class Api:
    """The HTTP API of one server. ``url`` is its public URL, with its path if it has one; ``trust``
    as in `connection`."""

    def __init__(self, reactor: IReactorTime, url: str, trust: Any = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise ValueError(f"chatd speaks TLS only, at addresses such as https://host; not {url}")
        self._reactor = reactor
        self.url = url.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        policy = BrowserLikePolicyForHTTPS(trust) if trust else BrowserLikePolicyForHTTPS()
        self._pool = HTTPConnectionPool(reactor, persistent=False)
        self._agent = Agent(reactor, policy, connectTimeout=10, pool=self._pool)

    async def call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The JSON answer and its cookies; `Problem` if the server refuses. TimeoutError, or a
        connection error, if no answer comes."""
        calling = Deferred.fromCoroutine(self._call(method, path, body, headers))
        return await calling.addTimeout(TIMEOUT, self._reactor)

    async def _call(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str] | None
    ) -> tuple[dict[str, Any], dict[str, str]]:
        sent, producer = {"Accept": "application/json", **(headers or {})}, None
        if body is not None:
            sent["Content-Type"] = "application/json"
            producer = _Bytes(json.dumps(body).encode())
        return await self.answer(await self.request(method, path, sent, producer))

    async def request(
        self, method: str, path: str, headers: Mapping[str, str], producer: Any = None
    ) -> Any:
        """The response (`IResponse`), read no further than its head. ``producer`` brings the
        body."""
        sent = {"Origin": self.origin, **headers}
        return await self._agent.request(
            method.encode(),
            (self.url + path).encode(),
            Headers({name: [value] for name, value in sent.items()}),
            producer,
        )

    async def answer(self, response: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """What a response says, as in `call`."""
        body = _Kept()
        response.deliverBody(body)
        try:
            answer = json.loads(await body.whole or b"{}")
        except ValueError:
            answer = {}
        if not isinstance(answer, dict):
            answer = {}
        if response.code >= 300:
            location = response.headers.getRawHeaders("location", [""])[0]
            raise Problem(response.code, answer, location)
        cookies = {}
        for line in response.headers.getRawHeaders("set-cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name.strip()] = value.strip()
        return answer, cookies

    async def login(self, name: str, password: str) -> Login:
        return await self._signed_in("/api/session", {"name": name, "password": password})

    async def setup(self, secret: str, name: str, password: str) -> Login:
        """Makes the first administrator with the secret of the setup link."""
        return await self._signed_in(
            "/api/setup", {"secret": secret, "name": name, "password": password}
        )

    async def register(self, secret: str, name: str, password: str) -> Login:
        """Makes an account with the secret of an invitation."""
        return await self._signed_in(
            "/api/register", {"secret": secret, "name": name, "password": password}
        )

    async def _signed_in(self, path: str, body: dict[str, Any]) -> Login:
        answer, cookies = await self.call("POST", path, body)
        if "second" in answer:
            raise NotWelcome(401, "the account asks for a second step: use a token")
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        state, _ = await self.call("GET", "/api/session", headers={"Cookie": cookie})
        if not state.get("signed_in"):
            raise NotWelcome(401, "the session was not kept")
        return Login(cookie, state["csrf"], self.origin, state["user"], state["name"])

    async def as_user(
        self, login: Login, method: str, path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A call that changes something, with the session's cookie and its CSRF token."""
        answer, _ = await self.call(
            method, path, body, {"Cookie": login.cookie, "X-CSRF-Token": login.csrf}
        )
        return answer
