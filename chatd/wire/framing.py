"""The few WebSocket frames a session writes itself: whole, final, unmasked, from the server.

A payload that many people get is framed once; Autobahn frames only what it says on its own behalf.
"""

from struct import Struct
from typing import Final

_MEDIUM: Final = Struct("!BBH").pack
_LONG: Final = Struct("!BBQ").pack

# RFC 6455 §5.2: the FIN bit, and the opcodes of a text frame and of a ping.
_TEXT: Final = 0x80 | 0x1

#: A ping without payload (RFC 6455 §5.5.2).
PING: Final = bytes((0x80 | 0x9, 0))


def text(payload: bytes) -> bytes:
    """One final text frame around a UTF-8 payload, its length in the shortest form."""
    size = len(payload)
    if size < 126:
        return bytes((_TEXT, size)) + payload
    if size < 1 << 16:
        return _MEDIUM(_TEXT, 126, size) + payload
    return _LONG(_TEXT, 127, size) + payload
