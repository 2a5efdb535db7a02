"""What is measured of one server: connecting, memory, latency, the most it delivers, sends kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bench.cores import private_bytes
from bench.load import Load
from bench.servers import Server

Say = Callable[[str], None]

#: Clients who speak; all hear.
SENDERS = 10
#: The search for the most deliveries: the first rate, and by how much it grows, in messages/s.
FIRST_RATE = 10.0
GROWTH = 1.6
#: "Most" means: up to this 99th percentile, in milliseconds.
BOUND_MS = 100.0
#: So many times the bound is not the machine's mood.
HOPELESS = 3
CONNECTS_AT_ONCE = 16


class Missing(Exception):
    """Not everything that was sent arrived where it should; a sentence for people."""


@dataclass(frozen=True)
class Scale:
    """How large and how long."""

    clients: int = 1000
    rounds: int = 3
    light_seconds: float = 4.0
    step_seconds: float = 1.2
    sends_seconds: float = 2.5
    pipelining: int = 100
    searches: bool = True


def joined(done: dict[str, Any], scale: Scale) -> None:
    """Raises Missing unless everybody could join their rooms."""
    if done["ready"] < scale.clients:
        raise Missing(f"chatd: only {done['ready']} could join their rooms. {done['trouble']}")


def connect(load: Load, server: Server, scale: Scale, say: Say) -> dict[str, float]:
    """Everybody connects; connects/s, processor time and memory of each."""
    empty = private_bytes(server.pid)
    done = load.tell("connect", CONNECTS_AT_ONCE)
    if done["ready"] < scale.clients:
        raise Missing(f"{server.name}: only {done['ready']} could connect. {done['trouble']}")
    time.sleep(1.5)
    each = (private_bytes(server.pid) - empty) / scale.clients
    figures = {
        "connects_per_second": done["opened"] / done["seconds"],
        "connect_cpu_us": done["server_cpu_seconds"] / done["opened"] * 1e6,
        "idle_kib": each / 1024,
    }
    say(f"{figures['connects_per_second']:,.0f} connects/s, {each / 1024:.1f} KiB each")
    return figures


def fan(load: Load, rate: float, seconds: float, say: Say) -> dict[str, Any]:
    """Sends at `rate` to everybody, at fixed times; says how it went."""
    done = load.tell("fan", f"{rate:.3f}", seconds, SENDERS)
    done["deliveries_per_second"] = done["received"] / done["seconds"]
    done["cpu_us"] = done["server_cpu_seconds"] / max(done["received"], 1) * 1e6
    say(
        f"{rate:6,.0f} messages/s: {done['deliveries_per_second']:9,.0f} deliveries/s, p50"
        f" {done['ms_p50']:.1f} ms, p99 {done['ms_p99']:.1f} ms"
        + (f", {done['clients_wrong']} clients missed some" if done["clients_wrong"] else "")
        + (f" ({done['trouble']})" if done["trouble"] else "")
    )
    return done


def light(load: Load, server: Server, scale: Scale, say: Say) -> dict[str, float]:
    """10 messages a second: nothing to join, every delivery costs in full."""
    done = fan(load, 10, scale.light_seconds, say)
    complete(done, server)
    figures = {
        "light_p50_ms": done["ms_p50"],
        "light_p99_ms": done["ms_p99"],
        "light_cpu_us": done["cpu_us"],
        "light_load_cpu": done["own_cpu"],
    }
    return figures | ({"light_ack_ms": done["ack_ms_p50"]} if done["acknowledged"] else {})


def complete(done: dict[str, Any], server: Server) -> None:
    """Raises Missing unless every client got every message once."""
    if done["clients_wrong"] or done["refused"]:
        raise Missing(
            f"{server.name}: of {done['wanted']} deliveries {done['received']} arrived;"
            f" {done['clients_wrong']} clients did not get what was sent. {done['trouble']}"
        )


def most(load: Load, scale: Scale, say: Say) -> dict[str, float]:
    """The most deliveries/s with nothing missing and p99 within the bound.

    The rate grows until the server is far beyond the bound at two rates in a row, each tried twice
    (one that joins what waits may fail at one rate and pass at a higher one); then the gap is
    halved twice, and the best passes once more or gives way to the next best.
    """
    passed: dict[float, dict[str, Any]] = {}
    hopeless: set[float] = set()

    def passes(rate: float) -> bool:
        load.tell("connect", CONNECTS_AT_ONCE)
        done = fan(load, rate, scale.step_seconds, say)
        good = not done["clients_wrong"] and not done["refused"] and done["ms_p99"] < BOUND_MS
        if good:
            passed[rate] = done
        elif done["clients_wrong"] or done["ms_p99"] > HOPELESS * BOUND_MS:
            hopeless.add(rate)
        return good

    rate, failures = FIRST_RATE, 0
    while failures < 2:
        good = passes(rate) or passes(rate)
        failures = 0 if good or rate not in hopeless else failures + 1
        rate *= GROWTH
    high = max(passed, default=0.0) * GROWTH
    for _ in range(2 if passed else 0):
        middle = (max(passed) * high) ** 0.5
        if not passes(middle):
            high = middle
    while passed and not passes(best := max(passed)):
        del passed[best]
    if not passed:
        return {"most_per_second": 0.0}
    done = passed[max(passed)]
    return {
        "most_per_second": done["deliveries_per_second"],
        "most_cpu_us": done["cpu_us"],
        "most_load_cpu": done["own_cpu"],
    }


def sends(load: Load, server: Server, scale: Scale, say: Say) -> dict[str, float]:
    """Acknowledged sends: one at a time, one sender pipelining, many pipelining."""
    load.tell("connect", CONNECTS_AT_ONCE)
    figures = {}
    for name, senders, each in (
        ("lone", 1, 1),
        ("one", 1, 64),
        ("many", scale.pipelining, 16),
    ):
        done = load.tell("sends", senders, each, scale.sends_seconds)
        if done["acknowledged"] < done["sent"]:
            raise Missing(
                f"{server.name}: of {done['sent']} sends {done['acknowledged']} were acknowledged."
                f" {done['trouble']}"
            )
        figures[f"sends_{name}_per_second"] = done["per_second"]
        figures[f"sends_{name}_ms"] = done["ack_ms_p50"]
        say(
            f"{senders} senders, {each} under way each: {done['per_second']:,.0f} sends"
            f" acknowledged/s, p50 {done['ack_ms_p50']:.2f} ms"
        )
    return figures
