"""What is told how commands and requests went, for traces (OpenTelemetry). Not to be confused with
`chatctl trace`, which follows one message (`engine.traces`)."""

from typing import Protocol

import msgspec

from chatd.core.meters import Kind
from chatd.engine.origin import Origin


class Carried(msgspec.Struct, frozen=True):
    """A command over a WebSocket that has its answer. ``began`` and ``ended``: from its turn to its
    answer, monotonic seconds. ``outcome`` is "done" or the code of the refusal, ``reference`` that
    of a bug; ``request`` the id that the client gave the command."""

    type: str
    kind: Kind
    began: float
    ended: float
    outcome: str
    origin: Origin
    request: int
    reference: str | None = None


class Served(msgspec.Struct, frozen=True):
    """A request to the HTTP API that has its answer. ``route`` has no names in it: it is the
    table's, `/api/v1/rooms/{room}`. ``writes``: it stands for a command that wants something
    committed. ``parent`` is the `traceparent` it came with."""

    method: str
    route: str
    status: int
    began: float
    ended: float
    request: str
    writes: bool = False
    parent: str | None = None


class Tracer(Protocol):
    """Called in the reactor as soon as the answer is known; neither raises nor takes long."""

    def carried(self, told: Carried) -> None: ...

    def served(self, told: Served) -> None: ...

    def fanned_out(self) -> None:
        """The last commit is with those who carry it to people."""
