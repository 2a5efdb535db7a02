"""The most deliveries a second with nothing missing and 99 % within a bound."""

from typing import Any

from bench import names
from bench.load import Load
from bench.measure import CONNECTS_AT_ONCE, Figures, connect, fan
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import hall

#: "Most" means: up to this 99th percentile, in milliseconds.
BOUND_MS = 100.0
#: So many times the bound is not the machine's mood.
HOPELESS = 3
#: The first rate of the first round, in messages/s, and by how much it grows.
FIRST_RATE = 10.0
GROWTH = 1.6
#: A later round begins at this part of the best rate before.
LATER = 0.5


class Search:
    """The rate grows until the server is far beyond the bound at two rates in a row, each tried
    twice (one that joins what waits may fail at one rate and pass at a higher one); then the gap is
    halved twice, and the best passes once more or gives way to the next best."""

    def __init__(self, stage: Stage, load: Load) -> None:
        self._stage = stage
        self._load = load
        self._passed: dict[float, dict[str, Any]] = {}
        self._hopeless: set[float] = set()

    def best(self, first: float) -> dict[str, Any] | None:
        """How the best rate went; None where none passed."""
        self._climb(first)
        if not self._passed and first > FIRST_RATE:
            self._hopeless.clear()
            self._climb(FIRST_RATE)
        high = max(self._passed, default=0.0) * GROWTH
        for _ in range(2 if self._passed else 0):
            middle = (max(self._passed) * high) ** 0.5
            if not self._passes(middle):
                high = middle
        while self._passed and not self._passes(best := max(self._passed)):
            del self._passed[best]
        return self._passed[max(self._passed)] if self._passed else None

    def _climb(self, rate: float) -> None:
        failures = 0
        while failures < 2 and rate < self._stage.scale.ceiling:
            good = self._passes(rate) or self._passes(rate)
            failures = 0 if good or rate not in self._hopeless else failures + 1
            rate *= GROWTH

    def _passes(self, rate: float) -> bool:
        self._load.tell("connect", CONNECTS_AT_ONCE)
        done = fan(self._load, rate, self._stage.scale.step_seconds, self._stage.say)
        good = not done["clients_wrong"] and not done["refused"] and done["ms_p99"] < BOUND_MS
        if good:
            self._passed[rate] = done
        elif done["clients_wrong"] or done["ms_p99"] > HOPELESS * BOUND_MS:
            self._hopeless.add(rate)
        return good


def _row(row_name: str, people: str, names: tuple[str, ...], goals: tuple[Goal, ...]) -> Row:
    def run(stage: Stage, name: str) -> Figures:
        count = getattr(stage.scale, people)
        memory = (row_name, name)
        with stage.crowd(name, hall(count)) as (server, load):
            connect(load, server, count)
            first = stage.memory.get(memory, 0.0) * LATER
            done = Search(stage, load).best(max(FIRST_RATE, first))
        if done is None:
            return dict.fromkeys(
                ("most_per_second", "most_p99_ms", "most_cpu_us", "most_load"), 0.0
            )
        stage.memory[memory] = max(stage.memory.get(memory, 0.0), done["rate"])
        return {
            "most_per_second": done["deliveries_per_second"],
            "most_p99_ms": done["ms_p99"],
            "most_cpu_us": done["cpu_us"],
            "most_load": done["own_cpu"],
        }

    return Row(
        row_name,
        f"Most deliveries to {{{people}:,}} people in one room, p99 < 100 ms, nothing missing",
        (
            Figure("most_per_second", "deliveries/s", ",.0f", more=True, load="most_load"),
            Figure("most_p99_ms", "p99 there, ms", ".0f"),
            Figure("most_cpu_us", "CPU per delivery there, µs", ".2f"),
            Figure("most_load", "load's share of its core", ".0%"),
        ),
        names,
        16,
        run,
        goals,
    )


MOST = _row(
    "most",
    "crowd",
    names.ALL,
    (
        Goal("most_per_second", bound=1_500_000),
        Goal("most_per_second", "socketify"),
        Goal("most_per_second", "ws", 4),
        Goal("most_per_second", "autobahn", 50),
    ),
)
MOST_FEW = _row(
    "most-few",
    "few",
    (names.CHATD, "floor", "socketify", "ws", "picows"),
    (Goal("most_per_second", "socketify", 0.8), Goal("most_per_second", "ws")),
)
