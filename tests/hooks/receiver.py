"""A receiver of webhooks on loopback, with a certificate of a local authority: it does as told."""

import base64
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.task import LoopingCall
from twisted.web.server import NOT_DONE_YET, Request

from tests.hooks.loopback import Loopback, reactor, status

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


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


def drops(request: Request) -> int:
    request.transport.abortConnection()
    return NOT_DONE_YET


def half(request: Request) -> int:
    """200, and the connection is gone in the middle of the body."""
    request.setHeader("content-length", "1000")
    request.write(b"half")
    reactor.callLater(0.05, request.transport.abortConnection)
    return NOT_DONE_YET


def endless(request: Request) -> int:
    """200, and a body that never ends nor stops for long."""
    more = LoopingCall(request.write, bytes(16384))
    more.start(0.001)
    request.notifyFinish().addBoth(lambda _: more.stop())
    return NOT_DONE_YET


def unfinished(request: Request) -> int:
    """200, and a body that neither comes nor ends."""
    request.setHeader("content-length", "1000")
    request.write(b"half")
    return NOT_DONE_YET


class Receiver(Loopback[Got]):
    """Takes webhooks, with 204 for those that ``plan`` says nothing of."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "ca")
        self.folder = folder

    @property
    def url(self) -> str:
        return f"{self.origin}/hook"

    def secret_file(self, secret: str = SECRET, name: str = "hook.key") -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
        return path

    def render_POST(self, request: Request) -> Any:
        headers = {
            name.decode().lower(): values[0].decode()
            for name, values in request.requestHeaders.getAllRawHeaders()
        }
        got = Got(
            headers["webhook-id"],
            int(headers["webhook-timestamp"]),
            tuple(headers["webhook-signature"].split(" ")),
            request.content.read(),
            headers,
        )
        return self.took(got, request, status(204))
