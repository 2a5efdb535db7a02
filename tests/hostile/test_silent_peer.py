"""A peer that is no longer there is found out, whether its kernel still answers or not."""

import time
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hostile.peer import PING, PONG, member
from tests.hostile.scene import eventually, unharmed

#: Short, that the test is; the defaults are 25 and 35 seconds.
LIMITS = {"limits": {"heartbeat_seconds": 2.0, "dead_seconds": 4.0}}
#: Dead after 4 s, a second for the tick, and the close handshake that nobody answers.
SECONDS = 4 + 1 + 6


@pytest.mark.parametrize("vanishes", [True, False], ids=["half-open", "mute"])
def test_a_peer_that_gives_no_sign_of_life_is_dropped(tmp_path: Path, vanishes: bool) -> None:
    with Daemon(tmp_path, LIMITS) as daemon:
        token = daemon.token("mallory")
        with unharmed(daemon):
            peers = [member(daemon.port, token) for _ in range(10)]
            if vanishes:
                for peer in peers:
                    peer.black_hole()
            assert daemon.ask("status")["connections"] == 12
            assert eventually(lambda: daemon.ask("status")["connections"] == 2, SECONDS)
            for peer in peers:
                peer.socket.close()


def test_a_peer_that_answers_pings_stays(tmp_path: Path) -> None:
    with Daemon(tmp_path, LIMITS) as daemon, member(daemon.port, daemon.token("alice")) as peer:
        began = time.monotonic()
        for opcode, payload in peer.frames():
            if opcode == PING:
                peer.frame(payload, PONG)
            if time.monotonic() - began > 6:
                break
        else:
            raise AssertionError("it was closed")
        peer.say(type="rooms", id=1)
        assert peer.hears("rooms")
