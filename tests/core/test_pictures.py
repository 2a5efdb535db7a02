"""What a picture is, from its first bytes; whatever else comes is refused and never a fault."""

from contextlib import suppress
from random import Random
from struct import pack

import pytest

from chatd.core.codes import Code
from chatd.core.pictures import MAX_BYTES, picture
from chatd.core.refusal import Refusal


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + pack(">II", width, height) + bytes(9) + b"more"


def gif(width: int, height: int, version: bytes = b"89a") -> bytes:
    return b"GIF" + version + pack("<HH", width, height) + bytes(3)


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + pack(">H", len(content) + 2) + content


def jpeg(width: int, height: int, frame: int = 0xC0, before: bytes = b"") -> bytes:
    content = b"\x08" + pack(">HH", height, width) + b"\x03" + bytes(9)
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0" + bytes(9)) + before + segment(frame, content)


def webp(kind: bytes, content: bytes) -> bytes:
    return b"RIFF" + pack("<I", 22) + b"WEBP" + kind + pack("<I", 10) + content


def vp8(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + pack("<HH", width, height))


def vp8l(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + pack("<I", width - 1 | height - 1 << 14) + bytes(5))


def vp8x(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return webp(b"VP8X", bytes(4) + sides)


KINDS = {
    "image/png": (png,),
    "image/gif": (gif,),
    "image/jpeg": (jpeg,),
    "image/webp": (vp8, vp8l, vp8x),
}
MADE = [(type, make) for type, makers in KINDS.items() for make in makers]


@pytest.mark.parametrize(("type", "make"), MADE)
@pytest.mark.parametrize(("width", "height"), [(1, 1), (256, 200), (1024, 1), (3, 1024)])
def test_each_kind_tells_its_size(type: str, make, width: int, height: int) -> None:
    found = picture(make(width, height))
    assert (found.type, found.width, found.height) == (type, width, height)


@pytest.mark.parametrize(("type", "make"), MADE)
@pytest.mark.parametrize(("width", "height"), [(1025, 1), (1, 1025), (5000, 5000)])
def test_too_many_pixels_are_refused(type: str, make, width: int, height: int) -> None:
    with pytest.raises(Refusal) as caught:
        picture(make(width, height))
    assert caught.value.code is Code.TOO_LARGE


def test_the_scaling_bits_of_webp_are_no_pixels() -> None:
    assert picture(vp8(0x4000 | 100, 0xC000 | 50)).width == 100


@pytest.mark.parametrize("make", [png, gif, jpeg, vp8])
def test_no_pixels_at_all_are_refused(make) -> None:
    for size in ((0, 5), (5, 0)):
        with pytest.raises(Refusal) as caught:
            picture(make(*size))
        assert caught.value.code is Code.BAD_FIELD


def test_a_jpeg_is_searched_behind_its_other_segments() -> None:
    before = b"\xff\xff\xff" + segment(0xE1, b"Exif" * 4000) + segment(0xC4, bytes(30))
    for frame in (0xC0, 0xC1, 0xC2, 0xCF):
        assert picture(jpeg(640, 480, frame, before)).height == 480


@pytest.mark.parametrize("frame", [0xC4, 0xC8, 0xCC, 0xD9, 0xDA])
def test_what_is_no_frame_is_not_taken_for_one(frame: int) -> None:
    with pytest.raises(Refusal):
        picture(jpeg(640, 480, frame))


def test_a_jpeg_of_nothing_but_segments_is_given_up() -> None:
    with pytest.raises(Refusal):
        picture(jpeg(640, 480, before=segment(0xFE, b"") * 60_000))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>" + bytes(100),
        b"BM" + bytes(100),
        b"GIF90a" + bytes(20),
        b"\0\0\0\x20ftypavif" + bytes(40),
        webp(b"ICCP", bytes(10)),
    ],
)
def test_what_is_none_of_the_four_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        picture(data)
    assert caught.value.code is Code.BAD_FIELD


def test_too_many_bytes_are_refused() -> None:
    assert picture(png(2, 2).ljust(MAX_BYTES, b"\0")).width == 2
    with pytest.raises(Refusal) as caught:
        picture(png(2, 2).ljust(MAX_BYTES + 1, b"\0"))
    assert caught.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(("type", "make"), MADE)
def test_whatever_is_cut_off_or_changed_is_refused_or_read(type: str, make) -> None:
    whole = make(100, 100)
    random = Random(7)
    for end in range(len(whole)):
        changed = bytearray(whole)
        changed[random.randrange(len(whole))] = random.randrange(256)
        for data in (whole[:end], bytes(changed)):
            with suppress(Refusal):
                assert picture(data).width >= 1
