"""One run: the rows one after the other, in each the servers in turn, round after round."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from websockets.exceptions import WebSocketException

from bench.kit import Lacking
from bench.load import LoadError
from bench.measure import Figures, Missing
from bench.names import CHATD, title
from bench.programs import BuildError
from bench.rows.row import Row
from bench.servers import ServerError
from bench.stage import Stage

#: Figures of every round, by row and by server.
Found = dict[str, dict[str, list[Figures]]]


#: What ends one server's turn in a row, and not the run.
BROKEN = (Missing, LoadError, ServerError, BuildError, OSError, WebSocketException)


@dataclass
class Outcome:
    """What a run found; `failed` and `not_run` are sentences for people."""

    found: Found = field(default_factory=dict)
    #: By row and server: what went wrong in some round.
    failed: dict[str, dict[str, str]] = field(default_factory=dict)
    #: By server: why it does not run on this machine.
    not_run: dict[str, str] = field(default_factory=dict)

    @property
    def chatd_failed(self) -> bool:
        return any(CHATD in names for names in self.failed.values())


class Progress:
    """Tells where a run is, and about how long it still takes: from the rows' own estimates,
    stretched by how long those before took."""

    def __init__(self, expected: float, out: Callable[[str], None] | None = None) -> None:
        self._expected = expected
        self._done = 0.0
        self._began = time.monotonic()
        self._out = out or _to_stderr

    def say(self, text: str) -> None:
        self._out(f"{time.monotonic() - self._began:5.0f} s  {text}")

    def begin(self, text: str) -> None:
        left = self._expected - self._done
        if self._done:
            left *= (time.monotonic() - self._began) / self._done
        minutes = f"about {left / 60:.0f} min left" if left > 90 else f"about {left:.0f} s left"
        self.say(f"{text} ({minutes})")

    def end(self, expected: float) -> None:
        self._done += expected


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def expected_seconds(rows: Sequence[Row], names: Sequence[str], rounds: int) -> float:
    return sum(row.seconds * rounds * sum(name in names for name in row.names) for row in rows)


def run(
    stage: Stage,
    rows: Sequence[Row],
    names: Sequence[str],
    rounds: int,
    progress: Progress,
    after_each: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """`after_each`: is given what was found so far, so that a run cut short is no loss."""
    outcome = Outcome()
    for row in rows:
        took_part = [name for name in row.names if name in names]
        for number in range(1, rounds + 1):
            for name in took_part:
                if name not in outcome.not_run:
                    of = f"round {number} of {rounds}"
                    progress.begin(f"{row.name}, {of}: {title(name)}")
                    _play(stage, row, name, outcome)
                progress.end(row.seconds)
                after_each(outcome)
    return outcome


def _play(stage: Stage, row: Row, name: str, outcome: Outcome) -> None:
    try:
        figures = row.run(stage, name)
    except Lacking as lacking:
        outcome.not_run[name] = str(lacking)
        stage.say(f"{title(name)}: not run: {lacking}")
    except BROKEN as error:
        outcome.failed.setdefault(row.name, {})[name] = str(error)
        stage.say(f"{row.name}: {error}")
    else:
        outcome.found.setdefault(row.name, {}).setdefault(name, []).append(figures)


def medians(rounds: Mapping[str, list[Figures]]) -> dict[str, Figures]:
    """By server and figure: the median over its rounds."""
    return {
        name: {key: middle([figures[key] for figures in each if key in figures]) for key in each[0]}
        for name, each in rounds.items()
    }


def middle(values: Sequence[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
