"""A strict push service on loopback: it takes nothing that the RFCs do not allow, and does as told.

Requests that are wrong are answered 400 and noted in `wrong`, which tests hold to be empty.
"""

import json
import re
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.web.server import Request

from tests.hooks.loopback import Loopback, status
from tests.hooks.push.browser import Subscribed

#: RFC 8292 §3: the one form of the header.
AUTHORIZATION = re.compile(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)")


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


class PushService(Loopback[Pushed]):
    """`subscribe` is what a browser does; ``plan`` is for pushes that are right: those that it says
    nothing of get 201. ``wrong``: what was not as the RFCs have it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "push-ca")
        self.wrong: list[str] = []
        self.browsers: dict[str, Subscribed] = {}
        #: the key that each subscription is restricted to (RFC 8292 §4)
        self.keys: dict[str, str] = {}

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
            self.changed()
            return b""
        try:
            pushed = self._checked(name, request)
        except (Wrong, AssertionError, InvalidTag, jwt.PyJWTError, ValueError) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
            request.setResponseCode(400)
            self.changed()
            return b""
        return self.took(pushed, request, status(201, location=f"{self.origin}/m/1"))

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
