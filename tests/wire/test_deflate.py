"""Deflating and inflating one message, against the RFC's examples and two other implementations."""

import contextlib
import random
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from wsproto.extensions import PerMessageDeflate as WsprotoDeflate
from wsproto.frame_protocol import FrameDecoder, FrameProtocol
from wsproto.frame_protocol import Opcode as WsprotoOpcode

from chatd.wire import framing
from chatd.wire.deflate import WINDOW_BITS, NotDeflated, TooLong, deflate, inflate

MOST = 65_536
#: RFC 7692 §7.2.3: one block, no compression, a final block, two blocks, and nothing at all.
HELLO = [
    "f248cdc9c90700",
    "000500faff48656c6c6f00",
    "f348cdc9c9070000",
    "f24805000000ffffcac9c90700",
]


@pytest.mark.parametrize("data", HELLO)
def test_the_examples_of_the_rfc_say_hello(data: str) -> None:
    assert inflate(bytes.fromhex(data), MOST) == b"Hello"


def test_nothing_is_a_message_too() -> None:
    assert inflate(b"\x00", MOST) == b""
    assert inflate(deflate(b""), MOST) == b""


@given(st.binary(max_size=5000), st.integers(1, 8))
def test_what_is_deflated_inflates_to_the_same(part: bytes, times: int) -> None:
    assert inflate(deflate(part * times), MOST) == part * times


@given(st.lists(st.binary(max_size=2000), max_size=4), st.binary(max_size=2000))
def test_no_message_leaves_a_trace_in_another(before: list[bytes], payload: bytes) -> None:
    alone = deflate(payload)
    for each in before:
        deflate(each)
    assert deflate(payload) == alone


def test_the_window_that_is_named_suffices() -> None:
    apart = random.Random(1).randbytes(6000)
    payload = apart + apart + b"far apart" * 2000 + apart
    inflating = zlib.decompressobj(-WINDOW_BITS)
    assert inflating.decompress(deflate(payload) + b"\x00\x00\xff\xff") == payload


def other_deflaters() -> list[bytes]:
    """What websockets and wsproto send for the same text."""
    text = "Grüße, " * 60
    one = PerMessageDeflate(True, True, 15, 15)
    frame = one.encode(Frame(Opcode.TEXT, text.encode()))
    assert frame.rsv1
    other = WsprotoDeflate()
    other.accept(other.offer() if isinstance(other.offer(), str) else "")
    made = FrameProtocol(client=False, extensions=[other]).send_data(text, fin=True)
    assert made[0] == 0xC1
    head = 2 if made[1] < 126 else 4
    return [bytes(frame.data), bytes(made[head:])]


@pytest.mark.parametrize("which", [0, 1])
def test_what_others_deflate_is_understood(which: int) -> None:
    assert inflate(other_deflaters()[which], MOST) == ("Grüße, " * 60).encode()


@given(st.text(max_size=3000))
@settings(deadline=None)
def test_others_understand_the_frames(text: str) -> None:
    frame = framing.deflated(framing.text(text.encode()))
    assert frame[0] == 0xC1
    size, head = frame[1], 2
    if size == 126:
        size, head = int.from_bytes(frame[2:4], "big"), 4
    assert len(frame) == head + size
    one = PerMessageDeflate(True, True, WINDOW_BITS, 15)
    assert one.decode(Frame(Opcode.TEXT, frame[head:], rsv1=True)).data == text.encode()
    other = WsprotoDeflate()
    other.accept("")
    decoder = FrameDecoder(client=True, extensions=[other])
    decoder.receive_bytes(frame)
    parts = []
    while (part := decoder.process_buffer()) is not None:
        parts.append(part)
    assert parts and parts[0].opcode is WsprotoOpcode.TEXT
    assert b"".join(bytes(part.payload) for part in parts).decode() == text


def test_frames_of_every_length_are_deflated() -> None:
    for size in (0, 1, 125, 126, 300, 65_535, 65_536, 200_000):
        payload = random.Random(size).randbytes(size // 2).hex().encode()
        frame = framing.deflated(framing.text(payload))
        head = 2 if frame[1] < 126 else 4 if frame[1] == 126 else 10
        assert inflate(frame[head:], size + 2) == payload


def bomb(size: int) -> bytes:
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (made.compress(b" " * size) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]


def test_as_long_as_may_be_and_no_longer() -> None:
    assert len(inflate(bomb(MOST), MOST)) == MOST
    with pytest.raises(TooLong):
        inflate(bomb(MOST + 1), MOST)


def test_a_bomb_is_not_unpacked() -> None:
    packed = bomb(50_000_000)
    assert len(packed) < MOST
    tracemalloc.start()
    try:
        with pytest.raises(TooLong):
            inflate(packed, MOST)
        assert tracemalloc.get_traced_memory()[1] < 8 * MOST
    finally:
        tracemalloc.stop()


WHOLE = deflate(b"a message that is long enough to be cut somewhere" * 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xff\xff",
        *(WHOLE[:cut] for cut in range(1, len(WHOLE) - 1)),
        bytes.fromhex("f348cdc9c90700"),  # a final block, and no empty one behind it
        bytes.fromhex("f348cdc9c9070000") + b"more",
        bytes.fromhex("0020 00 df ff 48656c6c6f"),  # a stored block that ends early
    ],
)
def test_a_part_of_it_or_more_than_it_is_not_taken(data: bytes) -> None:
    with pytest.raises(NotDeflated):
        inflate(data, MOST)


@given(st.binary(max_size=300), st.integers(0, 500))
@settings(max_examples=500)
def test_any_bytes_are_a_message_or_are_not(data: bytes, most: int) -> None:
    with contextlib.suppress(NotDeflated, TooLong):
        assert len(inflate(data, most)) <= most
