"""Durable sends: acknowledged, so on disk; by members who have no room open."""

import os
import time
from pathlib import Path

from bench import names
from bench.load import Load
from bench.measure import Figures, Missing, connect
from bench.rows.row import Figure, Goal, Row
from bench.servers import Server
from bench.stage import Stage
from bench.town import writers

#: Name, senders (None: all), how many sends each keeps under way.
ONE_ROOM = (("lone", 1, 1), ("one", 1, 64), ("many", None, 16))
OWN_ROOMS = (("rooms", None, 16),)
#: What a commit adds to the disk's own time, in milliseconds, at most.
ALLOWED_MS = 1.0


def run(stage: Stage, name: str) -> Figures:
    figures = {"disk_ms": disk_ms(stage.folder)}
    for together, ways in ((True, ONE_ROOM), (False, OWN_ROOMS)):
        shape = writers(stage.scale.few, together=together)
        with stage.crowd(name, shape) as (server, load):
            connect(load, server, shape.people)
            for key, senders, each in ways:
                figures |= _sends(stage, server, load, key, senders or shape.people, each)
    return figures | {"lone_above_disk_ms": figures["lone_ms"] - figures["disk_ms"]}


def _sends(stage: Stage, server: Server, load: Load, key: str, senders: int, each: int) -> Figures:
    done = load.tell("sends", senders, each, stage.scale.seconds)
    if done["acknowledged"] < done["sent"]:
        raise Missing(
            f"{server.name}: of {done['sent']} sends {done['acknowledged']} were acknowledged."
            f" {done['trouble']}"
        )
    stage.say(
        f"{senders} senders, {each} under way each: {done['per_second']:,.0f} sends"
        f" acknowledged/s, p50 {done['ack_ms_p50']:.2f} ms"
    )
    return {
        f"{key}_per_second": done["per_second"],
        f"{key}_ms": done["ack_ms_p50"],
        f"{key}_p99_ms": done["ack_ms_p99"],
        f"{key}_load": done["own_cpu"],
    }


def disk_ms(folder: Path, times: int = 200) -> float:
    """The median time this disk takes to append 4 KiB and sync: the least a commit can take."""
    took = []
    path = folder / "disk"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    path.unlink()
    return sorted(took)[times // 2] * 1000


SENDS = Row(
    "sends",
    "Durable sends by {few:,} people, with no room open",
    (
        Figure("disk_ms", "the disk alone: append and sync p50, ms", ".2f"),
        Figure("lone_ms", "one send at a time: p50, ms", ".2f"),
        Figure("lone_above_disk_ms", "above the disk, ms", ".2f"),
        Figure("one_per_second", "one sender pipelining: sends/s", ",.0f", True, "one_load"),
        Figure("many_per_second", "all pipelining, one room: sends/s", ",.0f", True, "many_load"),
        Figure("many_ms", "p50, ms", ".1f"),
        Figure(
            "rooms_per_second", "all pipelining, a room each: sends/s", ",.0f", True, "rooms_load"
        ),
        Figure("rooms_ms", "p50, ms", ".1f"),
    ),
    (names.CHATD,),
    18,
    run,
    (
        Goal("lone_above_disk_ms", bound=ALLOWED_MS),
        Goal("many_per_second", bound=10_000),
        Goal("rooms_per_second", bound=10_000),
    ),
)
