"""The few HTTP calls a client makes: log in, log out, set up, register, tickets."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.defer import succeed
from twisted.internet.interfaces import IReactorTime
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, HTTPConnectionPool, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from chatd.client.errors import NotWelcome

#: Answers of the API are small; more than this is not one of them.
MOST = 1 << 20


class Problem(Exception):
    """The server refused a call (RFC 9457): ``status``, ``code``, and a sentence in ``detail``."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("detail") or body.get("title") or str(status))
        self.status = status
        self.code: str = body.get("code", "")
        self.retry_after: float | None = body.get("retry_after")


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


@dataclass(frozen=True, slots=True)
class Login:
    """A login session as a browser holds it: send ``headers`` with a request or a handshake."""

    cookie: str
    csrf: str
    origin: str
    user: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie}


class Api:
    """The HTTP API of one server. ``url`` is its public URL, ``trust`` as in `connection`."""

    def __init__(self, reactor: IReactorTime, url: str, trust: Any = None) -> None:
        parts = urlsplit(url)
        assert parts.scheme == "https", "chatd speaks https only"
        self.url = url.rstrip("/")
        self.origin = self.url
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
        """The JSON answer and its cookies; `Problem` where the server refuses."""
        sent = {"Origin": self.origin, "Accept": "application/json", **(headers or {})}
        producer = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            producer = _Bytes(json.dumps(body).encode())
        response = await self._agent.request(
            method.encode(),
            (self.url + path).encode(),
            Headers({name: [value] for name, value in sent.items()}),
            producer,
        )
        content = await readBody(response)
        try:
            answer = json.loads(content) if content and len(content) < MOST else {}
        except ValueError:
            answer = {}
        if response.code >= 400:
            raise Problem(response.code, answer)
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
        _, cookies = await self.call("POST", path, body)
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
