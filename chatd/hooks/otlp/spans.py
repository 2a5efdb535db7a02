"""What is recorded of commands and requests: which ones, and as which spans.

Nothing in it of what people say, of names or of secrets: kinds, times, outcomes, and the ids of
connections and requests that the log has as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chatd.core.codes import Code
from chatd.core.meters import Commits
from chatd.engine.ports import Clock, Random
from chatd.engine.tracing import Carried, Served
from chatd.hooks.otlp.context import Parent, parent

TRACE_BYTES: Final = 16
SPAN_BYTES: Final = 8

Value = str | int


@dataclass(slots=True)
class Span:
    """``began`` and ``ended``: Unix time in nanoseconds. ``server``: somebody else asked for it.
    ``remote``: the parent is somebody else's."""

    trace: str
    id: str
    parent: str
    name: str
    server: bool
    began: int
    ended: int
    attributes: Mapping[str, Value]
    failed: bool = False
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """``ratio`` of what is asked is recorded, and all that took ``slow`` seconds or longer."""

    ratio: float
    slow: float


class SpanTracer:
    """Gives spans to ``sink``. ``commits`` tells the last commit; ``fraction`` gives numbers from 0
    to 1."""

    def __init__(
        self,
        sampling: Sampling,
        sink: Callable[[Span], None],
        commits: Commits,
        clock: Clock,
        random: Random,
        fraction: Callable[[], float],
    ) -> None:
        self._sampling = sampling
        self._sink = sink
        self._commits = commits
        self._clock = clock
        self._random = random
        self._fraction = fraction
        #: spans of the commit whose outcomes are being given out just now
        self._turn: list[Span] = []
        self._turn_of: object = None

    def carried(self, told: Carried) -> None:
        if not self._wanted(told.ended - told.began, None):
            return
        attributes: dict[str, Value] = {
            "chatd.command": told.type,
            "chatd.kind": told.kind,
            "chatd.outcome": told.outcome,
            "chatd.connection": told.origin.connection,
            "chatd.request": told.request,
        }
        if told.reference is not None:
            attributes["chatd.reference"] = told.reference
        failed = told.outcome == Code.INTERNAL
        span = self._span(told.type, told.began, told.ended, attributes, failed, None)
        self._give(span, told.ended, told.kind == "write" and told.outcome == "done")

    def served(self, told: Served) -> None:
        asked = parent(told.parent)
        if not self._wanted(told.ended - told.began, asked):
            return
        attributes: dict[str, Value] = {
            "http.request.method": told.method,
            "http.route": told.route,
            "http.response.status_code": told.status,
            "chatd.request": told.request,
        }
        name, failed = f"{told.method} {told.route}", told.status >= 500
        span = self._span(name, told.began, told.ended, attributes, failed, asked)
        self._give(span, told.ended, told.writes and told.status < 400)

    def fanned_out(self) -> None:
        turn, self._turn = self._turn, []
        now = self._unix(self._clock.now())
        for span in turn:
            self._sink(self._child(span, "fan-out", span.ended, max(now, span.ended), {}))

    def _wanted(self, seconds: float, asked: Parent | None) -> bool:
        if seconds >= self._sampling.slow:
            return True
        if asked is not None:
            return asked.sampled
        return self._fraction() < self._sampling.ratio

    def _span(
        self,
        name: str,
        began: float,
        ended: float,
        attributes: Mapping[str, Value],
        failed: bool,
        asked: Parent | None,
    ) -> Span:
        return Span(
            self._random(TRACE_BYTES).hex() if asked is None else asked.trace,
            self._random(SPAN_BYTES).hex(),
            "" if asked is None else asked.span,
            name,
            True,
            self._unix(began),
            self._unix(ended),
            attributes,
            failed,
            asked is not None,
        )

    def _give(self, span: Span, ended: float, committed: bool) -> None:
        """``committed``: the last commit told is its own, since outcomes are given out in the turn
        in which their commit is counted."""
        self._sink(span)
        last = self._commits.last
        if last is not self._turn_of:
            # The previous one had nothing that anybody is told.
            self._turn, self._turn_of = [], last
        if committed and last is not None:
            units, seconds = last
            start = max(self._unix(ended - seconds), span.began)
            self._sink(self._child(span, "commit", start, span.ended, {"chatd.units": units}))
            self._turn.append(span)

    def _child(
        self, of: Span, name: str, began: int, ended: int, attributes: Mapping[str, Value]
    ) -> Span:
        id = self._random(SPAN_BYTES).hex()
        return Span(of.trace, id, of.id, name, False, began, ended, attributes)

    def _unix(self, moment: float) -> int:
        """A monotonic moment as Unix time in nanoseconds."""
        passed = self._clock.now() - moment
        return self._clock.wall() * 1_000_000 - round(passed * 1_000_000_000)
