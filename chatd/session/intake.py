"""The intake: from a frame's bytes to a command that is paid for, or to an error, or to the end."""

from dataclasses import dataclass
from typing import Final

from chatd.core.codes import Close, Code
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine
from chatd.engine.origin import Origin
from chatd.session.budgets import Budgets
from chatd.wire.codec import command_id
from chatd.wire.frames import Command, Error, Limits

#: After this many frames in a row that are no command at all, it is not a client of ours.
BAD_FRAMES: Final = 10
UNDECODABLE: Final = frozenset({Code.BAD_JSON, Code.BAD_FRAME, Code.TOO_DEEP})


@dataclass(frozen=True, slots=True)
class Enough:
    """The connection is to be closed for this reason."""

    code: Close
    reason: str


class Intake:
    """For one connection. Takes any bytes and never raises."""

    __slots__ = ("_bad_frames", "_budgets", "_engine", "_origin")

    def __init__(self, engine: Engine, budgets: Budgets, origin: Origin) -> None:
        self._engine = engine
        self._budgets = budgets
        self._origin = origin
        self._bad_frames = 0

    def take(self, data: bytes, now: float, limits: Limits) -> Command | Error | Enough:
        """The command in a frame, the error that answers the frame, or the end."""
        if len(data) > limits.frame_bytes:
            return Enough(
                Close.MESSAGE_TOO_BIG,
                f"A frame has at most {limits.frame_bytes} bytes; this one {len(data)}.",
            )
        try:
            self._budgets.receive(len(data), now)
            command = self._decoded(data, now, limits.json_depth)
            self._pay(command, now)
            return command
        except Refusal as refusal:
            return self._enough(refusal, now) or self._error(refusal, data)
        except Exception as failure:
            return self._error(failure, data)

    def _decoded(self, data: bytes, now: float, depth: int) -> Command:
        try:
            command = self._engine.codec.decode(data, depth)
        except Refusal as refusal:
            self._bad_frames = self._bad_frames + 1 if refusal.code in UNDECODABLE else 0
            # Nonsense costs as much as a message; otherwise it would be free.
            self._budgets.spend(1, now)
            raise
        self._bad_frames = 0
        return command

    def _pay(self, command: Command, now: float) -> None:
        engine = self._engine
        if reads := engine.reads(command):
            self._budgets.read(reads, now)
        self._budgets.spend(engine.row(command).cost, now)

    def _enough(self, refusal: Refusal, now: float) -> Enough | None:
        if refusal.code is Code.RATE_LIMITED and self._budgets.is_abuse(now):
            return Enough(Close.ABUSE, "The limits were overrun again and again.")
        if self._bad_frames >= BAD_FRAMES:
            return Enough(Close.BAD_USE, f"{BAD_FRAMES} frames in a row made no sense.")
        return None

    def _error(self, failure: Exception, data: bytes) -> Error:
        return self._engine.error(failure, command_id(data), "frame", self._origin)
