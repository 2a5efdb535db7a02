"""Whole frames of text are read without Autobahn; whatever it is, the outcome is Autobahn's."""

import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_websocket_fuzz import opened, pieces

from chatd.edge.plain_frame import plain_text
from chatd.edge.websocket import ChatSocket
from chatd.wire.deflate import deflate

MOST = 65_536
AGREED = "permessage-deflate"


def masked(payload: bytes, mask: bytes = b"\x01\x82\xf3\x44") -> bytes:
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def text(payload: bytes, mask: bytes = b"\x01\x82\xf3\x44") -> bytes:
    """The frame a client sends."""
    size = len(payload)
    if size < 126:
        head = bytes([0x81, 0x80 | size])
    elif size < 65_536:
        head = b"\x81\xfe" + size.to_bytes(2, "big")
    else:
        head = b"\x81\xff" + size.to_bytes(8, "big")
    return head + mask + masked(payload, mask)


def deflated(payload: bytes) -> bytes:
    """The frame a client sends that deflates."""
    return b"\xc1" + text(deflate(payload))[1:]


def heard(
    plain: bool, reads: list[bytes], extension: str = ""
) -> tuple[list[bytes], bytes, Any, bool]:
    """What a session was given, what the peer was sent, and how the connection stands then."""
    _, _, socket, transport = opened(extension)
    session = socket.session
    for data in reads:
        if plain:
            socket.dataReceived(data)
        elif not socket._deaf:
            socket._dataReceived(data)
    return session.frames, transport.value(), socket.state, transport.disconnecting


@given(st.lists(st.binary(max_size=400), max_size=6), st.binary(min_size=4, max_size=4))
def test_it_is_read_as_it_was_masked(payloads: list[bytes], mask: bytes) -> None:
    payloads = [payload.hex().encode() for payload in payloads]
    data = b"".join(text(payload, mask) for payload in payloads)
    at = 0
    for payload in payloads:
        found = plain_text(data, at, MOST, False)
        assert found is not None
        assert found[0] == payload
        at = found[1]
    assert at == len(data)
    assert plain_text(data, at, MOST, False) is None


@pytest.mark.parametrize(
    "data",
    [
        text(b"hello")[:-1],
        text(b"hello")[:4],
        text(b"x" * 126)[:3],
        b"\x81",
        b"\x01" + text(b"a fragment")[1:],
        b"\x82" + text(b"binary")[1:],
        b"\x89" + text(b"a ping")[1:],
        b"\xc1" + text(b"compressed")[1:],
        b"\xc1" + text(deflate(b"compressed"))[1:],
        b"\x81\x05hello",
        b"\x81\xfe\x00\x05" + text(b"not the shortest form of a length")[2:],
        b"\x81\xff" + (5).to_bytes(8, "big") + b"\0\0\0\0hello",
        text(b"\xff"),
        text("\N{EURO SIGN}".encode()[:2]),
        text(b"\xed\xa0\x80"),
        text(b"x" * (MOST + 1)),
    ],
)
def test_anything_else_is_left_to_autobahn(data: bytes) -> None:
    assert plain_text(data, 0, MOST, False) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\xc1" + text(b"no deflate data")[1:],
        b"\xd1" + text(deflate(b"RSV1 and RSV3"))[1:],
        b"\x41" + text(deflate(b"a fragment"))[1:],
        b"\xc2" + text(deflate(b"binary"))[1:],
        deflated(b"a part")[:-1],
        deflated(b"\xff"),
        deflated(b"x" * (MOST + 1)),
    ],
)
def test_what_is_deflated_badly_or_in_parts_is_left_to_autobahn(data: bytes) -> None:
    assert plain_text(data, 0, MOST, True) is None


def test_as_long_as_a_frame_may_be_and_no_longer() -> None:
    assert plain_text(text(b"x" * 100), 0, 100, False) is not None
    assert plain_text(text(b"x" * 101), 0, 100, False) is None
    assert plain_text(deflated(b"x" * 100), 0, 100, True) is not None
    assert plain_text(deflated(b"x" * 101), 0, 100, True) is None


reads = st.builds(
    lambda sent, cuts: split(b"".join(sent), cuts), pieces, st.lists(st.integers(1, 300))
)


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    found = []
    for cut in [*cuts, len(data)]:
        piece, data = data[:cut], data[cut:]
        if piece:
            found.append(piece)
    return found


@given(st.one_of(reads, st.lists(st.text(max_size=200).map(lambda said: text(said.encode())))))
@settings(max_examples=300, deadline=None)
@example([text(b"one") + text(b"two")[:3], text(b"two")[3:] + text(b"three")])
@example([text(b"fail") + text(b"behind a fault")])
@example([text(b"before") + b"\x88\x82\0\0\0\0\x03\xe8" + text(b"behind the close")])
@example([b"\x01\x81\0\0\0\0a", text(b"between fragments"), b"\x80\x81\0\0\0\0b"])
@example([b"\x01\x81\0\0\0\0a" + b"\x80\x81\0\0\0\0b" + text(b"after fragments")])
@example([text(b"good"), text(b"\xff"), text(b"behind it")])
@pytest.mark.logs_errors("failed on purpose")
def test_whichever_way_the_same_is_heard_and_answered(sent: list[bytes]) -> None:
    assert heard(True, sent) == heard(False, sent)
    assert heard(True, sent, AGREED) == heard(False, sent, AGREED)


said = st.text(max_size=200).map(str.encode)


@given(st.lists(st.one_of(said.map(text), said.map(deflated), st.binary(max_size=9).map(deflated))))
@settings(max_examples=300, deadline=None)
@example([b"\xc1" + text(b"no deflate data")[1:], text(b"behind it")])
@example([deflated(b"good") + deflated(b"cut")[:3], deflated(b"cut")[3:] + text(b"plain")])
@example([deflated(b"x" * MOST), deflated(b"x" * (MOST + 1)), text(b"behind it")])
@example([b"\x01\x81\0\0\0\0a", deflated(b"between fragments"), b"\x80\x81\0\0\0\0b"])
def test_whichever_way_deflated_messages_are_heard_the_same(sent: list[bytes]) -> None:
    assert heard(True, sent, AGREED) == heard(False, sent, AGREED)
    assert heard(True, sent) == heard(False, sent)


def test_nearly_everything_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, socket, _ = opened()
    seen: list[bytes] = []
    monkeypatch.setattr(ChatSocket, "_dataReceived", lambda _, data: seen.append(data))
    for size in (0, 1, 125, 126, 4000):
        socket.dataReceived(text(os.urandom(size).hex().encode()))
    assert seen == []
    _, _, deflating, _ = opened(AGREED)
    for size in (0, 1, 125, 126, 4000):
        deflating.dataReceived(deflated(os.urandom(size).hex().encode()))
    assert seen == []
    socket.dataReceived(b"\x89\x80\0\0\0\0")
    assert seen == [b"\x89\x80\0\0\0\0"]
