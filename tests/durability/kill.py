"""Kills the daemon with SIGKILL at random moments while people talk, and judges what is left.

    python -m tests.durability.kill --rounds 200

The clients come back by themselves to the daemon that is started again, and send again with their
keys what was not answered. `--seed` repeats the moments and what is said, not the scheduler's
turns.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import task
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from chatd.client.book import Frame
from chatd.client.connection import trust_root
from tests.daemon import GENEROUS, Daemon
from tests.durability.checker import (
    Acknowledgement,
    History,
    Reading,
    Seen,
    Send,
    Violation,
    check,
    digest,
)
from tests.durability.crowd import NAMES, Person, what_is_stored

LONGEST_WORK = 0.6  # seconds from everybody's return to the kill
KILL_AGAIN = 0.2  # of the rounds: a second kill while it starts
LONGEST_START = 0.6  # seconds until that one
LONGEST_RETURN = 20.0  # seconds until everybody is back


@dataclass
class Memory:
    """A `Record` that becomes a `History`."""

    sends: list[Send] = field(default_factory=list)
    acknowledgements: list[Acknowledgement] = field(default_factory=list)
    _readings: dict[tuple[str, str, str], tuple[int, list[Seen]]] = field(default_factory=dict)

    def sent(self, author: str, key: str, room: str, text: str) -> None:
        self.sends.append(Send(author, key, room, text, time.monotonic()))

    def acked(self, author: str, key: str, room: str, seq: int) -> None:
        self.acknowledgements.append(Acknowledgement(author, key, room, seq, time.monotonic()))

    def opened(self, reader: str, session: str, room: str, after: int) -> None:
        self._readings[reader, session, room] = (after, [])

    def seen(self, reader: str, session: str, event: Frame) -> None:
        _, events = self._readings[reader, session, event["room"]]
        mark = digest(event["text"]) if event["type"] == "message" and "text" in event else None
        events.append(Seen(event["seq"], event.get("number"), mark))

    def readings(self, heads: dict[str, int]) -> Iterator[Reading]:
        """In the order of sessions; each reader's last one of a room had to reach its head."""
        last = {(reader, room): session for reader, session, room in self._readings}
        for (reader, session, room), (after, seen) in self._readings.items():
            until = heads[room] if last[reader, room] == session else None
            yield Reading(reader, session, room, tuple(seen), after, until)


@dataclass
class Outcome:
    """``faults``: in words, what the checker does not judge: the file, a client that saw live
    events out of turn."""

    violations: list[Violation]
    faults: list[str]
    acknowledged: int
    stored: int
    sessions: int

    def __str__(self) -> str:
        broken = len(self.violations) + len(self.faults)
        return (
            f"{self.acknowledged} acknowledged, {self.stored} events stored, {self.sessions}"
            f" sessions: {'kept' if not broken else f'BROKEN {broken} times'}"
        )


async def kills(
    reactor: Any,
    folder: Path,
    rounds: int,
    seed: int,
    say: Callable[[str], None] = lambda text: None,
    while_dead: Callable[[int], None] = lambda number: None,
) -> Outcome:
    """So many rounds on one store. ``while_dead`` is called with the round's number between the
    kill and the new start: for spoiling the store, to see that it is found."""
    chance = random.Random(seed)
    memory = Memory()
    with Daemon(folder, GENEROUS) as daemon:
        trust = trust_root(daemon.ca)
        people = [
            Person(
                reactor,
                daemon.ws_url,
                daemon.token(name),
                trust,
                memory,
                random.Random(chance.random()),
                prefix="1",
            )
            for name in NAMES
        ]
        try:
            await _enter(people)
            for number in range(1, rounds + 1):
                await _one(reactor, daemon, people, chance, partial(while_dead, number))
                if number % 10 == 0 or number == rounds:
                    say(f"{number} rounds: {len(memory.acknowledgements)} acknowledged")
            heads = await _finish(reactor, people)
        finally:
            await gatherResults([person.client.stop() for person in people])
    stored, faults = what_is_stored(daemon.state)
    for person in people:
        faults += [f"{person.user}: {text}" for text in person.client.irregular]
    readings = tuple(memory.readings(heads))
    history = History(tuple(memory.sends), tuple(memory.acknowledgements), tuple(stored), readings)
    sessions = sum(person.client.connections for person in people)
    return Outcome(check(history), faults, len(memory.acknowledgements), len(stored), sessions)


async def _enter(people: list[Person]) -> None:
    for person in people:
        await person.arrive()
    rooms = await people[0].make_rooms()
    for person in people:
        await person.enter(rooms, join=person is not people[0])
    for person in people:
        person.talk()


async def _one(
    reactor: Any,
    daemon: Daemon,
    people: list[Person],
    chance: random.Random,
    while_dead: Callable[[], None],
) -> None:
    """Talk, the kill, and everybody's return."""
    await task.deferLater(reactor, chance.uniform(0.02, LONGEST_WORK))
    daemon.kill()
    if chance.random() < KILL_AGAIN:
        daemon.launch()
        await task.deferLater(reactor, chance.uniform(0, LONGEST_START))
        daemon.kill()
    while_dead()
    daemon.launch()
    await deferToThread(daemon.wait_until_ready)
    back = gatherResults([person.client.live() for person in people])
    await back.addTimeout(LONGEST_RETURN, reactor)


async def _finish(reactor: Any, people: list[Person]) -> dict[str, int]:
    """Everybody falls silent and reads to the end; the rooms' heads."""
    silence = [Deferred.fromCoroutine(person.fall_silent()) for person in people]
    await gatherResults(silence).addTimeout(LONGEST_RETURN, reactor)
    rooms = await people[0].client.rooms()
    heads = {room["room"]: room["seq"] for room in rooms}
    reached = [Deferred.fromCoroutine(person.reach(heads)) for person in people]
    await gatherResults(reached).addTimeout(LONGEST_RETURN, reactor)
    return heads


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chatd-kill-") as name:
        yield Path(name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    options = parser.parse_args()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)

    async def run(reactor: Any) -> None:
        with scratch() as folder:
            outcome = await kills(reactor, folder, options.rounds, options.seed, say)
        for trouble in [*outcome.violations, *outcome.faults][:20]:
            print(f"          {trouble}")
        say(f"{options.rounds} rounds: {outcome}")
        if outcome.violations or outcome.faults:
            sys.exit(1)

    print(f"seed {options.seed}")
    started = time.monotonic()
    task.react(lambda reactor: Deferred.fromCoroutine(run(reactor)))


if __name__ == "__main__":
    main()
