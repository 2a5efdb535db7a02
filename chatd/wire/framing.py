"""The few WebSocket frames a session writes itself: whole, final, unmasked, from the server.

A payload for many people is framed once; Autobahn frames only what it says on its own behalf.
"""

from struct import Struct
from typing import Final

from chatd.wire.deflate import deflate

_MEDIUM: Final = Struct("!BBH").pack
_LONG: Final = Struct("!BBQ").pack

# RFC 6455 §5.2: the FIN bit, and the opcodes of a text frame and of a ping; RFC 7692 §6: RSV1.
_TEXT: Final = 0x80 | 0x1
_DEFLATED_TEXT: Final = _TEXT | 0x40

#: A ping without payload (RFC 6455 §5.5.2).
PING: Final = bytes((0x80 | 0x9, 0))


def text(payload: bytes, _first: int = _TEXT) -> bytes:
    """One final text frame around a UTF-8 payload, its length in the shortest form."""
    size = len(payload)
    if size < 126:
        return bytes((_first, size)) + payload
    if size < 1 << 16:
        return _MEDIUM(_first, 126, size) + payload
    return _LONG(_first, 127, size) + payload


def deflated(frame: bytes) -> bytes:
    """The frame for the same text, deflated: only for peers with permessage-deflate."""
    length = frame[1]
    head = 2 if length < 126 else 4 if length == 126 else 10
    return text(deflate(frame[head:]), _DEFLATED_TEXT)
