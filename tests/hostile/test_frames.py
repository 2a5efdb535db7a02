"""Every breach of RFC 6455 and of the wire gets its code; nobody else notices."""

import contextlib
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hostile.peer import BINARY, CLOSE, PING, PONG, Gone, Peer, frame, member, request
from tests.hostile.scene import unharmed

numbers = itertools.count()
LARGE = 10 * 2**20
FRAMES = 1_500


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Daemon, str]]:
    """A daemon and a token; that nobody else was harmed is seen at the end."""
    with Daemon(Path(tmp_path_factory.mktemp("frames"))) as daemon, unharmed(daemon):
        yield daemon, daemon.token("mallory")


CLOSED = [
    ("binary", frame(b"{}", BINARY), 1003),
    ("not UTF-8", frame(b'{"type":"\xff"}'), 1007),
    ("not UTF-8 in a fragment", frame(b"\xed\xa0\x80", fin=False), 1007),
    ("unmasked", frame(b"{}", masked=False), 1002),
    ("compressed without an extension", frame(b"\xaa\x56\x2a", rsv=4), 1002),
    ("reserved bits", frame(b"{}", rsv=3), 1002),
    ("a reserved opcode", frame(b"{}", 3), 1002),
    ("a reserved control opcode", frame(b"", 11), 1002),
    ("a ping in fragments", frame(b"", PING, fin=False), 1002),
    ("a ping of 126 bytes", frame(b"." * 126, PING), 1002),
    ("a continuation of nothing", frame(b"{}", 0), 1002),
    ("a message within a message", frame(b"{", fin=False) + frame(b"{}"), 1002),
    ("a close code of one byte", frame(b"\x03", CLOSE), 1002),
    ("a close code nobody may send", frame((1005).to_bytes(2, "big"), CLOSE), 1002),
    ("10 MB announced", frame(b"x" * 1000, announced=LARGE), 1009),
    ("10 MB sent", frame(b"x" * LARGE), 1009),
    ("a length beyond 63 bits", frame(b"x", announced=2**63), 1002),
    (
        "fragments of 80 KB in sum",
        frame(b" " * 40_000, fin=False) + frame(b" " * 40_000, 0),
        1009,
    ),
    (
        "empty fragments without end",
        frame(b"", fin=False) + frame(b"", 0, fin=False) * FRAMES,
        1008,
    ),
    (
        "tiny fragments without end",
        frame(b" ", fin=False) + frame(b" ", 0, fin=False) * FRAMES,
        1008,
    ),
    ("a flood of pings", frame(b"", PING) * FRAMES, 1008),
    ("a flood of pongs", frame(b"", PONG) * FRAMES, 1008),
]


@pytest.mark.parametrize(("sent", "code"), [c[1:] for c in CLOSED], ids=[c[0] for c in CLOSED])
def test_a_breach_is_closed_with_its_code(
    attacked: tuple[Daemon, str], sent: bytes, code: int
) -> None:
    daemon, token = attacked
    with member(daemon.port, token) as peer:
        with contextlib.suppress(Gone):
            # The server may have had enough while we are still at it; its word is there to read.
            peer.send(sent)
        assert peer.close_code() == code


REFUSED = [
    ("nothing", b"", "bad-json"),
    ("white space", b"  ", "bad-json"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "bad-json"),
    ("two objects", b'{"type":"rooms","id":1}{"type":"rooms","id":2}', "bad-json"),
    ("deep arrays", b"[" * 60_000, "bad-json too-deep"),
    ("deep objects", b'{"a":' * 12_000, "bad-json too-deep"),
    ("an array", b"[]", "bad-frame"),
    ("no type", b'{"id":1}', "bad-frame bad-field unknown-type"),
    ("a type of another type", b'{"type":5,"id":1}', "bad-frame bad-field unknown-type"),
    ("an unknown type", b'{"type":"teleport","id":1}', "unknown-type"),
    ("an unknown field", b'{"type":"rooms","id":1,"__proto__":{}}', "unknown-field"),
    ("a list for a text", b'{"type":"send","id":1,"key":"k","room":"r","text":[]}', "bad-field"),
    ("a truth for a number", b'{"type":"rooms","id":true}', "bad-field"),
    ("null for a number", b'{"type":"rooms","id":null}', "bad-field"),
    ("a negative id", b'{"type":"rooms","id":-1}', "bad-field"),
    ("an id of 2^63", b'{"type":"rooms","id":9223372036854775808}', "bad-field"),
    ("NaN", b'{"type":"rooms","id":NaN}', "bad-json"),
    ("a lone surrogate", b'{"type":"\\ud800","id":1}', "bad-json unknown-type"),
]


@pytest.mark.parametrize(("sent", "codes"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED])
def test_nonsense_is_refused_and_the_connection_stays(
    attacked: tuple[Daemon, str], sent: bytes, codes: str
) -> None:
    daemon, _ = attacked
    with member(daemon.port, daemon.token(f"nonsense-{next(numbers)}")) as peer:
        peer.frame(sent)
        answer = peer.hears("error")
        assert answer["code"] in codes.split(), answer
        peer.say(type="rooms", id=7)
        assert peer.hears("rooms")["id"] == 7


def test_ten_pieces_of_nonsense_in_a_row_are_the_end(attacked: tuple[Daemon, str]) -> None:
    daemon, _ = attacked
    with member(daemon.port, daemon.token("babbler")) as peer:
        for _ in range(10):
            peer.frame(b"[")
        assert peer.close_code() == 4500


def test_a_legal_message_in_fragments_and_segments_of_one_byte_is_taken(
    attacked: tuple[Daemon, str],
) -> None:
    daemon, _ = attacked
    with member(daemon.port, daemon.token("slow-typist")) as peer:
        command = json.dumps({"type": "rooms", "id": 7}).encode()
        first, *middle, last = (command[i : i + 1] for i in range(len(command)))
        peer.frame(first, fin=False)
        for byte in middle:
            peer.frame(byte, 0, fin=False)
        peer.frame(last, 0)
        assert peer.hears("rooms")["id"] == 7
        for byte in frame(command):
            peer.send(bytes([byte]))
        assert peer.hears("rooms")["id"] == 7


def test_hundreds_of_offers_are_answered_once(attacked: tuple[Daemon, str]) -> None:
    daemon, token = attacked
    offers = ", ".join(["permessage-deflate; client_max_window_bits"] * 400)
    with Peer(daemon.port) as peer:
        head = peer.upgrade(token, {"Sec-WebSocket-Extensions": offers[:15_000]})
        assert head.startswith("HTTP/1.1 101 "), head
        assert head.lower().count("permessage-deflate") == 1
        assert peer.hears("welcome")


def test_frames_sent_along_with_the_handshake_are_taken_in_order(
    attacked: tuple[Daemon, str],
) -> None:
    daemon, token = attacked
    with Peer(daemon.port) as peer:
        rooms = [frame(json.dumps({"type": "rooms", "id": n}).encode()) for n in range(5)]
        peer.send(request(token) + b"".join(rooms))
        peer.head()
        assert [peer.hears("rooms")["id"] for _ in range(5)] == [0, 1, 2, 3, 4]
