"""The one frame that needs no parser: a whole text message in one frame, masked, complete.

Nearly everything that clients send is such a frame. Autobahn has a masker, a validator and a call
for each part of a frame, which other shapes need: 7.6 µs for a message of 200 bytes; this takes
1.4. Anything else is left to Autobahn, to understand or to refuse.
"""

from typing import Final

from chatd.wire.deflate import inflate

_WHOLE_TEXT: Final = 0x81  # text, the last fragment, no extension (RFC 6455 §5.2)
_DEFLATED_TEXT: Final = _WHOLE_TEXT | 0x40  # the same with RSV1 (RFC 7692 §6)
_MASKED: Final = 0x80
_TWO_BYTES: Final = 126  # the length follows in two bytes, unless one could hold it
_EIGHT_BYTES: Final = 127


def plain_text(data: bytes, at: int, most: int, inflates: bool) -> tuple[bytes, int] | None:
    """The message whose frame begins at ``at``, unmasked, and where the frame ends; None for any
    other frame, a part of one, one of over ``most`` bytes, or bad UTF-8. ``inflates``: it may be
    deflated."""
    here = len(data)
    if here - at < 6:
        return None
    first = data[at]
    if first != _WHOLE_TEXT and not (inflates and first == _DEFLATED_TEXT):
        return None
    size = data[at + 1] - _MASKED
    mask = at + 2
    if size == _TWO_BYTES:
        size = data[mask] << 8 | data[mask + 1]
        mask += 2
        if size < _TWO_BYTES:
            return None
    elif size < 0 or size == _EIGHT_BYTES:
        return None
    begin = mask + 4
    end = begin + size
    if end > here or size > most:
        return None
    message = _unmasked(data[begin:end], data[mask:begin])
    try:
        if first == _DEFLATED_TEXT:
            message = inflate(message, most)
        if not message.isascii():
            message.decode()
    except ValueError:
        return None
    return message, end


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    """As one number of the same length: the interpreter has no other call that goes over all bytes
    at once."""
    size = len(payload)
    masks = (mask * (size // 4 + 1))[:size]
    number = int.from_bytes(payload, "little") ^ int.from_bytes(masks, "little")
    return number.to_bytes(size, "little")
