"""Many small rooms: what a delivery costs as rooms or connections grow, at the same load.

Rooms of ten, 1,000 messages a second in all, so 10,000 deliveries. The cost is the server's
processor time while it delivers, less what it takes for the same connections when nobody speaks:
that is a row of its own (idle).
"""

from collections.abc import Sequence

from bench import names
from bench.measure import Figures, complete, connect, fan
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import circles

SIZE = 10
RATE = 1000
#: The costliest may cost so many times the cheapest to be called flat.
FLAT = 1.25

#: Rooms and connections of each point.
Point = tuple[int, int]


def by_rooms(stage: Stage) -> list[Point]:
    """The same connections, ever more rooms: in the last each person has a hundred open."""
    people = stage.scale.crowd
    return [(max(people * factor // 100, 1), people) for factor in (1, 10, 100, 1000)]


def by_connections(stage: Stage) -> list[Point]:
    """Ever more connections, each in one room."""
    counts = [max(stage.scale.many // part, SIZE) for part in (100, 10, 1)]
    return [(people // SIZE, people) for people in counts]


def run(stage: Stage, name: str) -> Figures:
    figures: Figures = {}
    swept = {"rooms": by_rooms(stage), "people": by_connections(stage)}
    measured: dict[Point, Figures] = {}
    for key, points in swept.items():
        for place, point in enumerate(points):
            if point not in measured:
                measured[point] = _at(stage, name, *point)
            figures |= {f"{key}{place}_{k}": v for k, v in measured[point].items()}
        figures[f"{key}_growth"] = _growth([figures[f"{key}{n}_us"] for n in range(len(points))])
    last = measured[swept["people"][-1]]
    return figures | {f"all_{key}": value for key, value in last.items()}


def _at(stage: Stage, name: str, rooms: int, people: int) -> Figures:
    shape = circles(people, rooms, size=SIZE)
    with stage.crowd(name, shape) as (server, load):
        connect(load, server, people)
        load.tell("idle", stage.scale.settle_seconds)
        idle = load.tell("idle", stage.scale.seconds)
        rate = RATE if stage.scale.many >= RATE else max(rooms, 20)
        done = fan(load, rate, stage.scale.seconds, stage.say, senders=1)
        complete(done, server)
    quiet = idle["server_cpu_seconds"] / max(idle["seconds"], 1e-3) * done["seconds"]
    return {
        "rooms": rooms,
        "people": people,
        "us": max(done["server_cpu_seconds"] - quiet, 0.0) / done["received"] * 1e6,
        "gross_us": done["cpu_us"],
        "p50_ms": done["ms_p50"],
        "p99_ms": done["ms_p99"],
        "load": done["own_cpu"],
    }


def _growth(costs: Sequence[float]) -> float:
    return max(costs) / max(min(costs), 1e-9)


SPREAD = Row(
    "spread",
    "Rooms of ten, 1,000 messages/s in all; µs: server CPU per delivery above idle",
    (
        Figure("all_p50_ms", "1,000 rooms of 10, 1 message/s each: p50, ms", ".1f"),
        Figure("all_p99_ms", "p99, ms", ".1f"),
        Figure("all_gross_us", "CPU per delivery with idling, µs", ".1f"),
        Figure("rooms0_us", "1,000 people: in 10 rooms, µs", ".1f"),
        Figure("rooms1_us", "in 100 rooms, µs", ".1f"),
        Figure("rooms2_us", "in 1,000 rooms, µs", ".1f"),
        Figure("rooms3_us", "in 10,000 rooms, µs", ".1f"),
        Figure("rooms_growth", "costliest by cheapest", ".2f"),
        Figure("people0_us", "a room for every ten: 100 people, µs", ".1f"),
        Figure("people1_us", "1,000 people, µs", ".1f"),
        Figure("people2_us", "10,000 people, µs", ".1f"),
        Figure("people_growth", "costliest by cheapest", ".2f"),
    ),
    (names.CHATD,),
    65,
    run,
    (Goal("rooms_growth", bound=FLAT), Goal("people_growth", bound=FLAT)),
)
