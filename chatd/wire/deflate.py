"""One message deflated or inflated by itself, as in permessage-deflate (RFC 7692 §7.2).

No context is taken over: nothing in one message helps with the next, so that what is deflated once
is good for everybody, a connection keeps nothing, and no length tells of another message.
"""

import zlib
from typing import Final

#: The window needed to inflate what is deflated here (2 to this power, in bytes). Below 9 zlib
#: deflates for 9; above 12 only a message longer than most gains by it.
WINDOW_BITS: Final = 12
#: Level 6 takes 2 to 3 % more off a text of 1 to 8 KiB, in up to twice the time; for shorter ones
#: they are the same. A small state is made in 3 µs, one for a window of 15 bits in up to 25.
_LEVEL: Final = 1
_MEMORY: Final = 5

#: An empty block, which the sender leaves out and the receiver puts back.
_TAIL: Final = b"\x00\x00\xff\xff"
#: And one more, the last one: it is reached if the message ended with a whole block.
_END: Final = _TAIL + b"\x01\x00\x00\xff\xff"
#: What is left over if the message's own last block was a final one (§7.2.3.5).
_BEHIND_FINAL: Final = b"\x00" + _END


class TooLong(ValueError):
    """The message inflates to more than is accepted."""


class NotDeflated(ValueError):
    """It is not deflated data, or not all of it."""


def deflate(payload: bytes) -> bytes:
    """The payload of a frame with RSV1."""
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -WINDOW_BITS, _MEMORY)
    made = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return made[: -len(_TAIL)]


def inflate(data: bytes, most: int) -> bytes:
    """The message, of at most ``most`` bytes: a longer one is never made."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        message = inflating.decompress(data + _END, most + 1)
    except zlib.error as error:
        raise NotDeflated(str(error)) from None
    if len(message) > most:
        raise TooLong(f"it inflates to more than {most} bytes")
    if not inflating.eof or inflating.unused_data not in (b"", _BEHIND_FINAL):
        raise NotDeflated("it ends within a block, or not where it should")
    return message
