"""One HTTP request: strict about its address, plain about everything else.

twisted.web parses; none of its resources, forms, sessions or error pages are used, so their
defaults can surprise nobody.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web import http

from chatd.edge.answers import Ask, Declined, Response, phrase
from chatd.edge.first_read import hand_over
from chatd.edge.forwarded import client_address
from chatd.edge.incoming import Incoming
from chatd.edge.outgoing import Outgoing

if TYPE_CHECKING:
    from chatd.edge.channel import Channel

# None of our addresses needs an escape, and without escapes there is only one way to write each.
_PATH = re.compile(rb"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:/|(?![\s\S])))*(?![\s\S])")
# Except for names of rooms and people, in any script: whole segments (RFC 3986 §3.3) that stay as
# they are until `edge.api` has found out which part is the name.
_NAMING_PATH = re.compile(
    rb"/api/v1(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+(?![\s\S])"
)


def checked_path(method: bytes, uri: bytes, most: int) -> str:
    """The path of a request target in origin form (RFC 9112 §3.2.1); otherwise Declined."""
    if len(uri) > most:
        raise Declined(414, "uri-too-long", f"An address has at most {most} bytes here.")
    if len(method) > LONGEST_METHOD:
        raise Declined(501, "unknown-method", "There is no such method.")
    if method == b"CONNECT":
        raise Declined(405, "method-not-allowed", "This is not a proxy.")
    path = uri.partition(b"?")[0]
    if _PATH.match(path) is None and _NAMING_PATH.match(path) is None:
        raise Declined(400, "bad-address", "The address has characters or parts not used here.")
    return path.decode("ascii")


#: The longest that IANA has registered for HTTP, rounded up; it appears in log lines.
LONGEST_METHOD = 32


class ChatRequest(http.Request):
    channel: Any
    vanished = False
    #: what asks, and its body, if that is read piece by piece
    begun: tuple[Ask, Incoming] | None = None

    def __init__(self, channel: Channel, queued: object = None) -> None:
        super().__init__(channel, False, parsePOSTFormSubmission=False)

    def isSecure(self) -> bool:
        """Always: plain text is spoken only behind a proxy, or in a trial on one machine."""
        return True

    def parseCookies(self) -> None:
        """Left to whoever needs them; most requests do not."""

    def gotLength(self, length: int) -> None:
        self.content: Any = BytesIO()
        self._room = length

    def handleContentChunk(self, data: bytes) -> None:
        """The channel has checked the announced length; nothing beyond it is kept."""
        if self.begun is not None:
            self.begun[1].feed(data)
            return
        self._room -= len(data)
        if self._room >= 0:
            self.content.write(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        self.method, self.uri, self.clientproto = command, path, version
        self.channel.site.serve(self)

    def connectionLost(self, reason: Failure) -> None:
        self.vanished = True
        if self.begun is not None:
            self.begun[1].lost()
        if self.producer is not None:
            self.producer.stopProducing()
        super().connectionLost(reason)

    def ask(self, path: str, proxies: Any) -> Ask:
        headers: dict[str, tuple[str, ...]] = {
            name.decode("latin-1").lower(): tuple(value.decode("latin-1") for value in values)
            for name, values in self.requestHeaders.getAllRawHeaders()
        }
        if self.clientproto == b"HTTP/1.1" and len(headers.get("host", ())) != 1:
            raise Declined(400, "bad-request", "Exactly one Host header is needed.")
        peer = self.client.host
        return Ask(
            method=self.method.decode("ascii"),
            path=path,
            address=client_address(peer, headers.get("x-forwarded-for", ()), proxies),
            headers=headers,
            query=self.uri.partition(b"?")[2].decode("latin-1"),
            body=self.content.getvalue(),
            id=self.channel.site.new_id(),
            prefix=self.channel.site.prefix,
            known=self.channel.known,
        )

    def give_up(self, successor: Protocol) -> bytes:
        """The connection is now the successor's; returns what came after the request."""
        channel = self.channel
        left: bytes = channel.give_up(successor)
        transport, channel.transport = channel.transport, None
        # The channel is still its producer; a WebSocket that wants to be one would fail.
        transport.unregisterProducer()
        hand_over(transport, successor)
        # If much came after the request, the channel has paused it.
        transport.resumeProducing()
        return left

    def answer(self, response: Response, standing: Any) -> None:
        """Write the whole response; nothing happens if the peer has gone meanwhile."""
        stream = response.stream
        if self.vanished or self.finished:
            if stream is not None:
                stream.close()
            return
        self.setResponseCode(response.status, phrase(response.status))
        for name, value in standing:
            self.setHeader(name, value)
        self.setHeader("Date", http.datetimeToString())
        bodiless = response.status in http.NO_BODY_CODES
        if not bodiless:
            self.setHeader("Content-Type", response.type)
            size = len(response.body) if stream is None else stream.size
            self.setHeader("Content-Length", str(size))
        seen: set[str] = set()
        for name, value in response.headers:
            if not value:
                self.responseHeaders.removeHeader(name)
            elif name in seen:
                self.responseHeaders.addRawHeader(name, value)
            else:
                self.setHeader(name, value)
                seen.add(name)
        self.write(b"" if bodiless else response.body)
        if stream is None:
            self.finish()
        elif self.method == b"HEAD":
            stream.close()
            self.finish()
        else:
            Outgoing(self, stream, self.channel.site.reactor).start()
