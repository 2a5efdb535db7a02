"""Any bytes into an open WebSocket: no exception, no failure logged, and never a torn answer."""

from hypothesis import given, settings
from hypothesis import strategies as st
from site_rig import KEY, EchoSession
from twisted.internet.error import ConnectionDone
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher
from twisted.python.failure import Failure

from chatd.core.principal import Principal
from chatd.edge.connections import Connections
from chatd.edge.handshake import Offer
from chatd.edge.journal import Journal
from chatd.edge.settings import EdgeSettings
from chatd.edge.sockets import SocketFactory
from chatd.wire.deflate import deflate
from tests.fakes.tcp import MemoryTcp


def opened(extension=""):
    clock = Clock()
    edge = EdgeSettings(public_url="https://chat.example.org")
    connections = Connections(20)
    journal = Journal(edge.log_lines, clock.seconds)
    factory = SocketFactory(clock, edge, EchoSession, connections, journal)
    socket = factory.socket(Principal("u1", "alice", False, "bearer", "c1"), "192.0.2.1")
    transport = MemoryTcp()
    socket.makeConnection(transport)
    socket.open(Offer(KEY, "", (), extension))
    return clock, connections, socket, transport


def frame(opcode, payload, fin, masked, rsv):
    head = bytes([fin << 7 | rsv << 4 | opcode])
    size = len(payload)
    length = (
        bytes([masked << 7 | size])
        if size < 126
        else bytes([masked << 7 | 126]) + size.to_bytes(2, "big")
    )
    return head + length + (b"\0\0\0\0" if masked else b"") + payload


def mostly(usual, values):
    return st.one_of(st.just(usual), st.just(usual), values)


frames = st.builds(
    frame,
    opcode=mostly(1, st.integers(0, 15)),
    payload=st.one_of(
        st.binary(max_size=200),
        st.text(max_size=60).map(str.encode),
        st.text(max_size=60).map(str.encode).map(deflate),
    ),
    fin=mostly(1, st.integers(0, 1)),
    masked=mostly(1, st.integers(0, 1)),
    rsv=mostly(0, st.one_of(st.just(4), st.integers(0, 7))),
)
pieces = st.lists(st.one_of(frames, frames, st.binary(max_size=40)), max_size=30)


def server_frames(data):
    """The frames in what the server sent; fails where the last one is torn."""
    at = 0
    while at < len(data):
        opcode, size = data[at], data[at + 1]
        at += 2
        if size == 126:
            size = int.from_bytes(data[at : at + 2], "big")
            at += 2
        assert at + size <= len(data), "a torn frame"
        yield opcode & 0x0F, data[at : at + size]
        at += size


@given(
    st.sampled_from(["", "permessage-deflate"]), pieces, st.lists(st.integers(1, 64), max_size=50)
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_do_harm(extension, sent, cuts):
    failures = []

    def note(event):
        if event.get("log_failure") is not None:
            failures.append(event["log_failure"])

    clock, connections, socket, transport = opened(extension)
    globalLogPublisher.addObserver(note)
    try:
        data = b"".join(sent)
        for cut in [*cuts, len(data)]:
            piece, data = data[:cut], data[cut:]
            if piece and not transport.disconnecting:
                socket.dataReceived(piece)
        for _ in range(24):
            clock.advance(0.25)
        said = list(server_frames(transport.value().partition(b"\r\n\r\n")[2]))
        closes = [payload for opcode, payload in said if opcode == 8]
        assert len(closes) <= 1
        assert not closes or said[-1][0] == 8, "something was said behind the close"
        if closes:
            assert transport.disconnecting or transport.disconnected or transport.aborting
        socket.connectionLost(Failure(ConnectionDone()))
        assert failures == []
        assert len(connections) == 0 and clock.getDelayedCalls() == []
    finally:
        globalLogPublisher.removeObserver(note)
