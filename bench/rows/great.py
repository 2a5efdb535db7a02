"""The greatest room: 10 messages a second to everybody in it."""

from bench import names
from bench.measure import Figures, complete, connect, fan, fan_figures
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import hall

RATE = 10


def run(stage: Stage, name: str) -> Figures:
    people = stage.scale.great
    with stage.crowd(name, hall(people)) as (server, load):
        connect(load, server, people)
        done = fan(load, RATE, stage.scale.seconds + 1, stage.say)
        complete(done, server)
    return fan_figures(done, "great")


GREAT = Row(
    "great",
    "{great:,} people in one room, 10 messages/s",
    (
        Figure("great_p50_ms", "p50, ms", ".0f", load="great_load"),
        Figure("great_p99_ms", "p99, ms", ".0f", load="great_load"),
        Figure("great_cpu_us", "CPU per delivery, µs", ".1f"),
    ),
    (names.CHATD, "floor", "socketify", "ws", "picows"),
    14,
    run,
    (
        *(Goal("great_p99_ms", peer, 1.2) for peer in ("socketify", "picows")),
        Goal("great_p99_ms", "ws"),
    ),
)
