"""One HTTP connection: twisted.web's parser with limits and deadlines that cannot be stretched.

Twisted's own timeout is for silence: a header line every few seconds holds a connection for ever.
Here a request must have its headers, and then its body, by a fixed moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.http_headers import Headers

from chatd.core.refusal import Refusal
from chatd.edge.answers import Declined, declined, phrase
from chatd.edge.door import authenticated, seat_of
from chatd.edge.large_bodies import SMALL
from chatd.edge.request import ChatRequest, checked_path

if TYPE_CHECKING:
    from chatd.edge.site import ChatSite, TakeIn


#: How long a peer that gives way to a newcomer may take to let go, in seconds. Its place is already
#: taken, so what it still holds comes on top of the limits.
HURRY = 0.5
#: This much of a refused body is read first: a peer that sends blindly sees the answer only then.
THROWN_AWAY = 2**26
#: The slowest a body taken in piece by piece may come, in bytes a second.
SLOWEST = 16_384
#: Most digits of a Content-Length: a petabyte has no more.
LENGTH_DIGITS = 16


class Channel(http.HTTPChannel):
    site: ChatSite
    transport: Any
    timeOut = None  # the deadlines below take its place

    _deadline: IDelayedCall | None = None
    _between = True  # no byte of the next request has come yet
    _refused = False
    _large: str | None = None  # where a large body that is under way comes from
    _successor: Protocol | None = None
    #: whether "100 Continue" was asked for; None if it is sent at once
    _continuing: bool | None = None
    #: whether it is known who sends the body that is under way
    _sender_known = False
    #: how the next request was refused, if that was decided before it came here
    decided: Failure | None = None

    def connectionMade(self) -> None:
        settings = self.site.settings
        self.maxHeaders = settings.headers
        self.totalHeadersSize = self.MAX_LENGTH = settings.header_bytes
        super().connectionMade()
        self._arm(settings.header_seconds, self.too_slow)
        seat_of(self.transport).handed_on(self.give_way)

    # Reading.

    def dataReceived(self, data: bytes) -> None:
        if self._refused:
            return
        if self._between and data:
            self._between = False
            self._arm(self.site.settings.header_seconds, self.too_slow)
        try:
            super().dataReceived(data)
        except Exception:
            if self._successor is not None or self.transport is None:
                raise
            self._stumbled()

    def lineReceived(self, line: bytes) -> None:
        if self._refused:
            return
        if line[:1] in (b" ", b"\t"):
            # A folded header line: obsolete, and read differently by different programs
            # (RFC 9112 §5.2).
            self.refuse(_NOT_HTTP)
            return
        self._receivedHeaderSize += len(self.delimiter)
        super().lineReceived(line)

    def _maybeChooseTransferDecoder(self, header: bytes, data: bytes) -> bool:
        if header == b"Content-Length" and len(data) > LENGTH_DIGITS:
            # Not even parsed: `int` raises beyond 4,300 digits.
            self.refuse(_MUCH_TOO_LONG if data.isdigit() else _NOT_HTTP)
            return False
        chosen: bool = super()._maybeChooseTransferDecoder(header, data)
        return chosen

    def rawDataReceived(self, data: bytes) -> None:
        if self._successor is not None:
            self._successor.dataReceived(data)
        elif not self._refused:
            super().rawDataReceived(data)

    def lineLengthExceeded(self, line: bytes) -> None:
        self.refuse(_TOO_MUCH)

    def allHeadersReceived(self) -> None:
        self._continuing = None
        try:
            taken = self._check_body()
        except Declined as why:
            self.refuse(why)
            return
        if taken is not None:
            self._continuing = False
        super().allHeadersReceived()
        self._arm(self.site.settings.body_seconds, self.too_slow)
        if taken is not None:
            self._begin(*taken)

    def _check_body(self) -> tuple[str, TakeIn] | None:
        """Before a byte of the body is read, and before "100 Continue" asks for it. The path and
        what takes it in, if that happens piece by piece."""
        if self.length is None:
            raise Declined(411, "length-required", "Send the body with a Content-Length.")
        if self.length:
            path = checked_path(self._command, self._path, self.site.settings.most_of(self._path))
            route = self.site.route(self._command.decode("ascii"), path)
            if route is not None and route.intake is not None:
                return path, route.intake
            most = 0 if route is None else route.body
            if self.length > most:
                raise Declined(413, "too-large", f"A body has at most {most} bytes here.")
            if self.length > SMALL:
                self._take_large()
        return None

    def _begin(self, path: str, intake: TakeIn) -> None:
        self._sender_known = False
        request = self.requests[-1]
        request.method, request.uri, request.clientproto = self._command, self._path, self._version
        try:
            request.begun = self.site.begin(request, path, intake)
        except Declined as why:
            self.refuse(why)

    def _send100Continue(self) -> None:
        if self._continuing is None:
            super()._send100Continue()
        else:
            self._continuing = True

    # For a body taken in piece by piece.

    def pause_reading(self) -> None:
        if self.transport is not None and not self._refused:
            self._networkProducer.pauseProducing()

    def resume_reading(self) -> None:
        if self.transport is not None and not self._refused:
            self._networkProducer.resumeProducing()

    def body_wanted(self) -> None:
        if self._refused or self._handlingRequest:
            return
        if self._continuing:
            super()._send100Continue()
        # Long enough for whoever has a slow line, and no longer.
        seconds = self.site.settings.body_seconds + (self.length or 0) / SLOWEST
        self._arm(seconds, self.too_slow)

    def refused_at_once(self, why: BaseException) -> bool:
        """If its sender is unknown, or it is beyond all bounds."""
        if isinstance(why, Declined | Refusal) and not (
            self._sender_known and (self.length or 0) <= THROWN_AWAY
        ):
            self.refuse(why)
        return self._refused

    def _take_large(self) -> None:
        address = self.getPeer().host
        if not self.site.large_bodies.take(address):
            raise Declined(503, "busy", "Too much is being uploaded just now.", retry_after=2)
        self._large = address

    def _give_back_large(self) -> None:
        address, self._large = self._large, None
        if address is not None:
            self.site.large_bodies.give_back(address)

    def allContentReceived(self) -> None:
        self._disarm()
        # Not before: a request that is only begun costs its sender nothing and would keep a place.
        seat_of(self.transport).busy()
        super().allContentReceived()

    def requestDone(self, request: ChatRequest) -> None:
        self._between = True
        self._give_back_large()
        seat_of(self.transport).idle()
        if not self._refused:
            self._arm(self.site.settings.idle_seconds, self._leave)
        super().requestDone(request)

    def raise_decided(self) -> None:
        """Raises the refusal, once, if the request in hand met one before it came here."""
        decided, self.decided = self.decided, None
        if decided is not None:
            decided.raiseException()

    def known(self) -> None:
        """A request on this connection has proven who sent it."""
        self._sender_known = True
        authenticated(self.transport)

    # Refusing what is no request.

    def _respondToBadRequestAndDisconnect(self) -> None:
        over = (
            self._receivedHeaderSize > self.totalHeadersSize
            or self._receivedHeaderCount > self.maxHeaders
        )
        self.refuse(_TOO_MUCH if over else _NOT_HTTP)

    def _stumbled(self) -> None:
        """In an except clause. Outside, Twisted would cut the connection and write a traceback for
        each; a stranger could cause a thousand a second."""
        self.site.note_fault(self.getPeer())
        self.refuse(_NOT_HTTP)

    def refuse(self, why: Declined | Refusal) -> None:
        """Answer and close, whatever of the request is still to come."""
        if self._refused:
            return
        self._refused = True
        response = declined(why, self.site.prefix)
        self.site.note_refusal("-", "-", self.getPeer(), response.status, why.code)
        headers = Headers()
        for name, value in (*self.site.standing, *response.headers):
            headers.setRawHeaders(name, [value])
        headers.setRawHeaders("Content-Type", [response.type])
        headers.setRawHeaders("Content-Length", [str(len(response.body))])
        headers.setRawHeaders("Connection", ["close"])
        self.writeHeaders(b"HTTP/1.1", b"%d" % response.status, phrase(response.status), headers)
        self.transport.write(response.body)
        self._leave()

    # Deadlines.

    def _arm(self, seconds: float, then: Any) -> None:
        self._disarm()
        self._deadline = self.site.reactor.callLater(seconds, self._due, then)

    def _disarm(self) -> None:
        timer, self._deadline = self._deadline, None
        if timer is not None:
            timer.cancel()

    def _due(self, then: Any) -> None:
        self._deadline = None
        then()

    def too_slow(self) -> None:
        self.refuse(Declined(408, "too-slow", "The request did not arrive in time."))

    def _leave(self) -> None:
        """Close, and do not wait long for a peer that does not take what is still to be sent."""
        self._close_within(self.site.settings.grace_seconds)

    def give_way(self) -> None:
        self._close_within(HURRY)

    def _close_within(self, seconds: float) -> None:
        self._refused = True
        if self.transport is not None:
            self._arm(seconds, self.transport.abortConnection)
            self.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._disarm()
        self._give_back_large()
        super().connectionLost(reason)

    # Another protocol takes over.

    def give_up(self, successor: Protocol) -> bytes:
        """Bytes that came after the request; from now on this channel only passes on what it is in
        the middle of receiving."""
        self._disarm()
        left = b"".join(self._dataBuffer)
        self._dataBuffer = []
        self.requests.clear()
        self._successor = successor
        return left


_TOO_MUCH = Declined(431, "headers-too-large", "The headers of this request are too large.")
_MUCH_TOO_LONG = Declined(413, "too-large", "Nothing takes a body of that length here.")
_NOT_HTTP = Declined(400, "bad-request", "This is no valid HTTP/1.1 request.")
