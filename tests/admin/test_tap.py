"""`chatctl tap`: frames as they pass, their text only where it is asked for, and never too many."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_twisted
from twisted.internet.testing import StringTransport
from twisted.internet.threads import deferToThread

from chatd.admin.answers_watching import Frame
from chatd.admin.control import ControlProtocol
from chatd.admin.office import Office
from chatd.admin.watching import frame_line
from chatd.edge.connections import Connections
from chatd.engine.ports import Store
from chatd.watching.tap import Tap, Taps, parsed
from chatd.wire.framing import PING, deflated, text
from tests.daemon import REPOSITORY, Daemon
from tests.fakes.clock import FakeClock
from tests.scenarios.wss import WssWorld
from tests.session.rig import Rig

WORDS = "zimtschnecke"


class Heard:
    def __init__(self) -> None:
        self.came_in: list[bytes] = []
        self.went_out: list[bytes] = []

    def came(self, connection: str, payload: bytes) -> None:
        assert connection == "c0nnect1"
        self.came_in.append(payload)

    def went(self, connection: str, frames: bytes) -> None:
        assert connection == "c0nnect1"
        self.went_out.append(frames)


def test_frames_are_told_apart_and_inflated() -> None:
    long = text(b'{"type":"message","text":"' + b"x" * 70_000 + b'"}')
    written = text(b"{}") + PING + deflated(long) + text(b"y" * 200)
    found = list(parsed(written))
    assert [opcode for _, opcode, _ in found] == [1, 9, 1, 1]
    assert sum(size for size, _, _ in found) == len(written)
    assert [payload for _, _, payload in found] == [b"{}", b"", long[10:], b"y" * 200]


def test_a_tap_hears_all_and_changes_nothing_and_ends_without_a_trace() -> None:
    tapped, plain = Rig(), Rig()
    intake, wire = tapped.session._intake, tapped.outbox._wire
    heard = Heard()
    assert tapped.session.tap(heard)
    assert not tapped.session.tap(Heard()), "one at a time"
    for rig in (tapped, plain):
        rig.say(1)
        rig.store.fire(0)
    assert tapped.new() == plain.new()
    assert [json.loads(each)["type"] for each in heard.came_in] == ["say"]
    assert heard.went_out == [bytes(tapped.wire.received)[-len(heard.went_out[0]) :]]
    tapped.session.untap()
    assert tapped.session._intake is intake and tapped.outbox._wire is wire
    tapped.session.untap()
    tapped.say(2)
    assert len(heard.came_in) == 1


def test_a_line_of_others_does_nothing_to_the_terminal() -> None:
    frame = Frame(0, "c1", "in", 5, type="\x1b[2J", text="\x07")
    assert frame_line(frame).isprintable()


class Tapping:
    """`chatctl tap` as a child."""

    def __init__(self, daemon: Daemon, *arguments: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "chatd.admin.main", "-c", str(daemon.config), "tap", *arguments],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def first(self) -> str:
        assert self._child.stdout is not None
        return self._child.stdout.readline()

    def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        self._child.communicate(timeout=10)
        return self._child.returncode

    def end(self) -> tuple[int, str]:
        self._child.send_signal(signal.SIGINT)
        said, _ = self._child.communicate(timeout=10)
        return self._child.returncode, said


@pytest.mark.parametrize("with_text", [False, True])
@pytest_twisted.ensureDeferred
async def test_an_operator_sees_frames_pass_until_ctrl_c(tmp_path: Path, with_text: bool) -> None:
    with Daemon(tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        alice = await world.connect("alice", 0)
        tapping = Tapping(daemon, "alice", *(["--text"] if with_text else []))
        assert "begins" in await deferToThread(tapping.first)
        made = {"type": "create_room", "key": "k1", "name": WORDS}
        assert (await alice.command(made))["type"] == "done"
        again = await world.connect("alice", 0)
        secret = {"type": "send", "key": "k2", "room": "r1", "text": "chatd_t_" + "Q" * 43}
        for _ in range(100):
            await again.command(secret)
            if "begins" in (said := await deferToThread(daemon.log)):
                break
        code, said = await deferToThread(tapping.end)
        assert code == 130
        assert "-> " in said and "create_room" in said and "<- " in said and "done" in said
        assert (WORDS in said) == with_text
        assert "QQQQ" not in said
        log = daemon.log()
        verb = "reads the text of" if with_text else "watches"
        assert f"tap: uid {os.geteuid()} {verb} all frames of alice" in log
        assert WORDS not in log
        deadline = time.monotonic() + 5
        while "tap: alice is watched no more" not in daemon.log():
            assert time.monotonic() < deadline
        await world.stop()


class Slow:
    """A sink with room for so many lines."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.lines: list[dict[str, Any]] = []

    def line(self, line: dict[str, Any]) -> bool:
        if self.room:
            self.room -= 1
            self.lines.append(line)
            return True
        return False


def test_what_a_slow_terminal_does_not_take_is_left_out_and_counted() -> None:
    sink, clock = Slow(2), FakeClock()
    taps = Taps(cast(Store, None), Connections(20), clock, clock)
    tap = Tap(taps, "u1", "alice", False, sink)
    for _ in range(5):
        tap.came("c1", b'{"type":"send"}')
    sink.room = 2
    tap.went("c1", text(b'{"type":"error","code":"gone"}') + text(b"\xff"))
    assert [line.get("left_out") for line in sink.lines] == [None, None, 3, None]
    kinds = [line["type"] for line in sink.lines]
    assert kinds == ["send", "send", "error gone", "(no frame of chatd)"]
    assert all("text" not in line for line in sink.lines)


def test_the_control_socket_says_when_it_takes_no_more() -> None:
    protocol = ControlProtocol(cast(Office, None))
    transport = StringTransport()
    protocol.makeConnection(transport)
    assert protocol.line({"a": 1})
    protocol.pauseProducing()
    assert not protocol.line({"b": 2})
    protocol.resumeProducing()
    assert protocol.line({"c": 3})
    protocol.connectionLost()
    assert transport.value() == b'{"frame":{"a":1}}\n{"frame":{"c":3}}\n'


@pytest_twisted.ensureDeferred
async def test_for_programs_it_is_an_object_a_line(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        await world.connect("alice", 0)
        tapping = Tapping(daemon, "alice", "--json")
        told = json.loads(await deferToThread(tapping.first))
        assert (told["schema"], told["command"]) == ("chatctl/1", "tap")
        assert told["done"]["way"] == "begins" and "bytes" not in told["done"]
        assert (await deferToThread(tapping.end))[0] == 130
        await world.stop()


def test_who_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        tapping = Tapping(daemon, "nobody")
        assert "There is no account and no connection nobody" in tapping.first()
        assert tapping.ended() == 1
