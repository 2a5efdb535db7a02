"""The control socket: whatever is asked of it is answered, and chatctl says so where it was not."""

import json
import socket
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.testing import StringTransport

from chatd.admin.control import ControlProtocol
from chatd.admin.office import Office
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.watching.tap import Tap
from tests.admin.commands import chatctl
from tests.daemon import Daemon


class Ending:
    """A daemon that ends while it answers. ``said``: so much of an answer; None: it has not even
    read what was asked."""

    def __init__(self, path: Path, said: bytes | None) -> None:
        path.parent.mkdir(exist_ok=True)
        self._said = said
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.bind(str(path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def _answer(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            if self._said is not None:
                connection.recv(65536)
                connection.sendall(self._said)

    def stop(self) -> None:
        self._thread.join()
        self._socket.close()


@pytest.mark.parametrize("said", [None, b"", b'{"done": [{"name"', b'{"done": []}'])
def test_a_daemon_that_ends_while_it_answers_is_told_of_in_a_sentence(
    tmp_path: Path, said: bytes | None
) -> None:
    daemon = Daemon(tmp_path)
    ending = Ending(daemon.state / "control.sock", said)
    try:
        told = chatctl("-c", daemon.config, "--json", "user", "list")
    finally:
        ending.stop()
    assert told.code == 4
    assert told.refused["code"] == "not-running"
    assert "nobody knows whether this was done" in told.refused["message"]


def test_a_tap_ends_in_a_sentence_where_its_last_line_is_cut(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    ending = Ending(daemon.state / "control.sock", b'{"done": {"target": "alice"}}\n{"frame": {')
    try:
        told = chatctl("-c", daemon.config, "--json", "tap", "alice")
    finally:
        ending.stop()
    assert (told.code, told.refused["code"]) == (4, "not-running")


class Taps:
    """Refuses those who are not there."""

    def __init__(self) -> None:
        self.begun = 0

    async def start(self, target: str, text: bool, sink: object, operator: int) -> Tap:
        if target == "nobody":
            raise Refusal(Code.NOT_FOUND, "There is no account and no connection nobody.")
        self.begun += 1
        return cast(Tap, self)

    def end(self) -> None:
        self.begun -= 1


class Desk:
    """A connection to the control socket. The kernel is asked who is at the other end."""

    def __init__(self) -> None:
        self.taps = Taps()
        self._ends = socket.socketpair()
        self.transport = StringTransport()
        self.transport.getHandle = lambda: self._ends[0]  # type: ignore[attr-defined]
        self.protocol = ControlProtocol(cast(Office, self))
        self.protocol.makeConnection(self.transport)

    def ask(self, **arguments: object) -> dict[str, Any]:
        self.transport.clear()
        line = json.dumps({"action": "tap", "arguments": arguments})
        self.protocol.dataReceived(line.encode() + b"\n")
        (answer,) = self.transport.value().splitlines()
        told: dict[str, Any] = json.loads(answer)
        return told

    def close(self) -> None:
        self.protocol.connectionLost()
        for end in self._ends:
            end.close()


def test_a_tap_that_was_refused_may_be_asked_for_again_and_there_is_one() -> None:
    desk = Desk()
    for _ in range(2):
        assert desk.ask(target="nobody")["refused"]["code"] == "not-found"
    assert desk.transport.producer is None
    assert desk.ask(target="alice") == {"done": {"target": "alice", "text": False}}
    assert desk.transport.producer is desk.protocol
    assert desk.ask(target="alice")["refused"]["code"] == "wrong-state"
    assert desk.taps.begun == 1
    desk.close()
    assert desk.taps.begun == 0


@pytest.mark.parametrize("arguments", [{"target": "a", "loud": True}, {"target": 1}, {}])
def test_a_tap_with_arguments_that_there_are_not_is_refused(arguments: dict[str, object]) -> None:
    desk = Desk()
    assert desk.ask(**arguments)["refused"]["code"] == "bad-field"
    desk.close()
