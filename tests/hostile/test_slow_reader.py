"""Whoever does not read costs a bounded amount, is told, and gets everything afterwards."""

import contextlib
import json
from pathlib import Path

from tests.daemon import GENEROUS, Daemon
from tests.hostile.peer import Gone
from tests.hostile.scene import Reader, eventually, unharmed

MESSAGES = 3_000
TEXT = "x" * 4_000
IN_FLIGHT = 50
#: The bound of what waits for a reader (1 MiB by default), and what talk of 12 MiB costs by itself.
GROWTH = 3 * 2**20


def test_a_reader_who_stops_is_bounded_told_and_resumes_everything(tmp_path: Path) -> None:
    with Daemon(tmp_path, GENEROUS) as daemon:
        speaker = Reader(daemon, "speaker")
        _warm_up(daemon, speaker)
        slow = Reader(daemon, "slow", speaker.room, receive_buffer=4096)
        with unharmed(daemon, GROWTH):
            _talk(speaker)
        heard, cursor = [], slow.cursor
        for _, payload in slow.peer.frames():
            frame = json.loads(payload)
            if frame["type"] == "resync":
                break
            if frame["type"] == "message":
                heard.append(frame)
                cursor = frame["cursor"]
        assert len(heard) < MESSAGES, "nothing was held back: the bound was not reached"
        slow.cursor = cursor
        heard += [event for event in slow.resumed() if event["type"] == "message"]
        assert [event["text"] for event in heard] == [f"{n}{TEXT}" for n in range(MESSAGES)]
        assert [event["seq"] for event in heard] == list(
            range(heard[0]["seq"], heard[0]["seq"] + MESSAGES)
        )
        speaker.send(4 * MESSAGES, "and live again")
        assert slow.peer.hears("message")["text"] == "and live again"


def test_a_reader_who_never_reads_again_is_closed(tmp_path: Path) -> None:
    limits = {"limits": {"reader_seconds": 1.0}}
    with Daemon(tmp_path, GENEROUS, limits) as daemon:
        speaker = Reader(daemon, "speaker")
        _warm_up(daemon, speaker)
        slow = Reader(daemon, "slow", speaker.room, receive_buffer=4096)
        with unharmed(daemon, GROWTH):
            _talk(speaker)
            assert eventually(lambda: daemon.ask("status")["connections"] == 3, 12)
        speaker.send(4 * MESSAGES, "still there")
        assert speaker.peer.hears("done")["id"] == 4 * MESSAGES
        with contextlib.suppress(Gone):
            assert slow.peer.close_code() in (4000, None)


def _warm_up(daemon: Daemon, speaker: Reader) -> None:
    """Whatever talk costs by itself (the caches of the store and of its index), it costs before."""
    for times in range(1, 4):
        _talk(speaker, times * MESSAGES)
    assert eventually(lambda: daemon.ask("status")["search"] == "all of the log", 30)


def _talk(speaker: Reader, ids: int = 0) -> None:
    for first in range(ids, ids + MESSAGES, IN_FLIGHT):
        for number in range(first, first + IN_FLIGHT):
            speaker.send(number, f"{number}{TEXT}")
        for _ in range(IN_FLIGHT):
            speaker.peer.hears("done")
