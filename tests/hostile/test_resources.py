"""The machine gives out: descriptors, disk, the processor, the clock. People get through it."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.daemon import GENEROUS, Daemon
from tests.hostile.pair import Pair
from tests.hostile.peer import Gone, Peer, member
from tests.hostile.scene import (
    Reader,
    assert_calm,
    eventually,
    processor_seconds,
    unharmed,
)

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
MIB = 2**20


def test_a_stopped_server_loses_nobody_and_nothing(tmp_path: Path) -> None:
    """Longer than the server would wait for a sign of life from anybody."""
    limits = {"limits": {"heartbeat_seconds": 2.0, "dead_seconds": 4.0}}
    with Daemon(tmp_path, GENEROUS, limits) as daemon:
        pair = Pair(daemon.port, daemon.ca, (daemon.token("one"), daemon.token("two")))
        try:
            time.sleep(1)
            daemon.signal(signal.SIGSTOP)
            time.sleep(6)
            daemon.signal(signal.SIGCONT)
            time.sleep(3)
            heard = pair.end()
        finally:
            daemon.signal(signal.SIGCONT)
            pair.kill()
        assert heard.complete, heard
        assert heard.worst < 8
        assert heard.connections == 1, "the server took its own absence for theirs"


def test_without_descriptors_it_rests_and_then_serves_again(tmp_path: Path) -> None:
    with Daemon(tmp_path, command=("prlimit", "--nofile=64:64")) as daemon:
        token = daemon.token("late")
        with contextlib.ExitStack() as stack:
            with unharmed(daemon):
                for _ in range(100):
                    with contextlib.suppress(Gone, OSError):
                        stack.enter_context(Peer(daemon.port, tls=False))
                before = processor_seconds(daemon.pid)
                time.sleep(2)
                assert processor_seconds(daemon.pid) - before < 1, "it spins"
            stack.close()

        def served() -> bool:
            with contextlib.suppress(Gone, OSError, AssertionError), member(daemon.port, token):
                return True
            return False

        assert eventually(served, 8)


class SmallDisk:
    """A daemon whose store lies on a file system of 40 MiB, in a mount namespace of its own."""

    def __init__(self, folder: Path, floor: int) -> None:
        mount = f'mount -t tmpfs -o size={40 * MIB} tmpfs {folder / "state"} && exec "$@"'
        unshare = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-rm")
        self.daemon = Daemon(
            folder,
            GENEROUS,
            {"store": {"free_bytes": floor}, "server": {"control": "../control.sock"}},
            command=(*unshare, "sh", "-c", mount, "sh"),
        )
        self.daemon._control = folder / "control.sock"

    @property
    def _filler(self) -> Path:
        return Path(f"/proc/{self.daemon.pid}/root{self.daemon.state}/filler")

    def fill(self, leave: int) -> None:
        """Somebody else's file takes all but `leave` bytes."""
        state = os.statvfs(self._filler.parent)
        with self._filler.open("wb") as filler, contextlib.suppress(OSError):
            filler.write(b"\0" * (state.f_bavail * state.f_frsize - leave))

    def free(self) -> None:
        self._filler.unlink()


@pytest.mark.parametrize(
    ("floor", "leave"), [(8 * MIB, 4 * MIB), (0, 0)], ids=["below the floor", "to the last byte"]
)
def test_a_full_disk_refuses_keeps_reading_and_recovers(
    tmp_path: Path, floor: int, leave: int
) -> None:
    disk = SmallDisk(tmp_path, floor)
    with disk.daemon as daemon:
        reader = Reader(daemon, "writer")
        acknowledged = [number for number in range(20) if _kept(reader, number)]
        assert len(acknowledged) == 20
        disk.fill(leave)
        time.sleep(1.1)  # free space is looked at once a second
        answers = [_answer(reader, number) for number in range(100, 160)]
        codes = {answer.get("code") for answer in answers if answer["type"] == "error"}
        acknowledged += [answer["id"] for answer in answers if answer["type"] == "done"]
        assert "storage-full" in codes or "unavailable" in codes, codes
        assert codes <= {"storage-full", "unavailable"}, codes
        assert all(answer["retry"] for answer in answers if answer["type"] == "error")
        reader.peer.say(type="history", id=9, room=reader.room)
        assert reader.peer.hears("history")["messages"]
        disk.free()
        assert eventually(lambda: _kept(reader, 200 + int(time.monotonic() * 100)), 12)
        texts = {event["text"] for event in reader.resumed() if event["type"] == "message"}
        assert {str(number) for number in acknowledged} <= texts


@pytest.mark.faketime
def test_the_wall_clock_may_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tmp_path / "steps"
    steps.write_text("+0\n")
    limits = {"limits": {"heartbeat_seconds": 1.0, "dead_seconds": 3.0}}
    daemon = Daemon(tmp_path / "daemon", limits)
    with monkeypatch.context() as environment:
        environment.setenv("LD_PRELOAD", str(FAKETIME))
        environment.setenv("FAKETIME_TIMESTAMP_FILE", str(steps))
        environment.setenv("FAKETIME_NO_CACHE", "1")
        environment.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        daemon.start()
    with contextlib.ExitStack() as stack:
        stack.callback(daemon.stop)
        pair = Pair(daemon.port, daemon.ca, (daemon.token("one"), daemon.token("two")))
        watcher = Reader(daemon, "watcher")
        try:
            times = []
            for number, step in enumerate(("+0", "+3600", "-3600", "+400d", "+0")):
                steps.write_text(step + "\n")
                watcher.send(number, step)
                times.append(int(watcher.peer.hears("message")["at"]))
                # Timers go on. The first may have been on its way before the clock stepped.
                for _ in range(2):
                    watcher.peer.hears("heartbeat")
            heard = pair.end()
        finally:
            pair.kill()
        assert times[1] - times[0] > 3_500_000, "the clock did not step"
        assert times[2] < times[0]
        assert_calm(heard)
        assert heard.connections == 1
        watcher.peer.say(type="history", id=9, room=watcher.room)
        texts = [message["text"] for message in watcher.peer.hears("history")["messages"]]
        assert texts == ["+0", "+3600", "-3600", "+400d", "+0"], "order follows the clock"


def _answer(reader: Reader, number: int) -> dict[str, object]:
    reader.send(number, str(number))
    for _, payload in reader.peer.frames():
        said: dict[str, object] = json.loads(payload)
        if said["type"] in ("done", "error"):
            return said
    raise AssertionError("it was closed")


def _kept(reader: Reader, number: int) -> bool:
    return _answer(reader, number)["type"] == "done"
