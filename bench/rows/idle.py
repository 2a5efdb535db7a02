"""Many connected and nothing said: private memory of each connection, processor time of all."""

from bench import names
from bench.measure import Figures, idle_bytes
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import hall

#: For the plot of memory against connections: a tenth of them, a half, all.
PARTS = (0.1, 0.5, 1.0)
#: Who is measured with a tenth alone. Ratchet: stream_select serves no more than 1,024 descriptors.
#: The two others take ten times the memory, and the same for each of a thousand.
A_TENTH = ("ratchet", "websockets", "aiohttp")


def run(stage: Stage, name: str) -> Figures:
    scale = stage.scale
    figures: Figures = {}
    parts = PARTS[:1] if name in A_TENTH else PARTS
    with stage.server(name, hall(scale.many)) as server:
        held = []
        total = 0.0
        connected = 0
        try:
            for part in parts:
                upto = int(scale.many * part)
                load = stage.load(server, name, hall(scale.many), slice(connected, upto))
                held.append(load)
                added = upto - connected
                total += idle_bytes(load, server, added, scale.settle_seconds) * added
                connected = upto
                figures[f"kib_at_{part:.0%}"] = total / connected / 1024
            done = held[-1].tell("idle", scale.idle_seconds)
        finally:
            for load in held:
                load.__exit__()
    figures["idle_kib"] = figures[f"kib_at_{parts[-1]:.0%}"]
    figures["idle_cpu"] = done["server_cpu_seconds"] / done["seconds"]
    stage.say(f"{figures['idle_kib']:.1f} KiB each, {figures['idle_cpu']:.1%} of a core")
    return figures


IDLE = Row(
    "idle",
    "{many:,} idle connections (a tenth for Ratchet, websockets, aiohttp);"
    " chatd's are logged in and in five rooms",
    (
        Figure("idle_kib", "private memory of each, KiB", ".1f"),
        Figure("idle_cpu", "of a core, all together", ".1%"),
    ),
    tuple(name for name in names.ALL if name != "floor-plain"),
    17,
    run,
    (
        Goal("idle_kib", bound=32),
        Goal("idle_kib", bound=24),
        *(Goal("idle_kib", peer) for peer in ("ws", "autobahn", "ratchet", "aiohttp")),
        Goal("idle_cpu", bound=0.05),
    ),
)
