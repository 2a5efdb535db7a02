"""What every row builds on: connecting, sending to everybody at a rate, and that all arrived."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.cores import private_bytes
from bench.load import Load
from bench.servers import Server

Say = Callable[[str], None]
Figures = dict[str, float]

#: Clients who speak; all hear.
SENDERS = 10
CONNECTS_AT_ONCE = 16
#: From this part of its core on, the load generator is the limit and not the server.
LOAD_IS_LIMIT = 0.9


class Missing(Exception):
    """Not everything that was sent arrived where it should; a sentence for people."""


@dataclass(frozen=True)
class Scale:
    """How large and how long: `crowd` people in a room, `great` in the greatest, `many` connected
    at once; a step at a fixed rate takes `seconds`. Beyond `ceiling` messages a second the load
    generator itself would be late."""

    crowd: int = 1000
    few: int = 100
    great: int = 5000
    many: int = 10_000
    seconds: float = 2.5
    step_seconds: float = 1.0
    settle_seconds: float = 1.5
    idle_seconds: float = 5.0
    messages: int = 1_000_000
    rooms: int = 10_000
    questions: int = 200
    ceiling: float = 60_000.0


def connect(load: Load, server: Server, people: int, *, tickets: bool = False) -> dict[str, Any]:
    """Everybody who is not connected connects; raises Missing unless all could."""
    done = load.tell("connect", CONNECTS_AT_ONCE, int(tickets))
    if done["ready"] < people:
        raise Missing(
            f"{server.name}: only {done['ready']} of {people} could connect. {done['trouble']}"
        )
    return done


def idle_bytes(load: Load, server: Server, people: int, settle: float) -> float:
    """Everybody connects; private memory of each, in bytes, once all is quiet."""
    empty = private_bytes(server.pid)
    connect(load, server, people)
    time.sleep(settle)
    return (private_bytes(server.pid) - empty) / people


def fan(load: Load, rate: float, seconds: float, say: Say, senders: int = SENDERS) -> Any:
    """Sends at `rate` to everybody, at fixed times; says how it went."""
    done = load.tell("fan", f"{rate:.3f}", seconds, senders)
    done["deliveries_per_second"] = done["received"] / max(done["seconds"], 1e-3)
    done["cpu_us"] = done["server_cpu_seconds"] / max(done["received"], 1) * 1e6
    say(
        f"{rate:6,.0f} messages/s: {done['deliveries_per_second']:9,.0f} deliveries/s, p50"
        f" {done['ms_p50']:.1f} ms, p99 {done['ms_p99']:.1f} ms, {done['cpu_us']:.1f} µs each"
        + (f", {done['clients_wrong']} clients missed some" if done["clients_wrong"] else "")
        + (f" ({done['trouble']})" if done["trouble"] else "")
    )
    return done


def complete(done: dict[str, Any], server: Server) -> None:
    """Raises Missing unless every client got every message once."""
    if done["clients_wrong"] or done["refused"]:
        raise Missing(
            f"{server.name}: of {done['wanted']} deliveries {done['received']} arrived;"
            f" {done['clients_wrong']} clients did not get what was sent. {done['trouble']}"
        )


def fan_figures(done: dict[str, Any], prefix: str) -> Figures:
    return {
        f"{prefix}_p50_ms": done["ms_p50"],
        f"{prefix}_p99_ms": done["ms_p99"],
        f"{prefix}_cpu_us": done["cpu_us"],
        f"{prefix}_load": done["own_cpu"],
    }
