"""People who talk through the real client, and the record of all they sent, were told and saw.

Every keyed command has a key from which its text follows (`text_for`), so that a store can be
judged with the keys that it holds alone. Some messages are edited or deleted soon after.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from twisted.internet import task
from twisted.internet.defer import Deferred, gatherResults

from chatd.client.backoff import Backoff
from chatd.client.book import Frame
from chatd.client.client import Client
from chatd.client.errors import Disconnected, Refused
from chatd.store.verify import StoredEvent, verify
from tests.durability.checker import Stored

ROOMS = ("tea", "coffee")
NAMES = ("alice", "bob", "carol", "dave")
#: What one person has under way at a time.
VOICES = 3
LONGEST_PAUSE = 0.02  # seconds between two commands of a voice
EDITED, DELETED = 0.10, 0.05  # of the messages
#: `ROUND-COUNT`, and behind it, for an edit or a deletion, what it is about.
KEY = re.compile(r"(\d+)-(\d+)(?:-([ed])(\d+))?")
SET_UP = re.compile(r"(room|join)-\w+")


def text_for(author: str, key: str) -> str | None:
    """The text that goes with a key of the crowd's; None for any other key."""
    if SET_UP.fullmatch(key):
        return ""
    found = KEY.fullmatch(key)
    if found is None:
        return None
    return f"{key}:" + " so" * (int(found[2]) % 40)


class Record(Protocol):
    """What becomes of what happens; authors and readers by user id, rooms by id."""

    def sent(self, author: str, key: str, room: str, text: str) -> None: ...
    def acked(self, author: str, key: str, room: str, seq: int) -> None: ...
    def opened(self, reader: str, session: str, room: str, after: int) -> None: ...
    def seen(self, reader: str, session: str, event: Frame) -> None: ...


class WatchedClient(Client):
    """A client that notes in `irregular` what it would mend: live events out of turn, history that
    was lost."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more, on_lost_history=self._lost)
        self.irregular: list[str] = []

    def frame(self, frame: Frame) -> None:
        if "cursor" in frame and "seq" in frame:
            due = self.book.heads.get(frame["room"], frame["seq"] - 1) + 1
            if frame["seq"] != due:
                self.irregular.append(
                    f"{frame['room']} seq {frame['seq']} came where {due} was due"
                )
        super().frame(frame)

    def _lost(self, rooms: list[str]) -> None:
        self.irregular.append(f"history of {rooms} was lost")


class Person:
    """One account with one client; ``prefix`` begins its keys, ``session`` its sessions' names."""

    def __init__(
        self,
        reactor: Any,
        url: str,
        token: str,
        trust: Any,
        record: Record,
        chance: random.Random,
        *,
        prefix: str,
        reader: str = "",
    ) -> None:
        async def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {token}"}

        self._reactor = reactor
        self._record = record
        self._chance = chance
        self._prefix = prefix
        self._reader = reader
        self._count = 0
        self._quiet = False
        self._reached: dict[str, tuple[int, int]] = {}  # room: (connection, seq)
        self._voices: list[Deferred[None]] = []
        self.rooms: list[str] = []
        self.client = WatchedClient(
            reactor,
            url,
            headers,
            trust=trust,
            on_event=self._saw,
            backoff=Backoff(chance.random, first=0.05, most=0.3),
        )

    @property
    def user(self) -> str:
        assert self.client.welcome is not None
        return str(self.client.welcome["user"])

    async def arrive(self) -> None:
        self.client.start()
        await self.client.live()

    async def make_rooms(self) -> list[str]:
        """The ids of all rooms, which the first round makes."""
        made = []
        for name in ROOMS:
            reply = await self.client.ask("create_room", key=f"room-{name}", name=name, slug=name)
            self._record.sent(self.user, f"room-{name}", reply["room"], "")
            made.append(reply["room"])
        return made

    async def enter(self, rooms: Iterable[str], join: bool) -> None:
        for room in rooms:
            if join:
                key = f"join-{room}"
                self._record.sent(self.user, key, room, "")
                self._acked(key, await self.client.ask("join", key=key, room=room))
            opened = await self.client.open(room)
            self.rooms.append(room)
            self._begin(room, opened["room"]["seq"])

    def talk(self) -> None:
        """Says things without end, `VOICES` at a time."""
        self._quiet = False
        self._voices = [Deferred.fromCoroutine(self._voice()) for _ in range(VOICES)]

    async def fall_silent(self) -> None:
        """When everything said is acknowledged."""
        self._quiet = True
        await gatherResults(self._voices)

    async def reach(self, heads: dict[str, int]) -> None:
        """When everything up to the heads was seen; for a test with a bound in time."""
        while any(self._reached[room][1] < head for room, head in heads.items()):
            await task.deferLater(self._reactor, 0.02)

    async def _voice(self) -> None:
        try:
            while not self._quiet:
                try:
                    await self._say(self._chance.choice(self.rooms))
                except Refused as error:
                    self.client.irregular.append(f"what is allowed was refused: {error}")
                await task.deferLater(self._reactor, self._chance.uniform(0, LONGEST_PAUSE))
        except Disconnected:
            return  # the client was stopped

    async def _say(self, room: str) -> None:
        said = await self._ask("send", room, "")
        if self._chance.random() < EDITED:
            await self._ask("edit", room, f"-e{said['seq']}", seq=said["seq"])
        if self._chance.random() < DELETED:
            await self._ask("delete", room, f"-d{said['seq']}", seq=said["seq"])

    async def _ask(self, type_: str, room: str, about: str, **more: Any) -> Frame:
        self._count += 1
        key = f"{self._prefix}-{self._count}{about}"
        text = text_for(self.user, key) or ""
        self._record.sent(self.user, key, room, text)
        if type_ != "delete":
            more["text"] = text
        reply = await self.client.ask(type_, key=key, room=room, **more)
        self._acked(key, reply)
        if self._chance.random() < 0.02:  # a retry whose first answer did arrive
            self._acked(key, await self.client.ask(type_, key=key, room=room, **more))
        return reply

    def _acked(self, key: str, reply: Frame) -> None:
        self._record.acked(self.user, key, reply["room"], reply["seq"])

    def _saw(self, event: Frame) -> None:
        room = event["room"]
        session, reached = self._reached[room]
        if session != self.client.connections:
            self._begin(room, reached)
        self._reached[room] = (self.client.connections, event["seq"])
        self._record.seen(self._reader or self.user, str(self.client.connections), event)

    def _begin(self, room: str, after: int) -> None:
        self._reached[room] = (self.client.connections, after)
        session = str(self.client.connections)
        self._record.opened(self._reader or self.user, session, room, after)


def what_is_stored(folder: Path) -> tuple[list[Stored], list[str]]:
    """A stopped store's log for the checker, and what is wrong with the file or with a text."""
    found = verify(folder)
    changed = {_target(event): event for event in found.events if _target(event) is not None}
    faults = list(found.faults)
    stored = []
    for event in found.events:
        text = event.text
        if last := changed.get((event.room, event.seq)):
            faults += _wrongly_changed(event, last)
            text = None
        stored.append(
            Stored(event.room, event.seq, event.author, event.key or "", event.number, text)
        )
    return stored, faults


def _target(event: StoredEvent) -> tuple[str, int] | None:
    key = KEY.fullmatch(event.key or "")
    return (event.room, int(key[4])) if key is not None and key[3] else None


def _wrongly_changed(event: StoredEvent, last: StoredEvent) -> list[str]:
    """Whether a message reads as the last event about it says."""
    assert last.key is not None
    due = text_for(last.author, last.key) if last.kind == "edited" else None
    if (event.text or None) == due:
        return []
    return [f"{event.room} seq {event.seq} does not read as its {last.kind} seq {last.seq} says"]
