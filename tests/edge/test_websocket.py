"""The open WebSocket: what becomes of good frames, of bad ones, and of floods."""

import gc

import pytest
import pytest_twisted
from site_rig import Rig, close_code, frame, text
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from chatd.edge.channel import Channel
from chatd.edge.request import ChatRequest
from chatd.edge.websocket import ChatSocket

KIB = 1024


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig()
    yield made
    await made.stop()


@pytest_twisted.async_yield_fixture
async def peer(rig):
    user = await rig.person()
    yield await rig.open(Authorization=f"Bearer {await rig.token(user)}")


@pytest_twisted.ensureDeferred
async def test_a_frame_reaches_the_session_and_its_answer_comes_back(rig, peer):
    peer.send(text(b'{"type":"x"}'))
    await peer.until(lambda got: got.endswith(b'{"type":"x"}'))
    assert rig.sessions[0].frames == [b'{"type":"x"}']
    assert rig.sessions[0].address == "127.0.0.1"


@pytest.mark.parametrize("late", [False, True])
@pytest_twisted.ensureDeferred
async def test_frames_sent_along_with_the_handshake_are_not_lost(rig, late):
    user = await rig.person()
    token = await rig.token(user)

    async def after_a_turn(what):
        turn = Deferred()
        reactor.callLater(0, turn.callback, None)
        await turn

    if late:
        rig.store.before = after_a_turn
    peer = await rig.open(Authorization=f"Bearer {token}", extra=text(b"first") + text(b"second"))
    await peer.until(lambda got: got.endswith(b"second"))
    assert rig.sessions[0].frames == [b"first", b"second"]


@pytest_twisted.ensureDeferred
async def test_a_message_in_one_byte_fragments_and_segments_arrives_whole(rig, peer):
    message = "grüße".encode()
    parts = [bytes([byte]) for byte in message]
    frames = [frame(1, parts[0], fin=False)]
    frames += [frame(0, part, fin=False) for part in parts[1:]]
    frames.append(frame(0))
    for byte in b"".join(frames):
        peer.send(bytes([byte]))
    await peer.until(lambda got: got.endswith(message))


BAD = {
    "unmasked": (b"\x81\x02hi", 1002),
    "rsv without extension": (frame(1, b"hi", rsv=4), 1002),
    "reserved opcode 3": (frame(3, b"hi"), 1002),
    "reserved opcode 11": (frame(11), 1002),
    "fragmented ping": (frame(9, fin=False), 1002),
    "long ping": (frame(9, b"x" * 126), 1002),
    "stray continuation": (frame(0, b"hi"), 1002),
    "message inside a message": (frame(1, b"a", fin=False) + frame(1, b"b"), 1002),
    "length in too many bytes": (b"\x81\xfe\x00\x05" + b"\0" * 4 + b"hello", 1002),
    "not UTF-8": (text(b"\xff\xfe"), 1007),
    "UTF-8 broken across fragments": (
        frame(1, b"\xce", fin=False) + frame(0, b"\xff", fin=False),
        1007,
    ),
    "surrogate": (text(b"\xed\xa0\x80"), 1007),
    "overlong": (text(b"\xc0\xaf"), 1007),
    "ends inside a character": (text(b"\xe2\x82"), 1007),
    "binary": (frame(2, b"{}"), 1003),
    "frame above the limit": (frame(1, b"x" * (64 * KIB + 1)), 1009),
    "frame of 2^62 bytes": (b"\x81\xff\x40" + b"\0" * 7 + b"\0" * 4, 1009),
    "fragments above the limit": (
        frame(1, b"x" * 40 * KIB, fin=False) + frame(0, b"x" * 40 * KIB, fin=False),
        1009,
    ),
    "close of 1 byte": (frame(8, b"\x03"), 1002),
    "close 0": (frame(8, b"\0\0"), 1002),
    "close 999": (frame(8, (999).to_bytes(2, "big")), 1002),
    "close 1005": (frame(8, (1005).to_bytes(2, "big")), 1002),
    "close 1015": (frame(8, (1015).to_bytes(2, "big")), 1002),
    "close 2999": (frame(8, (2999).to_bytes(2, "big")), 1002),
    "close 5000": (frame(8, (5000).to_bytes(2, "big")), 1002),
    "close reason not UTF-8": (frame(8, b"\x03\xe8\xff"), 1007),
    "endless empty fragments": (frame(1, b"", fin=False) + frame(0, b"", fin=False) * 1024, 1008),
    "flood of pings": (frame(9, b"x") * 50, 1008),
    "flood of pongs nobody asked for": (frame(10, b"x") * 50, 1008),
}


@pytest.mark.parametrize("name", BAD)
@pytest_twisted.ensureDeferred
async def test_what_breaks_the_rules_ends_with_the_right_code(rig, peer, name):
    sent, code = BAD[name]
    peer.send(sent)
    data = await peer.until(lambda got: close_code(got[got.index(b"hello") - 2 :]) is not None)
    assert close_code(data) == code
    assert rig.sessions[0].frames == []
    # Whether or not the peer joins in the closing handshake, it is soon gone.
    for _ in range(20):
        rig.clock.advance(0.25)
    await peer.closed()
    assert rig.sessions[0].told[-1] == "lost"


@pytest_twisted.ensureDeferred
async def test_fragments_at_the_limit_are_fine(rig, peer):
    peer.send(frame(1, b"", fin=False) + frame(0, b"", fin=False) * 1022 + frame(0, b"end"))
    await peer.until(lambda got: got.endswith(b"end"))


@pytest_twisted.ensureDeferred
async def test_a_frame_at_the_limit_is_fine(rig, peer):
    peer.send(text(b"x" * 64 * KIB))
    await peer.until(lambda got: len(got) > 64 * KIB)


@pytest_twisted.ensureDeferred
async def test_pings_are_answered_and_both_kinds_are_signs_of_life(rig, peer):
    peer.send(frame(9, b"are you there") + frame(10))
    await peer.until(lambda got: got.endswith(b"\x8a\x0dare you there"))
    peer.send(text(b"after"))
    await peer.until(lambda got: got.endswith(b"after"))
    assert [told for told in rig.sessions[0].told if told != "drained"] == ["control", "pong"]


@pytest_twisted.ensureDeferred
async def test_pings_at_a_bearable_rate_go_on_for_ever(rig, peer):
    for n in range(40):
        peer.send(frame(9, b"%03d" % n))
        await peer.until(lambda got, n=n: got.endswith(b"%03d" % n))
        rig.clock.advance(0.2)
    assert rig.sessions[0].told.count("control") == 40


@pytest_twisted.ensureDeferred
async def test_a_close_is_answered_with_its_code_and_what_follows_is_ignored(rig, peer):
    peer.send(frame(8, (1001).to_bytes(2, "big")) + text(b"too late"))
    assert close_code(await peer.closed()) == 1001
    assert rig.sessions[0].frames == []


@pytest_twisted.ensureDeferred
async def test_every_code_of_ours_can_be_sent_and_nothing_is_written_behind_it(rig, peer):
    rig.sessions[0].wire.close(1012, "The server restarts. " * 20)
    rig.sessions[0].wire.write(b"\x81\x04late")
    rig.sessions[0].wire.close(1000, "")
    data = await peer.until(lambda got: b"restarts" in got)
    assert close_code(data) == 1012 and b"late" not in data
    peer.send(frame(8, (1012).to_bytes(2, "big")))
    await peer.closed()


@pytest_twisted.ensureDeferred
async def test_a_peer_that_does_not_close_is_cut_off(rig, peer):
    session = rig.sessions[0]
    session.wire.pause_reading()
    session.wire.close(4000, "")
    await peer.until(lambda got: close_code(got) == 4000)
    for _ in range(11):
        rig.clock.advance(0.25)
    assert not peer.gone
    for _ in range(9):
        rig.clock.advance(0.25)
    await peer.closed()
    assert session.told[-1] == "lost"


@pytest_twisted.ensureDeferred
async def test_a_failing_session_is_our_fault_and_says_so(rig, peer, logged_errors):
    peer.send(text(b"fail"))
    data = await peer.until(lambda got: close_code(got) is not None)
    assert close_code(data) == 1011
    (error,) = logged_errors.take()
    assert "failed on purpose" in error
    (session,) = rig.sessions
    assert f"connection {session.wire.id} of" in error
    assert f"tell the operator {session.wire.id}.".encode() in data


@pytest_twisted.ensureDeferred
async def test_every_connection_is_ticked_about_once_a_second(rig):
    user = await rig.person()
    for _ in range(8):
        await rig.open(Authorization=f"Bearer {await rig.token(user)}")
    for _ in range(12):
        rig.clock.advance(0.25)
    assert [session.told.count("tick") for session in rig.sessions] == [3] * 8


@pytest_twisted.ensureDeferred
async def test_an_open_connection_keeps_nothing_of_its_handshake(rig, peer):
    wire = rig.sessions[0].wire
    names = {*wire.__dict__, *ChatSocket.__slots__}
    kept = [str(getattr(wire, name, "")) for name in names]
    assert not any("chatd_t_" in value or "Sec-WebSocket" in value for value in kept)
    # Requests of earlier tests may still hang in the frames of their coroutines.
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) in (Channel, ChatRequest)]


@pytest_twisted.ensureDeferred
async def test_an_open_connection_has_no_attributes_besides_its_slots(rig, peer):
    session = rig.sessions[0]
    peer.send(text(b"one message") + frame(9, b"and a ping"))
    await peer.until(lambda got: b"and a ping" in got)
    assert b"one message" in session.frames
    assert session.wire.__dict__ == {}
    assert session.wire.validator is None and session.wire.current_frame is None


@pytest_twisted.ensureDeferred
async def test_a_server_that_stops_lets_its_sessions_say_when_to_come_back(rig, peer):
    for socket in rig.edge.connections.all():
        socket.drain(2.5)
    data = await peer.until(lambda got: b"restarts" in got)
    assert close_code(data) == 1012
