"""`chatctl tap`: types, sizes and times of the frames of some connections, as they pass.

Bounded if the operator's terminal is slow: what it does not take is left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Protocol

import msgspec
from twisted.logger import Logger

from chatd.core.codes import Code
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.edge.connections import Closable, Connections
from chatd.engine.ports import Cancel, Clock, Scheduler, Store
from chatd.logs.safe import without_secrets
from chatd.wire.deflate import inflate

log = Logger(namespace="chatd.tap")

#: Seconds between two looks for the person's new connections.
LOOK: Final = 1.0
#: Connections that one tap listens to.
MOST: Final = 50
#: At most this much of a frame's text is shown, in code points.
TEXT: Final = 4_096
LARGEST_FRAME: Final = 1 << 24

Line = dict[str, Any]


class Sink(Protocol):
    """Whoever watches."""

    def line(self, line: Line) -> bool:
        """False if it has no room at the moment; the line is lost then."""


class _Typed(msgspec.Struct):
    type: str = ""
    code: str | int = ""


class Taps:
    """Makes taps: one at a time for each connection."""

    def __init__(
        self, store: Store, connections: Connections, clock: Clock, scheduler: Scheduler
    ) -> None:
        self.connections = connections
        self.clock = clock
        self.scheduler = scheduler
        self._store = store

    async def start(self, target: str, text: bool, sink: Sink, operator: int) -> Tap:
        """Taps a person by name, with any connections they open later, or one connection by its id.
        ``operator``: the numeric user of whoever asks, for the log."""
        row = await self._store.user_by_name(user_name(target, privileged=True))
        tap = Tap(self, None if row is None else row.id, target, text, sink)
        if not tap.look() and row is None:
            tap.end()
            raise Refusal(
                Code.NOT_FOUND,
                f"There is no account and no connection {target}: `chatctl trace` and the log name"
                " connections.",
            )
        what = "reads the text of" if text else "watches"
        log.warn(
            "tap: uid {operator} " + what + " all frames of {target}",
            operator=operator,
            target=target,
        )
        return tap


class Tap:
    """One operator's look at some connections, until `end`."""

    def __init__(self, taps: Taps, user: str | None, target: str, text: bool, sink: Sink) -> None:
        self._taps = taps
        self._user = user
        self._target = target
        self._text = text
        self._sink = sink
        self._tapped: dict[str, Closable] = {}
        self._left_out = 0
        self._cancel: Cancel | None = None

    def look(self) -> bool:
        """Listens to new connections; whether there is any."""
        for connection in self._found():
            known = connection.id in self._tapped or len(self._tapped) >= MOST
            if not known and connection.tap(self):
                self._tapped[connection.id] = connection
                self._tell({"connection": connection.id, "way": "begins"})
        here = {connection.id for connection in self._taps.connections.all()}
        for gone in self._tapped.keys() - here:
            del self._tapped[gone]
            self._tell({"connection": gone, "way": "ended"})
        self._cancel = self._taps.scheduler.later(LOOK, self._again)
        return bool(self._tapped)

    def end(self) -> None:
        """Stops listening. Harmless if called twice."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        for connection in self._tapped.values():
            connection.untap()
        if self._tapped:
            log.info("tap: {target} is watched no more", target=self._target)
        self._tapped.clear()

    # The connections call.

    def came(self, connection: str, payload: bytes) -> None:
        self._frame(connection, "in", len(payload), payload)

    def went(self, connection: str, frames: bytes) -> None:
        for size, opcode, payload in parsed(frames):
            self._frame(connection, "out", size, payload, opcode)

    def _frame(
        self, connection: str, way: str, size: int, payload: bytes | None, opcode: int = 1
    ) -> None:
        line: Line = {"connection": connection, "way": way, "bytes": size}
        if opcode != 1 or payload is None:
            line["type"] = {8: "(close)", 9: "(ping)", 10: "(pong)"}.get(opcode, "(not read)")
        else:
            line["type"] = _type(payload)
            if self._text:
                line["text"] = without_secrets(payload.decode("utf-8", "replace")[:TEXT])
        self._tell(line)

    def _tell(self, line: Line) -> None:
        line["time"] = self._taps.clock.wall()
        if self._left_out:
            line["left_out"] = self._left_out
        if self._sink.line(line):
            self._left_out = 0
        else:
            self._left_out += 1

    def _again(self) -> None:
        self.look()

    def _found(self) -> tuple[Closable, ...]:
        if self._user is not None:
            return self._taps.connections.of(self._user)
        return tuple(each for each in self._taps.connections.all() if each.id == self._target)


def parsed(frames: bytes) -> Iterator[tuple[int, int, bytes | None]]:
    """The bytes on the wire, opcode and inflated payload of whole, unmasked frames from
    `wire.framing`; None for a payload that could not be inflated."""
    at = 0
    while at + 2 <= len(frames):
        first, size, head = frames[at], frames[at + 1], 2
        if size >= 126:
            head += 2 if size == 126 else 8
            size = int.from_bytes(frames[at + 2 : at + head], "big")
        payload: bytes | None = frames[at + head : at + head + size]
        if first & 0x40:
            payload = _inflated(payload or b"")
        yield head + size, first & 0x0F, payload
        at += head + size


def _inflated(data: bytes) -> bytes | None:
    try:
        return inflate(data, LARGEST_FRAME)
    except ValueError:
        return None


def _type(payload: bytes) -> str:
    try:
        frame = msgspec.json.decode(payload, type=_Typed)
        return f"{frame.type[:64]} {str(frame.code)[:64]}".rstrip()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "(no frame of chatd)"
