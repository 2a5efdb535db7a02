"""What a picture is, read from its first bytes: its kind and its size; nothing is decoded.

PNG (ISO/IEC 15948 §11.2.2), GIF (GIF89a §17 and §18), JPEG (ITU-T T.81 §B.2.2), WebP (RFC 9649
§2.5 to §2.7). Anything else is refused, whatever it calls itself.
"""

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

MAX_BYTES: Final = 262_144
#: Of either side, in pixels.
MAX_SIDE: Final = 1024
#: Segments of a JPEG searched for its frame; cameras write a few dozen.
SEGMENTS: Final = 500


@dataclass(frozen=True, slots=True)
class Picture:
    """``type`` is a media type; width and height in pixels, at least 1."""

    type: str
    width: int
    height: int


def picture(data: bytes) -> Picture:
    """What the bytes hold. Refusal `bad-field` if it is none of the four kinds, `too-large` for too
    many bytes or pixels."""
    if len(data) > MAX_BYTES:
        raise Refusal(
            Code.TOO_LARGE,
            f"This picture has {len(data)} bytes; at most {MAX_BYTES} are taken. Make it smaller.",
        )
    found = found_in(data)
    if found is None:
        raise Refusal(Code.BAD_FIELD, "This is no PNG, JPEG, WebP or GIF picture.")
    if max(found.width, found.height) > MAX_SIDE:
        raise Refusal(
            Code.TOO_LARGE,
            f"This picture has {found.width} × {found.height} pixels; at most {MAX_SIDE} × "
            f"{MAX_SIDE} are taken. Make it smaller.",
        )
    return found


def found_in(data: bytes) -> Picture | None:
    """The picture that begins with ``data``, of any size; None for anything else."""
    found = _png(data) or _gif(data) or _jpeg(data) or _webp(data)
    return found if found is not None and found.width and found.height else None


def _png(data: bytes) -> Picture | None:
    if len(data) < 33 or data[:16] != b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR":
        return None
    return Picture("image/png", *unpack_from(">II", data, 16))


def _gif(data: bytes) -> Picture | None:
    if len(data) < 13 or data[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    return Picture("image/gif", *unpack_from("<HH", data, 6))


def _jpeg(data: bytes) -> Picture | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    for _ in range(SEGMENTS):
        # Any number of 0xFF may precede a marker.
        while at < len(data) - 1 and data[at] == data[at + 1] == 0xFF:
            at += 1
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        marker, size = data[at + 1], unpack_from(">H", data, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = unpack_from(">HH", data, at + 5)
            return Picture("image/jpeg", width, height)
        # The image itself begins, or ends, without a frame; or the length is invalid.
        if marker in (0xD9, 0xDA) or size < 2:
            return None
        at += 2 + size
    return None


def _webp(data: bytes) -> Picture | None:
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            height = int.from_bytes(data[27:30], "little") + 1
        case b"VP8L" if data[20] == 0x2F:
            bits = int.from_bytes(data[21:25], "little")
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width, height = (side & 0x3FFF for side in unpack_from("<HH", data, 26))
        case _:
            return None
    return Picture("image/webp", width, height)
