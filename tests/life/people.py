"""The team: people with one or two devices each, which write down every event they hear."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from twisted.internet import task

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.client import Client, new_key
from chatd.client.errors import Disconnected, Refused
from tests.life.model import Event, Room

#: The wire's events by the model's kinds.
KINDS = {
    "message": "message",
    "edited": "edited",
    "deleted": "deleted",
    "reacted": "reaction",
    "pinned": "pin",
    "membership": "membership",
    "room_changed": "room",
}
Told = tuple[int, str, str, int | None, str | None]


def told(frame: Frame) -> Told:
    """What an event says besides its words."""
    return (
        frame["seq"],
        KINDS.get(frame["type"], frame["type"]),
        frame["from"],
        frame.get("target"),
        frame.get("user") if frame["type"] == "membership" else None,
    )


def expected(event: Event) -> Told:
    return (event.seq, event.kind, event.author, event.target, event.subject)


@dataclass
class Reading:
    """What one device heard of one room from an opening on."""

    room: str
    start: int
    heard: list[Told] = field(default_factory=list)


class Device:
    """A client that keeps a reading of each room it has open, and all readings that ended."""

    def __init__(self, reactor: Any, url: str, token: str, trust: Any, user: str, name: str):
        self.user = user
        self.name = name
        self.faults: list[str] = []
        self.readings: dict[str, Reading] = {}
        self.ended: list[Reading] = []
        self.online = False
        self._reactor = reactor
        self._token = token
        chance = random.Random(name)
        self.client = Client(
            reactor,
            url,
            self._headers,
            trust=trust,
            on_event=self._hear,
            on_lost_history=lambda rooms: self.faults.append(f"{name}: history of {rooms} lost"),
            backoff=Backoff(chance.random, first=0.02, most=0.3),
        )

    async def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    async def come(self) -> None:
        self.client.start()
        self.online = True
        await self.client.live()

    async def go(self) -> None:
        self.online = False
        await self.client.stop()

    async def open(self, room: str) -> None:
        """From here on every event of the room is written down."""
        self.close(room)
        reading = self.readings[room] = Reading(room, 0)
        reply = await self.client.open(room, limit=1)
        reading.start = reply["room"]["seq"]

    def close(self, room: str) -> None:
        if (reading := self.readings.pop(room, None)) is not None:
            self.ended.append(reading)

    def _hear(self, frame: Frame) -> None:
        reading = self.readings.get(frame["room"])
        if reading is None:
            self.faults.append(f"{self.name}: {frame['type']} of a room that is not open")
        else:
            reading.heard.append(told(frame))

    def tidy(self) -> None:
        """Readings of rooms from which the person was removed end."""
        for room in [room for room in self.readings if room not in self.client.book.heads]:
            self.close(room)

    async def do(self, type_: str, **fields: Any) -> Frame | str:
        """The reply, or a refusal's code; asked again where the connection went."""
        if type_ not in ("mark", "rooms", "history", "members", "pins", "marks"):
            fields.setdefault("key", new_key())
        while True:
            await self.client.live()
            try:
                reply: Frame = await self.client.ask(type_, **fields)
                return reply
            except Disconnected:
                continue
            except Refused as refused:
                if not refused.retry:
                    return str(refused.code)
                await task.deferLater(self._reactor, refused.retry_after or 0.05)


def wrong_readings(device: Device, rooms: dict[str, Room]) -> list[str]:
    """In words, where a device heard something else than everything it may see, once, in order."""
    wrong = []
    for reading, over in [(r, True) for r in device.ended] + [
        (r, False) for r in device.readings.values()
    ]:
        visible = rooms[reading.room].visible(device.user)
        last = reading.heard[-1][0] if over and reading.heard else None
        want = [
            expected(event)
            for event in visible
            if event.seq > reading.start and (last is None or event.seq <= last)
        ]
        if over and not reading.heard:
            continue
        if reading.heard != want:
            at = next(
                (n for n, (a, b) in enumerate(zip(reading.heard, want, strict=False)) if a != b),
                min(len(reading.heard), len(want)),
            )
            wrong.append(
                f"{device.name} in {reading.room} from {reading.start}: heard"
                f" {reading.heard[at : at + 3]} where {want[at : at + 3]} was due"
            )
    return wrong
