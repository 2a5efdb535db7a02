"""The control socket: how chatctl reaches a running daemon, which alone writes to the store.

One JSON object a line each way: ``{"action": …, "arguments": {…}}`` is answered by ``{"done": …}``
or ``{"refused": {"code", "message"}}``. Anyone who may open the socket may do everything: it
belongs to the daemon's user and to nobody else.
"""

import os
import socket
import stat
import struct
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure

from chatd.admin.office import Office, perform
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.watching.tap import Tap

LARGEST = 65536
SECONDS = 30.0

log = Logger()


class Request(msgspec.Struct):
    action: str
    arguments: dict[str, Any] = {}


class TapRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The arguments of a tap: a user name or a connection's id, and whether words are shown."""

    target: str
    text: bool = False


class ControlProtocol(LineOnlyReceiver):
    delimiter = b"\n"
    MAX_LENGTH = LARGEST
    transport: Any

    def __init__(self, office: Office) -> None:
        self._office = office
        self._tap: Tap | None = None
        #: there is a tap, or one is just starting
        self._tapping = False
        self._full = False

    def lineReceived(self, line: bytes) -> None:
        try:
            request = msgspec.json.decode(line, type=Request)
        except ValueError as error:
            self._answer({"refused": {"code": "bad-json", "message": str(error)}})
            return
        if request.action == "tap":
            doing = Deferred.fromCoroutine(self._start_tap(request.arguments))
        else:
            doing = Deferred.fromCoroutine(perform(self._office, request.action, request.arguments))
        doing.addCallbacks(
            lambda done: self._answer({"done": done}),
            lambda failure: self._refused(request.action, failure),
        )

    # A tap goes on until its asker leaves.

    async def _start_tap(self, arguments: dict[str, Any]) -> dict[str, Any]:
        try:
            wanted = msgspec.convert(arguments, TapRequest)
        except msgspec.ValidationError as error:
            raise Refusal(Code.BAD_FIELD, f"tap: {error}.") from None
        if self._tapping or self._office.taps is None:
            raise Refusal(Code.WRONG_STATE, "There is one tap on a connection to the daemon.")
        self._tapping = True
        try:
            tap = await self._office.taps.start(
                wanted.target, wanted.text, self, _uid(self.transport)
            )
        except BaseException:
            self._tapping = False
            raise
        if self.connected:
            self._tap = tap
            self.transport.registerProducer(self, True)
        else:
            tap.end()
        return {"target": wanted.target, "text": wanted.text}

    def line(self, line: dict[str, Any]) -> bool:
        """A `chatd.watching.tap.Sink`: what the socket does not accept is not kept."""
        if self._full or not self.connected:
            return False
        self._answer({"frame": line})
        return True

    def pauseProducing(self) -> None:
        self._full = True

    def resumeProducing(self) -> None:
        self._full = False

    def stopProducing(self) -> None:
        """The connection is about to end."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        tap, self._tap = self._tap, None
        if tap is not None:
            tap.end()

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


def _uid(transport: Any) -> int:
    """Of the process at the other end, as the kernel knows it: unix(7), SO_PEERCRED."""
    told = transport.getHandle().getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid: int = struct.unpack("3i", told)[1]
    return uid


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
    was taken before, so no other daemon can own it."""
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


class Unanswered(Exception):
    """The daemon ended before its answer came whole: what was asked for may be done, or not."""


def ask(path: Path, action: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Asks a running daemon and waits for its answer; for chatctl. `NotRunning` if there is none,
    `Unanswered`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NotRunning from None
        request = msgspec.json.encode({"action": action, "arguments": arguments})
        answer = b""
        try:
            connection.sendall(request + b"\n")
            while not answer.endswith(b"\n"):
                if not (part := connection.recv(LARGEST)):
                    raise Unanswered
                answer += part
        except (BrokenPipeError, ConnectionResetError):
            raise Unanswered from None
    decoded: dict[str, Any] = msgspec.json.decode(answer)
    return decoded
