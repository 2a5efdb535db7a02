"""The control socket: how chatctl reaches a running daemon, which alone writes to the store.

One JSON object a line each way: ``{"action": …, "arguments": {…}}`` is answered by ``{"done": …}``
or ``{"refused": {"code", "message"}}``. Whoever may open the socket may do everything: it belongs
to the daemon's user and to nobody else.
"""

import os
import socket
import stat
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure

from chatd.admin.office import Office, perform
from chatd.core.refusal import Refusal

LARGEST = 65536
SECONDS = 30.0

log = Logger()


class Request(msgspec.Struct):
    action: str
    arguments: dict[str, Any] = {}


class ControlProtocol(LineOnlyReceiver):
    delimiter = b"\n"
    MAX_LENGTH = LARGEST

    def __init__(self, office: Office) -> None:
        self._office = office

    def lineReceived(self, line: bytes) -> None:
        try:
            request = msgspec.json.decode(line, type=Request)
        except ValueError as error:
            self._answer({"refused": {"code": "bad-json", "message": str(error)}})
            return
        doing = Deferred.fromCoroutine(perform(self._office, request.action, request.arguments))
        doing.addCallbacks(
            lambda done: self._answer({"done": done}),
            lambda failure: self._refused(request.action, failure),
        )

    def _refused(self, action: str, failure: Failure) -> None:
        error = failure.value
        if isinstance(error, Refusal):
            refused = {"code": error.code.value, "message": error.message}
        else:
            log.failure("control action {action} failed", failure, action=action)
            refused = {"code": "internal", "message": "The daemon made a mistake; see its log."}
        self._answer({"refused": refused})

    def _answer(self, answer: dict[str, Any]) -> None:
        if self.connected:
            self.sendLine(msgspec.json.encode(answer))


class ControlFactory(Factory):
    noisy = False

    def __init__(self, office: Office) -> None:
        self._office = office

    def buildProtocol(self, addr: Any) -> ControlProtocol:
        protocol = ControlProtocol(self._office)
        protocol.factory = self
        return protocol


def listen_control(reactor: Any, path: Path, office: Office) -> IListeningPort:
    """Listens at ``path``; a socket left behind by a daemon that died is removed. The store's lock
    has been taken before, so no other daemon can own it."""
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    mask = os.umask(0o177)
    try:
        port: IListeningPort = reactor.listenUNIX(str(path), ControlFactory(office), mode=0o600)
    finally:
        os.umask(mask)
    return port


class NotRunning(Exception):
    """Nobody listens at the control socket."""


def ask(path: Path, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Asks a running daemon, waiting for its answer; for chatctl. `NotRunning` if there is none."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NotRunning from None
        request = msgspec.json.encode({"action": action, "arguments": arguments})
        connection.sendall(request + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            part = connection.recv(LARGEST)
            if not part:
                break
            answer += part
    decoded: dict[str, Any] = msgspec.json.decode(answer)
    return decoded
