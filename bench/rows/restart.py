"""A restart of the daemon: how soon everybody is back, and what a room notices that came back
first."""

import time
from concurrent.futures import ThreadPoolExecutor

from bench import names
from bench.load import Load
from bench.measure import Figures, Missing, connect
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import circles

SIZE = 10
#: Longer than anybody may take, in seconds.
PATIENCE = 60
RATE = 10
#: For how long the first ten talk while the others come back, in seconds.
TALK = 10
SETTLE = 5


def run(stage: Stage, name: str) -> Figures:
    """The last room's ten come back at once and talk; all others come when they were told to."""
    people = stage.scale.many
    shape = circles(people, people // SIZE)
    first = stage.server(name, shape)
    server = first.__enter__()
    crowd = stage.load(server, name, shape, slice(0, people - SIZE))
    ten = stage.load(server, name, shape, slice(people - SIZE, people))
    with crowd, ten, ThreadPoolExecutor(2) as pool:
        try:
            connect(crowd, server, people - SIZE)
            connect(ten, server, SIZE)
            time.sleep(SETTLE if people >= 1000 else 0)
            before = _talk(ten, stage)
            all_back = pool.submit(crowd.tell, "back", PATIENCE)
            ten_back = pool.submit(ten.tell, "back", PATIENCE, 1)
        finally:
            began = time.monotonic()
            first.__exit__(None, None, None)
        down = time.monotonic() - began
        with stage.server(name, shape):
            returned = ten_back.result()
            during = _talk(ten, stage)
            done = all_back.result()
    lacking = people - SIZE - done["ready"] + SIZE - returned["back"]
    if lacking:
        raise Missing(f"{name}: {lacking} of {people} were not back after {PATIENCE} s")
    if during["clients_wrong"]:
        raise Missing(f"{name}: a room missed messages while others came back")
    stage.say(
        f"stopped after {down:.1f} s; first back after {returned['first_s']:.1f} s, all after"
        f" {done['last_s']:.1f} s; p99 of the room meanwhile {during['ms_p99']:.1f} ms"
    )
    return {
        "down_s": returned["first_s"],
        "back_s": done["last_s"],
        "away_p50_s": done["away_ms_p50"] / 1000,
        "before_p99_ms": before["ms_p99"],
        "during_p50_ms": during["ms_p50"],
        "during_p99_ms": during["ms_p99"],
    }


def _talk(ten: Load, stage: Stage):  # type: ignore[no-untyped-def]
    seconds = TALK if stage.scale.many >= 1000 else stage.scale.seconds
    return ten.tell("fan", RATE, seconds, SIZE)


RESTART = Row(
    "restart",
    "{many:,} people, the daemon is told to stop and started again",
    (
        Figure("down_s", "first one back after, s", ".1f"),
        Figure("away_p50_s", "half of them back after, s", ".1f"),
        Figure("back_s", "all back after, s", ".1f"),
        Figure("during_p50_ms", "another room meanwhile: p50, ms", ".1f"),
        Figure("during_p99_ms", "p99, ms", ".1f"),
        Figure("before_p99_ms", "its p99 before, ms", ".1f"),
    ),
    (names.CHATD,),
    45,
    run,
    (Goal("back_s", bound=15), Goal("during_p99_ms", bound=100)),
)
