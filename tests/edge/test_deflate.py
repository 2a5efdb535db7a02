"""An open WebSocket whose peer deflates (RFC 7692): good messages, bad ones, bombs, tricklers."""

import sys
import zlib

import pytest
import pytest_twisted
from site_rig import KEY, Rig, close_code, frame, handshake, text
from test_websocket_opening import opened

from chatd.edge.handshake import Offer
from chatd.edge.websocket_opening import WHOLE

OFFERED = "permessage-deflate; client_max_window_bits"
AGREED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
KIB = 1024
BOUND = 64 * KIB


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


@pytest_twisted.async_yield_fixture
async def peer(rig):
    token = await rig.token(await rig.person())
    yield await rig.open(Authorization=f"Bearer {token}", Sec_WebSocket_Extensions=OFFERED)


def packed(payload, level=6):
    made = zlib.compressobj(level, zlib.DEFLATED, -15)
    return (made.compress(payload) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]


def deflated(payload):
    return frame(1, packed(payload), rsv=4)


def in_parts(data, size, between=b""):
    """A deflated message in fragments of ``size`` bytes."""
    parts = [
        frame(0 if at else 1, data[at : at + size], fin=at + size >= len(data), rsv=0 if at else 4)
        for at in range(0, len(data), size)
    ]
    return between.join(parts)


@pytest.mark.parametrize("whole", [True, False])
@pytest_twisted.ensureDeferred
async def test_the_extension_is_agreed_on_whichever_way_the_request_takes(rig, whole):
    token = await rig.token(await rig.person())
    request = handshake(Authorization=f"Bearer {token}", Sec_WebSocket_Extensions=OFFERED)
    peer = await rig.peer()
    # Not in one piece it is twisted.web's.
    for part in (request,) if whole else (request[:9], request[9:]):
        peer.send(part)
        await rig.call("GET", "/healthz")
    status, headers, _ = await peer.head()
    assert status == 101 and headers["sec-websocket-extensions"] == [AGREED]
    assert rig.sessions[0].wire.inflates


@pytest.mark.parametrize(
    "offer", [None, "permessage-deflate; server_max_window_bits=9", ", ".join(["x; a=1"] * 1500)]
)
@pytest_twisted.ensureDeferred
async def test_what_is_not_offered_or_not_known_is_not_agreed_on(rig, offer):
    token = await rig.token(await rig.person())
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}", Sec_WebSocket_Extensions=offer))
    status, headers, _ = await peer.head()
    assert status == 101 and "sec-websocket-extensions" not in headers
    assert not rig.sessions[0].wire.inflates


@pytest_twisted.ensureDeferred
async def test_a_list_that_is_none_is_refused(rig):
    token = await rig.token(await rig.person())
    peer = await rig.peer()
    peer.send(handshake(Authorization=f"Bearer {token}", Sec_WebSocket_Extensions="a b"))
    answer = await peer.response()
    assert (answer.status, answer.json["code"]) == (400, "bad-handshake")


@pytest_twisted.ensureDeferred
async def test_switched_off_it_is_not_agreed_on_and_nothing_deflated_is_taken():
    rig = Rig(deflate=False)
    try:
        token = await rig.token(await rig.person())
        peer = await rig.open(Authorization=f"Bearer {token}", Sec_WebSocket_Extensions=OFFERED)
        assert not rig.sessions[0].wire.inflates
        peer.send(text(b"plain"))
        await peer.until(lambda got: got.endswith(b"plain"))
        peer.send(deflated(b"not plain"))
        data = await peer.until(lambda got: b"RSV" in got)
        assert close_code(data[data.index(b"hello") - 2 :]) == 1002
    finally:
        await rig.stop()


@pytest_twisted.ensureDeferred
async def test_deflated_and_plain_messages_are_heard_alike(rig, peer):
    messages = ["grüße".encode(), b"plain", b"x" * 5000, b"", b"y" * BOUND, b"z"]
    sent = [text(m) if m == b"plain" else deflated(m) for m in messages[:-1]]
    peer.send(b"".join(sent) + in_parts(packed(b"z"), 1))
    await peer.until(lambda got: got.endswith(b"\x81\x01z"))
    assert rig.sessions[0].frames == messages
    assert b"\xc1" not in bytes(peer.data)[:2], "a reply is never deflated"


@pytest.mark.parametrize("size", [1, 2, 7, 500])
@pytest_twisted.ensureDeferred
async def test_a_message_in_fragments_is_inflated_once_it_is_whole(rig, peer, size):
    message = "".join(f"{n} grüße " for n in range(300 if size > 1 else 20)).encode()
    data = in_parts(packed(message), size, frame(9, b"between") if size == 500 else b"")
    peer.send(data[: len(data) // 2])
    peer.send(data[len(data) // 2 :])
    await peer.until(lambda got: got.endswith(message))
    assert rig.sessions[0].frames == [message]


BAD = {
    "RSV1 on a ping": (frame(9, b"hi", rsv=4), 1002),
    "RSV1 on a close": (frame(8, b"", rsv=4), 1002),
    "RSV1 on a continuation": (
        frame(1, packed(b"hi")[:2], fin=False, rsv=4) + frame(0, packed(b"hi")[2:], rsv=4),
        1002,
    ),
    "RSV1 on the continuation of plain text": (
        frame(1, b"hi", fin=False) + frame(0, packed(b"hi"), rsv=4),
        1002,
    ),
    "RSV2": (frame(1, packed(b"hi"), rsv=2), 1002),
    "RSV1 and RSV3": (frame(1, packed(b"hi"), rsv=5), 1002),
    "no deflate data": (frame(1, b"\xff\xff\xff", rsv=4), 1007),
    "nothing": (frame(1, b"", rsv=4), 1007),
    "half of it": (frame(1, packed(b"hello, " * 9)[:9], rsv=4), 1007),
    "more than it": (frame(1, packed(b"hi") + b"\xff", rsv=4), 1007),
    "half of it in fragments": (in_parts(packed(b"hello, " * 9)[:9], 3), 1007),
    "not UTF-8": (deflated(b"\xff\xfe"), 1007),
    "not UTF-8, in fragments": (in_parts(packed(b"\xff\xfe"), 1), 1007),
    "ends inside a character": (deflated(b"\xe2\x82"), 1007),
    "a surrogate": (deflated(b"\xed\xa0\x80"), 1007),
    "a byte above the limit": (deflated(b"x" * (BOUND + 1)), 1009),
    "a bomb": (deflated(b"x" * 50_000_000), 1009),
    "a bomb in fragments": (in_parts(packed(b"x" * 50_000_000), 60), 1009),
    "longer than the limit as it is": (frame(1, b"\0" * (BOUND + 1), rsv=4), 1009),
    "fragments longer than the limit": (
        frame(1, b"x" * 40 * KIB, fin=False, rsv=4) + frame(0, b"x" * 40 * KIB, fin=False),
        1009,
    ),
    "binary": (frame(2, packed(b"{}"), rsv=4), 1003),
    "endless fragments": (
        frame(1, b"", fin=False, rsv=4) + frame(0, b"", fin=False) * 1024,
        1008,
    ),
}


@pytest.mark.parametrize("name", BAD)
@pytest_twisted.ensureDeferred
async def test_what_breaks_the_rules_ends_with_the_right_code(rig, peer, name):
    sent, code = BAD[name]
    peer.send(sent)
    data = await peer.until(lambda got: close_code(got[got.index(b"hello") - 2 :]) is not None)
    assert close_code(data) == code
    assert rig.sessions[0].frames == []
    for _ in range(20):
        rig.clock.advance(0.25)
    await peer.closed()
    assert rig.sessions[0].told[-1] == "lost"


@pytest_twisted.ensureDeferred
async def test_nothing_is_inflated_for_one_who_is_being_closed(rig, peer):
    peer.send(frame(1, b"\xff", rsv=4) + deflated(b"too late") + in_parts(packed(b"this, too"), 3))
    data = await peer.until(lambda got: close_code(got[got.index(b"hello") - 2 :]) is not None)
    assert close_code(data) == 1007 and rig.sessions[0].frames == []


def test_an_open_connection_carries_nothing_but_its_slots() -> None:
    socket, _ = opened(Offer(KEY, "", (), AGREED))
    for sent in (deflated(b"whole"), in_parts(packed(b"in parts"), 2)):
        socket.dataReceived(sent)
    assert socket.session.frames == [b"whole", b"in parts"]
    assert vars(socket) == {}
    assert socket._perMessageCompress is WHOLE
    assert vars(WHOLE) == {}, "all share it, so it remembers nobody"
    assert socket.validator is None and socket.message_data is None


def test_one_who_trickles_holds_what_came_and_no_window() -> None:
    socket, _ = opened(Offer(KEY, "", (), AGREED))
    data = packed(b"".join(b"%d " % (n * n) for n in range(4000)))
    socket.dataReceived(frame(1, data[:100], fin=False, rsv=4))
    for at in range(100, 600):
        socket.dataReceived(frame(0, data[at : at + 1], fin=False))
    held = [part for part in socket.message_data if part]
    assert b"".join(held) == data[:600]
    kept = [getattr(socket, name, None) for name in type(socket).__mro__[1].__slots__]
    assert not [each for each in kept if "ecompress" in type(each).__name__]
    assert sum(map(sys.getsizeof, held)) < 40 * KIB
