"""Floods from one connection, one user, one address: bounded, answered, ended."""

import contextlib
import json
import resource
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hostile.peer import PING, PONG, TEXT, Gone, Peer, frame, member, new_address
from tests.hostile.scene import eventually, processor_seconds, unharmed


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon with the default limits for all tests here."""
    with Daemon(Path(tmp_path_factory.mktemp("flood"))) as running:
        yield running


def test_a_flood_of_messages_is_refused_then_ended(daemon: Daemon) -> None:
    token = daemon.token("flooder")
    with unharmed(daemon), member(daemon.port, token) as peer:
        assert _refused(peer, 60) > 30
        with contextlib.suppress(Gone):
            peer.send(b"".join(_send(number) for number in range(3_000)))
        assert peer.close_code() == 4503


def test_a_new_connection_does_not_fill_the_budget_of_a_user_anew(daemon: Daemon) -> None:
    token = daemon.token("comes-back")
    with unharmed(daemon):
        for _ in range(3):
            with member(daemon.port, token) as peer:
                refused = _refused(peer, 25)
    assert refused > 15, "each connection has its 20, all of them together have 40"


def test_a_flood_of_bytes_is_refused_then_ended(daemon: Daemon) -> None:
    token = daemon.token("heavy")
    with unharmed(daemon), member(daemon.port, token) as peer:
        with contextlib.suppress(Gone):
            for number in range(300):
                peer.say(type="send", id=number, key="k", room="r", text="x" * 60_000)
        codes, close = _answers(peer)
        assert close == 4503
        assert codes.count("rate-limited") > 50


def test_bombs_are_paid_for_as_they_inflate(daemon: Daemon) -> None:
    """Three thousand of 100 bytes each, 180 MB in all: the flood above for a thousandth of it."""
    token = daemon.token("bomber")
    bomb = frame(deflated(b" " * 60_000 + b"{}"), rsv=4)
    assert len(bomb) < 150
    began = processor_seconds(daemon.pid)
    with unharmed(daemon), Peer(daemon.port) as peer:
        head = peer.upgrade(token, {"Sec-WebSocket-Extensions": "permessage-deflate"})
        assert "permessage-deflate" in head
        # Until its rooms are known nothing is answered: what waits then ends with the connection.
        peer.say(type="rooms", id=1)
        peer.hears("rooms")
        with contextlib.suppress(Gone):
            peer.send(bomb * 3_000)
        codes, close = _answers(peer)
        assert close == 4503
        assert 50 < codes.count("rate-limited") < 150
    assert processor_seconds(daemon.pid) - began < 2


def test_who_trickles_deflated_messages_holds_no_window(daemon: Daemon) -> None:
    """Twenty connections, each with a message of which most would be inflated already."""
    token = daemon.token("trickler")
    part = deflated(b"".join(b"%d " % number for number in range(9_000)))[:-9]
    with unharmed(daemon, growth=2 * 2**20 + 20 * 2 * len(part)), contextlib.ExitStack() as stack:
        for _ in range(20):
            peer = stack.enter_context(Peer(daemon.port))
            peer.upgrade(token, {"Sec-WebSocket-Extensions": "permessage-deflate"})
            peer.hears("welcome")
            peer.send(frame(part[:9], fin=False, rsv=4))
            peer.send(frame(part[9:], 0, fin=False))
            peer.frame(b"", PING)
            assert (PONG, b"") in (next(peer.frames()) for _ in range(3))


def test_one_user_has_so_many_connections_and_no_more(daemon: Daemon) -> None:
    token = daemon.token("octopus")
    with unharmed(daemon), contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(member(daemon.port, token))
        for _ in range(10):
            peer = stack.enter_context(Peer(daemon.port))
            assert peer.upgrade(token).startswith("HTTP/1.1 429 ")
    assert eventually(lambda: daemon.ask("status")["connections"] == 0, 5)
    with member(daemon.port, token):
        pass


def test_two_thousand_connections_of_one_address_take_nobody_elses_place(daemon: Daemon) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    source = new_address()
    try:
        with contextlib.ExitStack() as stack, unharmed(daemon):
            peers = [
                stack.enter_context(Peer(daemon.port, source, tls=False)) for _ in range(2_000)
            ]
            # The newest may not be accepted yet, and the oldest give way a moment later.
            settled = time.monotonic() + 5
            while (open_now := sum(_is_open(peer) for peer in peers)) > 50:
                assert time.monotonic() < settled, open_now
            assert open_now > 0
            token = daemon.token("elsewhere")
            with member(daemon.port, token):
                pass
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_storm_of_handshakes_leaves_others_in_peace(daemon: Daemon) -> None:
    made, until = [0], time.monotonic() + 4

    def storm(source: str) -> None:
        while time.monotonic() < until:
            with contextlib.suppress(Gone, OSError), Peer(daemon.port, source):
                made[0] += 1

    with unharmed(daemon):
        threads = [threading.Thread(target=storm, args=(new_address(),)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert made[0] > 100, "that was no storm"


def test_handshakes_with_wrong_tokens_are_counted_by_address(daemon: Daemon) -> None:
    source = new_address()
    statuses = []
    with unharmed(daemon):
        for _ in range(450):
            with Peer(daemon.port, source) as peer:
                statuses.append(peer.upgrade("chatd_t_" + "x" * 43).split()[1])
    assert set(statuses) == {"401", "429"}, set(statuses)


def deflated(payload: bytes) -> bytes:
    """As permessage-deflate has it."""
    made = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (made.compress(payload) + made.flush(zlib.Z_SYNC_FLUSH))[:-4]


def _refused(peer: Peer, count: int) -> int:
    """How many of so many messages are refused as too many."""
    peer.send(b"".join(_send(number) for number in range(count)))
    peer.say(type="rooms", id=count)
    refused = 0
    for _, payload in peer.frames():
        said = json.loads(payload)
        if said["type"] == "rooms":
            return refused
        if said.get("code") == "rate-limited":
            assert 0 < said["retry_after"] < 60
            refused += 1
    raise AssertionError("it was closed")


def _send(number: int) -> bytes:
    command = {"type": "send", "id": number, "key": f"k{number}", "room": "r", "text": "x"}
    return frame(json.dumps(command).encode())


def _answers(peer: Peer) -> tuple[list[str], int | None]:
    """The codes of all errors until the end, and the close code."""
    codes = []
    for opcode, payload in peer.frames():
        if opcode == TEXT:
            said = json.loads(payload)
            if said["type"] == "error":
                codes.append(said["code"])
        else:
            return codes, int.from_bytes(payload[:2], "big")
    return codes, None


def _is_open(peer: Peer) -> bool:
    peer.socket.settimeout(0.001)
    try:
        return bool(peer.socket.recv(1))
    except TimeoutError:
        return True
    except OSError:
        return False
