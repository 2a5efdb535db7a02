"""Weeks of a made-up team's life against the real daemon, judged by a model.

    python -m tests.life --events 50000

People come in the morning on one or two devices, talk, react, edit, come and go in rooms, and leave
in the evening. Each night the daemon restarts or is killed and its clock goes on by a day; now and
then it is killed, or a device loses its connection, in the midst of a day. Every answer, every
event that any device heard, and what everybody sees of all rooms has to be what the model says.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet import task
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread

from chatd.client.client import new_key
from chatd.client.connection import trust_root
from chatd.store.verify import verify
from tests.daemon import GENEROUS, Daemon
from tests.life.acts import Acts
from tests.life.model import Model, Room
from tests.life.people import Device, wrong_readings
from tests.life.views import wrong_views

NAMES = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "karl",
    "leo",
    "mallory",
    "nina",
    "oscar",
    "peggy",
    "quentin",
    "rupert",
    "sybil",
    "trent",
    "ursula",
    "victor",
    "walter",
    "xenia",
    "yves",
    "zoe",
]
LONGEST_QUIET = 30.0
"""Seconds until everybody has heard everything."""
MOST_TOLD = 10
"""Faults of one day that are told at once."""
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@dataclass(frozen=True)
class Plan:
    events: int
    people: int = 20
    rooms: int = 30
    days: int = 14
    seed: int = 1


@dataclass
class Outcome:
    events: int
    acts: int
    refused: int
    starts: int
    connections: int
    readings: int
    faults: list[str]

    def __str__(self) -> str:
        verdict = "as the model says" if not self.faults else f"{len(self.faults)} FAULTS"
        return (
            f"{self.events} events by {self.acts} acts ({self.refused} refused), {self.starts}"
            f" starts, {self.connections} connections, {self.readings} readings: {verdict}"
        )


class Life:
    def __init__(
        self, reactor: Any, daemon: Daemon, plan: Plan, clock: Path, say: Callable[[str], None]
    ) -> None:
        self.faults: list[str] = []
        self.starts = 1
        self._told = 0
        self._reactor = reactor
        self._daemon = daemon
        self._plan = plan
        self._clock = clock
        self._say = say
        self._chance = random.Random(plan.seed)
        trust = trust_root(daemon.ca)
        names = NAMES[: plan.people]
        tokens = {name: daemon.token(name) for name in names}
        people = {row["user"]: row["name"] for row in daemon.ask("user_list")}
        self.model = Model(people)
        self.acts = Acts(self.model, self._chance)
        self.devices = [
            Device(reactor, daemon.ws_url, tokens[name], trust, user, f"{name}'s {which}")
            for user, name in people.items()
            for which in ("laptop", "phone")[: self._chance.choice((1, 2))]
        ]

    async def live(self) -> None:
        try:
            await gatherResults([_run(device.come()) for device in self.devices])
            await self._found()
            for day in range(self._plan.days):
                if day:
                    await self._night(day)
                await self._day((day + 1) * self._plan.events // self._plan.days)
                await self._quiet()
                checked = self._chance.sample(self._online(), 3)
                await self._look(checked if day < self._plan.days - 1 else self._one_each())
                self._say(f"day {day + 1}: {self._count()} events, {len(self.faults)} faults")
        finally:
            await gatherResults([_run(device.go()) for device in self.devices])

    def _count(self) -> int:
        return sum(room.head for room in self.model.rooms.values())

    def _online(self) -> list[Device]:
        return [device for device in self.devices if device.online]

    def _one_each(self) -> list[Device]:
        return list({device.user: device for device in self._online()}.values())

    # ---- beginnings -----------------------------------------------------------------------------

    async def _found(self) -> None:
        """The rooms, and some conversations of two, of people with themselves among them."""
        for number in range(self._plan.rooms):
            device = self._chance.choice(self.devices)
            kind = "private" if number % 5 == 3 else "public"
            shared = self._chance.choice((None, None, True, False))
            history = {} if shared is None else {"history": "all" if shared else "joined"}
            name = f"Room {number}"
            slug = {"slug": f"room-{number}"} if kind == "public" else {}
            reply = await device.do("create_room", name=name, kind=kind, **slug, **history)
            assert not isinstance(reply, str), reply
            self.model.create(reply["room"], device.user, kind, name, shared, 0)
        for _ in range(self._plan.people):
            await self._pair()

    async def _pair(self) -> None:
        device = self._chance.choice(self._online())
        other = self._chance.choice(sorted(self.model.people))
        reply = await device.do("direct", user=other)
        if isinstance(reply, str):
            if reply != "blocked" or self.model.direct("", device.user, other, 0) != "blocked":
                self.faults.append(f"{device.name}: direct {other}: came {reply}")
        elif self.model.direct(reply["room"], device.user, other, 0) == "blocked":
            self.faults.append(f"{device.name}: direct {other}: due blocked")

    # ---- a day ----------------------------------------------------------------------------------

    async def _day(self, until: int) -> None:
        while self._count() < until:
            rooms = self._chance.sample(
                sorted(self.model.rooms), min(len(self.model.rooms), self._chance.randint(5, 25))
            )
            wave = [self._act(self.model.rooms[room]) for room in rooms]
            trouble = self._chance.random()
            if trouble < 0.03:
                for device in self._chance.sample(self._online(), 3):
                    device.client.cut()
            elif trouble < 0.003 * 14 / self._plan.days + 0.03:
                wave.append(self._crash())
            await gatherResults([_run(each) for each in wave], consumeErrors=True)
            await self._open_rooms()

    async def _act(self, room: Room) -> None:
        members = [d for d in self._online() if d.user in room.roles]
        anybody = not members or self._chance.random() < 0.06
        device = self._chance.choice(self._online() if anybody else members)
        await self.acts.carry_out(device, self.acts.choose(room, device.user))

    async def _crash(self) -> None:
        """SIGKILL in the midst of it, and a new start."""
        await task.deferLater(self._reactor, self._chance.random() * 0.01)
        self._daemon.kill()
        await self._start()

    async def _start(self) -> None:
        self.starts += 1
        self._daemon.launch()
        await deferToThread(self._daemon.wait_until_ready)

    async def _open_rooms(self) -> None:
        for device in self._online():
            device.tidy()
            closed = [
                room.id
                for room in self.model.rooms.values()
                if device.user in room.roles and room.id not in device.readings
            ]
            if closed and self._chance.random() < 0.2:
                try:
                    await device.open(self._chance.choice(closed))
                except Exception as error:
                    self.faults.append(f"{device.name}: open: {error}")

    async def _night(self, day: int) -> None:
        """Most go home; the daemon starts again, a day later; blocks come and go."""
        leaving = [device for device in self.devices if self._chance.random() < 0.6]
        await gatherResults([_run(device.go()) for device in leaving if device.online])
        if self._chance.random() < 0.4:
            self._daemon.kill()
        else:
            await deferToThread(self._daemon.stop)
        self.acts.day = day if FAKETIME else 0
        self._clock.write_text(f"+{self.acts.day}d\n")
        await self._start()
        coming = [d for d in leaving if self._chance.random() < 0.8]
        await gatherResults([_run(device.come()) for device in coming])
        if len(self._online()) < 3:
            rest = [device for device in self.devices if not device.online]
            await gatherResults([_run(device.come()) for device in rest])
        await self._block()
        for _ in range(2):
            await self._pair()

    async def _block(self) -> None:
        device = self._chance.choice(self._online())
        other = self._chance.choice([u for u in sorted(self.model.people) if u != device.user])
        await device.do("block", user=other, key=new_key())
        self.model.blocks.add((device.user, other))
        if len(self.model.blocks) > 3:
            who, whom = self._chance.choice(sorted(self.model.blocks))
            blocker = next((d for d in self._online() if d.user == who), None)
            if blocker is not None:
                await blocker.do("unblock", user=whom, key=new_key())
                self.model.blocks.discard((who, whom))

    # ---- what came of it ------------------------------------------------------------------------

    async def _quiet(self) -> None:
        """Until every device online has heard what was said in the rooms it has open."""
        deadline = self._reactor.seconds() + LONGEST_QUIET
        while self._reactor.seconds() < deadline:
            behind = [
                f"{device.name} in {room}"
                for device in self._online()
                for room, head in device.client.book.heads.items()
                if head != self.model.rooms[room].head
            ]
            if not behind and all(d.client.state == "live" for d in self._online()):
                return
            await task.deferLater(self._reactor, 0.02)
        self.faults.append(f"not everything arrived: {behind[:5]}")

    async def _look(self, devices: list[Device]) -> None:
        for device in devices:
            self.faults += await wrong_views(device, self.model)
        for device in self._online():
            self.faults += wrong_readings(device, self.model.rooms)
        for device in self.devices:
            self.faults += device.faults
            device.faults = []
        self.faults += self.acts.faults
        self.acts.faults = []
        for fault in self.faults[self._told :][:MOST_TOLD]:
            self._say(fault)
        self._told = len(self.faults)


async def life(
    reactor: Any, folder: Path, plan: Plan, say: Callable[[str], None] = lambda text: None
) -> Outcome:
    clock = folder / "clock"
    clock.write_text("+0d\n")
    limits = {"limits": {"history_page": 500, "rooms_open": 1000}}
    with _environment(clock), Daemon(folder / "daemon", GENEROUS, limits) as daemon:
        team = Life(reactor, daemon, plan, clock, say)
        await team.live()
    verified = verify(daemon.state)
    events = sum(room.head for room in team.model.rooms.values())
    if len(verified.events) != events:
        team.faults.append(f"the store holds {len(verified.events)} events, due {events}")
    return Outcome(
        events=events,
        acts=team.acts.done,
        refused=team.acts.refused,
        starts=team.starts,
        connections=sum(device.client.connections for device in team.devices),
        readings=sum(len(d.ended) + len(d.readings) for d in team.devices),
        faults=team.faults + list(verified.faults),
    )


@contextmanager
def _environment(clock: Path) -> Iterator[None]:
    """What is started within has its wall clock moved on by what the file ``clock`` says."""
    if FAKETIME is None:
        yield
        return
    wanted = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _run(coroutine: Any) -> Deferred[None]:
    return Deferred.fromCoroutine(coroutine)
