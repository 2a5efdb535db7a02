"""Connecting: full TLS handshakes, and coming back with a TLS session; chatd with login, welcome
and five rooms opened."""

from bench import names
from bench.measure import Figures, connect
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import hall

#: The servers' own work on goodbyes is no part of connecting: so long between two measurements.
SETTLE = 0.7


def run(stage: Stage, name: str) -> Figures:
    people = stage.scale.crowd
    figures: Figures = {}
    with stage.crowd(name, hall(people)) as (server, load):
        for key, tickets in (("full", False), ("tickets", True), ("resumed", True)):
            done = connect(load, server, people, tickets=tickets)
            figures |= {
                f"{key}_per_second": done["opened"] / done["seconds"],
                f"{key}_cpu_us": done["server_cpu_seconds"] / done["opened"] * 1e6,
                f"{key}_load": done["own_cpu"],
            }
            load.tell("idle", SETTLE)
            if key != "resumed":
                load.tell("close")
                load.tell("idle", SETTLE)
        figures["resumed_share"] = done["resumed"] / people
    stage.say(
        f"{figures['full_per_second']:,.0f} connects/s at {figures['full_cpu_us']:,.0f} µs;"
        f" resumed {figures['resumed_per_second']:,.0f}/s at {figures['resumed_cpu_us']:,.0f} µs"
        f" ({figures['resumed_share']:.0%} of them)"
    )
    return figures


CONNECTS = Row(
    "connects",
    "Connecting {crowd:,} people, 16 at once",
    (
        Figure("full_per_second", "connects/s", ",.0f", more=True, load="full_load"),
        Figure("full_cpu_us", "CPU per connect, µs", ",.0f"),
        Figure("resumed_per_second", "resumed/s", ",.0f", more=True, load="resumed_load"),
        Figure("resumed_cpu_us", "CPU per resumed connect, µs", ",.0f"),
        Figure("resumed_share", "share resumed", ".0%", more=True),
    ),
    (names.CHATD, "floor", "socketify", "ws", "picows", "autobahn"),
    8,
    run,
    (Goal("full_cpu_us", "ws"), Goal("resumed_cpu_us", "ws"), Goal("full_cpu_us", bound=820)),
)
