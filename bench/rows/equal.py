"""The same load for all: 10, 50 and 100 messages a second to everybody in one room."""

from bench import names
from bench.measure import Figures, complete, connect, fan, fan_figures
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import hall

#: Messages a second; with 1,000 people so many thousand deliveries.
RATES = (50, 100)
LIGHT = 10


def run(stage: Stage, name: str) -> Figures:
    scale = stage.scale
    with stage.crowd(name, hall(scale.crowd)) as (server, load):
        connect(load, server, scale.crowd)
        done = fan(load, LIGHT, scale.seconds + 1, stage.say)
        complete(done, server)
        figures = fan_figures(done, "light")
        acknowledged = done["acknowledged"] > 0
        # A server without storage has no commit: all of its time is the last hop.
        for share in ("p50", "p99"):
            figures[f"hop_{share}_ms"] = done[f"hop_ms_{share}" if acknowledged else f"ms_{share}"]
        if acknowledged:
            figures["commit_p50_ms"] = done["ack_ms_p50"]
        for rate in RATES:
            done = fan(load, rate, scale.seconds, stage.say)
            complete(done, server)
            figures |= fan_figures(done, f"at{rate}")
    return figures


EQUAL = Row(
    "equal",
    "The same load: {crowd:,} people in one room",
    (
        Figure("hop_p50_ms", "10 msg/s: last hop p50, ms", ".1f", load="light_load"),
        Figure("hop_p99_ms", "last hop p99, ms", ".1f", load="light_load"),
        Figure("light_cpu_us", "CPU per delivery, µs", ".1f", load="light_load"),
        Figure("light_p50_ms", "sent to read p50, ms", ".1f", load="light_load"),
        Figure("commit_p50_ms", "of it until acknowledged p50, ms", ".2f", load="light_load"),
        Figure("at50_p50_ms", "50 msg/s: p50, ms", ".1f", load="at50_load"),
        Figure("at50_p99_ms", "p99, ms", ".1f", load="at50_load"),
        Figure("at50_cpu_us", "CPU per delivery, µs", ".1f", load="at50_load"),
        Figure("at100_p50_ms", "100 msg/s: p50, ms", ".1f", load="at100_load"),
        Figure("at100_p99_ms", "p99, ms", ".1f", load="at100_load"),
        Figure("at100_cpu_us", "CPU per delivery, µs", ".1f", load="at100_load"),
    ),
    names.ALL,
    12,
    run,
    (
        *(
            Goal(key, "floor", 1.5)
            for key in (
                *("hop_p50_ms", "hop_p99_ms", "light_cpu_us", "at50_p50_ms"),
                *("at50_cpu_us", "at100_p50_ms", "at100_cpu_us"),
            )
        ),
        *(Goal(key, "ws") for key in ("hop_p50_ms", "hop_p99_ms")),
        *(
            Goal(key, peer)
            for peer in ("ratchet", "ws", "picows", "websockets", "aiohttp", "autobahn")
            for key in ("at50_p50_ms", "at50_cpu_us", "at100_p50_ms", "at100_cpu_us")
        ),
    ),
)
