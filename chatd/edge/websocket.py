"""One WebSocket: Autobahn parses the frames, a session thinks, the transport writes.

What a session sends goes straight to the transport, already framed; control frames and the closing
handshake stay Autobahn's. The only decision made here is how much of a bad peer is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.protocol import WebSocketProtocol
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.core.bucket import Bucket
from chatd.core.codes import Close, reason
from chatd.core.principal import Principal
from chatd.edge.handshake import Offer
from chatd.edge.plain import wire_transport
from chatd.edge.plain_frame import plain_text
from chatd.edge.websocket_opening import VALIDATOR, WHOLE, Behind, switching
from chatd.wire.deflate import TooLong, inflate
from chatd.wire.frames import Limits

if TYPE_CHECKING:
    from chatd.edge.sockets import SocketFactory

log = Logger()

OPEN = WebSocketServerProtocol.STATE_OPEN


class Session(Protocol):
    """One connection's conversation. ``drained``: what `unsent` counted is now with the kernel."""

    @property
    def open_rooms(self) -> Collection[str]: ...
    def tap(self, ear: Any) -> bool: ...
    def untap(self) -> None: ...
    def opened(self) -> None: ...
    def frame(self, payload: bytes) -> None: ...
    def pong(self) -> None: ...
    def control(self) -> None: ...
    def drained(self) -> None: ...
    def lost(self) -> None: ...
    def tick(self, now: float) -> None: ...
    def drain(self, retry_after: float) -> None: ...
    def revoked(self, reason: str, code: Close = ...) -> None: ...
    def renewed(self, expires: int) -> None: ...
    def limits_changed(self, limits: Limits) -> None: ...


MakeSession = Callable[[Principal, Any, str], Session]


class Quiet:
    """Autobahn's log: it reports every bad peer as a warning, which is our journal's business."""

    def debug(self, *_: Any, **__: Any) -> None:
        pass

    trace = info = warn = error = failure = critical = debug


class Unheard:
    """Stands in for Autobahn's `is_open` and `is_closed`: nobody listens to them here."""

    def callback(self, _: Any) -> None:
        pass


class ChatSocket(WebSocketServerProtocol):
    """The wire that a session writes to. ``principal`` and ``id`` never change."""

    # What every open connection has, Autobahn's and ours: 0.2 KiB as slots, 1.6 as a dict. The rest
    # are attributes of the class (`websocket_opening`, `sockets`) unless they change.
    __slots__ = (
        "_control",
        "_fragments",
        "_isMessageCompressed",
        "_perMessageCompress",
        "address",
        "connected",
        "control_frame_data",
        "current_frame",
        "current_frame_masker",
        "data",
        "frame_data",
        "frame_length",
        "id",
        "inside_message",
        "message_data",
        "message_data_total_length",
        "message_is_binary",
        "peer",
        "principal",
        "session",
        "transport",
        "utf8validateIncomingCurrentMessage",
        "utf8validateLast",
        "validator",
        "websocket_protocol_in_use",
        "wire",
    )
    maxFramePayloadSize: int
    maxMessagePayloadSize: int
    transport: Any
    message_data: Any
    current_frame: Any
    localCloseCode: Any
    send_queue: Any
    log = Quiet()
    is_open = is_closed = Unheard()
    factory: SocketFactory
    session: Session | None
    wire: Any  # the transport, or what stands in for it until the 101 is written

    _control: Bucket | None
    _isMessageCompressed: bool
    _perMessageCompress: Any
    _closing_since: float | None = None
    _deaf = False
    _transport_details: Any = None

    def __init__(self, principal: Principal, address: str, id: str) -> None:
        # Autobahn's own __init__ makes two Deferreds and an event table that nobody would use.
        self.principal = principal
        self.id = id
        self.address = self.peer = address
        self.session = self.validator = self._control = self._perMessageCompress = None
        self._fragments = 0
        # As it leaves them after its handshake, and after each message.
        self.data = b""
        self.inside_message = False
        self.current_frame = self.current_frame_masker = self.message_data = None

    # Twisted calls.

    def connectionMade(self) -> None:
        self.factory.countConnections += 1

    def dataReceived(self, data: bytes) -> None:
        if self._deaf:
            return
        if not self.data and not self.inside_message and self.current_frame is None:
            at, most = 0, self.maxFramePayloadSize
            inflates = self._perMessageCompress is not None
            while self.state == OPEN and (found := plain_text(data, at, most, inflates)):
                message, at = found
                self._take(message)
                if at == len(data):
                    return
            data = data[at:]
        self._dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        # Skips the server's part of Autobahn's, which counts, and makes two texts for its log.
        self.factory.countConnections -= 1
        WebSocketProtocol._connectionLost(self, reason)  # type: ignore[arg-type]

    # Called by whoever has checked the handshake.

    def open(self, offer: Offer) -> None:
        """Accept the offer, once the transport is ours: see `websocket_opening`."""
        wire = wire_transport(self.transport)
        self.websocket_protocol_in_use = offer.subprotocol or None
        extension = offer.extension if self.factory.settings.deflate else ""
        if extension:
            self._perMessageCompress = WHOLE
        self.wire = behind = Behind(wire, switching(offer, extension))
        self.factory.opened(self)
        try:
            self.session = self.factory.make_session(self.principal, self, self.address)
            wire.on_drain = self._drained
            self.session.opened()
        except Exception:
            self._our_fault("opening")
        finally:
            self.wire = behind.overtake()

    # Autobahn calls.

    def sendData(self, data: bytes, sync: bool = False, chopsize: int | None = None) -> None:
        """Control frames take the session's way, so that nothing overtakes anything."""
        self.wire.write_now(data)

    def sendCloseFrame(self, *arguments: Any, **more: Any) -> None:
        super().sendCloseFrame(*arguments, **more)
        self.wire.recall()  # nothing goes out after it

    def _drained(self) -> None:
        if self.session is not None:
            self._tell(self.session.drained)

    def _onMessageBegin(self, isBinary: bool) -> None:
        self._fragments = 0
        self.onMessageBegin(isBinary)
        if isBinary:
            self._fail_connection(Close.UNSUPPORTED_DATA, "send text frames, not binary ones")
        if self._isMessageCompressed:
            self.utf8validateIncomingCurrentMessage = False  # what comes is not yet the text

    def _onMessageFrameBegin(self, length: int) -> None:
        self._fragments += 1
        if self._fragments > self.factory.settings.fragments:
            self._cut_off("too many fragments in one message")
        self.onMessageFrameBegin(length)

    def _onMessageEnd(self) -> None:
        parts, self.message_data = self.message_data, None
        self.current_frame_masker = None
        VALIDATOR.give_back(self)
        if not self.failedByMe and self.state == OPEN:
            message = parts[0] if len(parts) == 1 else b"".join(parts)
            if self._isMessageCompressed:
                self._take_deflated(message)
            else:
                self._take(message)

    def _take_deflated(self, data: bytes) -> None:
        try:
            message = inflate(data, self.maxMessagePayloadSize)
            message.decode()
        except TooLong as why:
            self._fail_connection(Close.MESSAGE_TOO_BIG, f"the message is too long: {why}")
        except UnicodeDecodeError:
            self._fail_connection(Close.INVALID_PAYLOAD, "the message is not UTF-8")
        except ValueError as why:
            self._fail_connection(Close.INVALID_PAYLOAD, f"the message does not inflate: {why}")
        else:
            self._take(message)

    def _take(self, message: bytes) -> None:
        if self.session is None:
            return
        try:
            self.session.frame(message)
        except Exception:
            self._our_fault("a frame")

    def _onPing(self, payload: bytes) -> None:
        if self._counted_control():
            self.sendPong(payload)
            self._tell(self.session.control)  # type: ignore[union-attr]

    def _onPong(self, payload: bytes) -> None:
        if self._counted_control():
            self._tell(self.session.pong)  # type: ignore[union-attr]

    def _onClose(self, wasClean: bool, code: int | None, reason: str | None) -> None:
        session, self.session = self.session, None
        self.factory.closed(self)
        if session is not None:
            self._tell(session.lost)

    def _closeConnection(self, abort: bool = False) -> None:
        # A clean end has nothing left to throw away, and a reset could overtake our last frame.
        if abort and not self.wasClean:
            self.transport.abortConnection()
        else:
            self.transport.loseConnection()

    # The session calls.

    @property
    def inflates(self) -> bool:
        """The peer accepts deflated frames (RFC 7692), and may send them."""
        return self._perMessageCompress is not None

    def write(self, data: bytes) -> None:
        """Bytes that are already WebSocket frames. Dropped once the closing handshake has begun."""
        if self.state == OPEN:
            self.wire.write_now(data)

    def offer(self, data: bytes) -> bool:
        return self.wire.offer(data) if self.state == OPEN else True

    def lend(self, borrower: Any) -> None:
        if self.state == OPEN:
            self.wire.lend(borrower)

    def keep(self, data: bytes, sent: int) -> None:
        self.wire.keep(data, sent)

    def unsent(self) -> int:
        return self.wire.unsent()

    def kernel_unsent(self) -> int:
        return self.wire.kernel_unsent()

    def pause_reading(self) -> None:
        self.transport.pauseProducing()

    def resume_reading(self) -> None:
        self.transport.resumeProducing()

    def close(self, code: int, reason_text: str = "") -> None:
        """Starts the closing handshake; a peer that does not join in is cut off by the ticker."""
        if self.state == OPEN:
            self.localCloseCode = code
            self.sendCloseFrame(code, reason(reason_text).encode(), isReply=False)

    def abort(self) -> None:
        self.transport.abortConnection()

    # The service calls.

    @property
    def open_rooms(self) -> Collection[str]:
        """The rooms whose events are sent here."""
        return () if self.session is None else self.session.open_rooms

    def tap(self, ear: Any) -> bool:
        """``ear`` (`session.taps.Ear`) is told of every frame; False if that cannot be."""
        return self.session is not None and self.session.tap(ear)

    def untap(self) -> None:
        if self.session is not None:
            self.session.untap()

    def limits_changed(self, limits: Limits) -> None:
        if self.session is not None:
            self.session.limits_changed(limits)

    def revoke(self, reason: str, code: Close = Close.SIGNED_OUT) -> None:
        """The proof of identity is no longer good, or their address is now blocked."""
        if self.session is not None:
            self.session.revoked(reason, code)

    def renewed(self, expires: int) -> None:
        """The proof of identity is now good until ``expires`` (Unix ms)."""
        if self.session is not None:
            self.session.renewed(expires)

    def drain(self, retry_after: float) -> None:
        """The server stops: the session says when to come back (seconds) and closes."""
        if self.session is not None:
            self.session.drain(retry_after)

    # The ticker calls.

    def tick(self, now: float) -> None:
        if self.state == OPEN:
            if self.session is not None:
                try:
                    self.session.tick(now)
                except Exception:
                    self._our_fault("a tick")
        elif self._closing_since is None:
            self._closing_since = now
            if self.state == self.STATE_CLOSING:
                # A session that stopped reading would never see the peer's part of the handshake.
                self.transport.resumeProducing()
        elif now - self._closing_since >= self.factory.settings.close_seconds:
            self.transport.abortConnection()

    # Enough of a bad peer.

    def _counted_control(self) -> bool:
        """False if the frame is to be ignored."""
        if self.state != OPEN or self.session is None:
            return False
        if self._control is None:
            self._control = Bucket(self.factory.settings.control_frames)
        if self._control.take(1, self.factory.reactor.seconds()):
            self._cut_off("too many pings and pongs")
            return False
        return True

    def _cut_off(self, why: str) -> None:
        """Nothing more of this peer is read: parsing a flood is just what it wants."""
        self._fail_connection(Close.POLICY_VIOLATION, why)
        self._deaf = True
        self.data = b""

    def _tell(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception:
            self._our_fault(what.__name__)

    def _our_fault(self, what: str) -> None:
        log.failure(
            "fault {reference} at {what}, connection {connection} of {user}",
            user=self.principal.user,
            what=what,
            connection=self.id,
            reference=self.id,
        )
        self.close(Close.INTERNAL_ERROR, f"The server made a mistake; tell the operator {self.id}.")
