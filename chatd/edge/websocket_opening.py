"""A WebSocket that is open at once, as Autobahn's own opening handshake would have left it.

Autobahn's way parses the request a second time and answers it through a chain of Deferreds: a
quarter of the processor time of a whole connect (1,500 µs), for a request in which `handshake` has
already checked everything. This rests on the internals of Autobahn 26.10.2 (`_connectionMade`,
`processHandshake` and `succeedHandshake` in autobahn/websocket/protocol.py); a test takes both ways
and compares every byte and every attribute.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from autobahn.twisted.websocket import WebSocketServerProtocol
from autobahn.websocket.protocol import TrafficStats
from autobahn.websocket.utf8validator import Utf8Validator

from chatd.edge.handshake import Offer

#: Appended to the key before it is hashed, RFC 6455 §1.3.
_MAGIC: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def switching(offer: Offer, extension: str = "") -> bytes:
    """The answer that accepts an offer (RFC 6455 §4.2.2), as Autobahn writes it; with ``extension``
    if one is agreed on."""
    accept = b64encode(hashlib.sha1(offer.key.encode() + _MAGIC).digest())  # noqa: S324
    agreed = b"Sec-WebSocket-Protocol: %b\r\n" % offer.subprotocol.encode()
    extended = b"Sec-WebSocket-Extensions: %b\r\n" % extension.encode()
    return (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Server: chatd\r\n"
        b"Upgrade: WebSocket\r\n"
        b"Connection: Upgrade\r\n"
        b"%b"
        b"Sec-WebSocket-Accept: %b\r\n"
        b"%b"
        b"\r\n" % (agreed if offer.subprotocol else b"", accept, extended if extension else b"")
    )


class _Validator:
    """Autobahn's UTF-8 check, held only while a message is coming in.

    Making one takes as long as a whole frame (20 µs), so they are reused.
    """

    def __init__(self) -> None:
        self._free: list[Utf8Validator] = []

    def __get__(self, socket: Any, owner: type) -> Any:
        if socket is None:
            return self
        made = socket.validator
        if made is None:
            made = socket.validator = self._free.pop() if self._free else Utf8Validator()
        return made

    def give_back(self, socket: Any) -> None:
        """At the end of a message; Autobahn resets it at the beginning of the next."""
        made, socket.validator = socket.validator, None
        if made is not None:
            self._free.append(made)


VALIDATOR: Final = _Validator()


class _Whole:
    """Stands in for Autobahn's decompressor, one for all: the parts of a message are kept as they
    come, within the bound for a message, and `ChatSocket` inflates it once it is whole.

    Autobahn's own would keep 40 KiB of state for a peer that trickles, and its output as well.
    """

    EXTENSION_NAME = "permessage-deflate"

    def start_decompress_message(self) -> None:
        pass

    def decompress_message_data(self, data: bytes, max_output_len: int | None = None) -> bytes:
        return data

    def end_decompress_message(self) -> None:
        pass


WHOLE: Final = _Whole()

#: Attributes of the class: an open connection carries none of them unless they change.
AS_OPENED: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "trackedTimings": None,
        "trafficStats": TrafficStats(),  # nobody reads it, so one for all will do
        "state": WebSocketServerProtocol.STATE_OPEN,
        "send_state": WebSocketServerProtocol.SEND_STATE_GROUND,
        "send_queue": (),  # for writes in pieces, which are not used
        "triggered": False,
        "utf8validator": VALIDATOR,
        "wasMaxFramePayloadSizeExceeded": False,
        "wasMaxMessagePayloadSizeExceeded": False,
        "closedByMe": False,
        "failedByMe": False,
        "droppedByMe": False,
        "wasClean": False,
        "wasNotCleanReason": None,
        "wasServerConnectionDropTimeout": False,
        "wasOpenHandshakeTimeout": False,
        "wasCloseHandshakeTimeout": False,
        "wasServingFlashSocketPolicyFile": False,
        "localCloseCode": None,
        "localCloseReason": None,
        "remoteCloseCode": None,
        "remoteCloseReason": None,
        "openHandshakeTimeoutCall": None,
        "closeHandshakeTimeoutCall": None,
        "autoPingTimeoutCall": None,
        "autoPingPending": None,
        "autoPingPendingCall": None,
        "autoPingPendingSeq": 0,
        "autoPingPendingSent": None,
        "websocket_version": 13,
        "websocket_extensions_in_use": (),
    }
)


class Behind:
    """The wire of a WebSocket whose 101 is not yet written: the first write takes it along.

    Saves one TLS record, one system call and one packet: 25 µs of a connect.
    """

    __slots__ = ("_head", "_wire")

    def __init__(self, wire: Any, head: bytes) -> None:
        self._wire = wire
        self._head = head

    def write_now(self, data: bytes) -> None:
        head, self._head = self._head, b""
        self._wire.write_now(head + data)

    def offer(self, data: bytes) -> bool:
        if self.unsent():
            return False
        self.write_now(data)
        return True

    def lend(self, borrower: Any) -> None:
        """Nothing goes past the 101."""

    def recall(self) -> None:
        pass

    def unsent(self) -> int:
        unsent: int = self._wire.unsent()
        return unsent

    def kernel_unsent(self) -> int:
        unsent: int = self._wire.kernel_unsent()
        return unsent

    def overtake(self) -> Any:
        """The wire itself, with the 101 written in any case."""
        if self._head:
            self.write_now(b"")
        return self._wire
