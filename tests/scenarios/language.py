"""The language of scenarios: what people do and hear, one line each, at any depth.

A scenario is a text file. Empty lines and lines with # in front are skipped. Everybody named in
``people:`` has an account. What a person hears in a room is checked strictly: the next event of
that room, none left out. A line that ends in ``-> refused CODE`` must be refused with that code.

    people: alice, bob
    alice connects
    alice makes room tea
    bob connects on node 2
    bob joins tea
    alice opens tea
    bob opens tea
    alice says tea: hello
    bob hears tea: #1 alice: hello

``World`` and ``Link`` are what a depth has to provide (engine, several nodes, real wss).
"""

import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

Frame = dict[str, Any]


class Link(Protocol):
    """One connection. ``frames`` are those received that answer no command, oldest first."""

    frames: deque[Frame]

    def command(self, frame: Frame) -> Awaitable[Frame]:
        """Sends a command and returns its reply; the id is filled in."""

    def wait(self, wanted: Callable[[], bool]) -> Awaitable[None]:
        """Until ``wanted()`` is true; fails when it stays false."""

    def ended(self) -> Awaitable[None]:
        """The server ends the connection."""

    def drop(self) -> Awaitable[None]:
        """The network is cut, without a word."""


class World(Protocol):
    async def person(self, name: str) -> None: ...
    async def connect(self, name: str, node: int) -> Link: ...
    async def settle(self) -> None:
        """Everything under way has arrived."""

    async def passes(self, seconds: float) -> None: ...
    async def fault(self, what: str) -> None: ...
    async def restart(self) -> None:
        """The server ends without a word and starts again. No link is left."""

    async def delete(self, name: str, erase: bool) -> None:
        """An administrator deletes an account; all of it is done."""

    async def bring(self, who: str, name: str) -> str:
        """A file of that name comes; its id."""

    async def reads(self, who: str, file: str) -> bool:
        """Whether ``who`` gets the file of that id."""


@dataclass
class Person:
    name: str
    node: int = 1
    link: Link | None = None
    cursor: str | None = None
    open: list[str] = field(default_factory=list)
    heard: dict[str, deque[str]] = field(default_factory=dict)
    signals: list[Frame] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)


class ScenarioError(AssertionError):
    """A line of a scenario did not come true."""


class Scenario:
    """Plays one file in a world. With ``restart_after``, a share of its lines, the server dies
    there and everybody who was connected comes back: the rest has to come true all the same."""

    def __init__(self, path: Path, world: World, restart_after: float | None = None) -> None:
        self.path = path
        self.world = world
        self.restart_after = restart_after
        self.people: dict[str, Person] = {}
        self.rooms: dict[str, str] = {}
        self.seqs: dict[tuple[str, int], int] = {}
        self.keys: dict[str, tuple[str, Frame, Frame]] = {}
        #: ids by name
        self.files: dict[str, str] = {}
        self.count = 0

    async def play(self) -> None:
        lines = [
            (number, line.strip())
            for number, line in enumerate(self.path.read_text("utf-8").splitlines(), 1)
            if line.strip() and not line.strip().startswith("#")
        ]
        cut = len(lines) if self.restart_after is None else int(self.restart_after * len(lines))
        for index, (number, line) in enumerate(lines):
            try:
                if index == cut:
                    await self.restart()
                await self._line(line)
            except (AssertionError, KeyError) as error:
                raise ScenarioError(f"{self.path.name}:{number}: {line}\n    {error}") from error

    async def _line(self, line: str) -> None:
        for pattern, step in STEPS:
            if found := re.fullmatch(pattern, line):
                await step(self, **found.groupdict())
                return
        raise ScenarioError("no step reads like this")

    async def restart(self) -> None:
        """The server dies and comes back, and so does everybody who was there."""
        await self.world.settle()
        there = [who for who, person in self.people.items() if person.link is not None]
        for who in there:
            self.take(who)
        await self.world.restart()
        for who in there:
            await self.come_back(who)

    async def come_back(self, who: str, node: int | None = None) -> None:
        """Connects, and resumes where that person was."""
        person = self.named(who)
        person.link = await self.world.connect(person.name, node or person.node)
        if person.cursor is None:
            return
        reply: Frame = {"more": True}
        while reply.get("more"):
            reply = await self.ask(
                who, None, type="resume", cursor=person.cursor, rooms=person.open
            )
            assert reply["resumed"], f"not resumed: {reply}"
            for event in reply.get("events", []):
                self.sort(person, event)
            person.cursor = reply["cursor"]
        for room in reply.get("removed", []):
            person.open.remove(room)

    # ---- helpers of the steps -------------------------------------------------------------------

    def named(self, who: str) -> Person:
        return self.people[who]

    async def ask(self, who: str, refused: str | None, **frame: Any) -> Frame:
        link = self.named(who).link
        assert link is not None, f"{who} is not connected"
        reply = await link.command(frame)
        if refused:
            assert reply["type"] == "error" and reply["code"] == refused, f"got {reply}"
        else:
            assert reply["type"] != "error", f"refused: {reply}"
        return reply

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def take(self, who: str) -> None:
        """Sorts what arrived: events by room, the rest as signals."""
        person = self.named(who)
        assert person.link is not None
        while person.link.frames:
            self.sort(person, person.link.frames.popleft())

    def sort(self, person: Person, frame: Frame) -> None:
        if "seq" not in frame or "cursor" not in frame:
            person.signals.append(frame)
            return
        room, seq = frame["room"], frame["seq"]
        last = person.last.get(room)
        assert last is None or seq == last + 1, f"seq {seq} after {last} in {frame}"
        person.last[room] = seq
        person.cursor = frame["cursor"]
        person.heard.setdefault(room, deque()).append(self.words(frame))

    def words(self, frame: Frame) -> str:
        room = frame["room"]
        # What a deleted account is called is left to chance.
        called = {
            field: re.sub("^deleted-.*", "deleted", frame[field])
            for field in ("name", "user_name")
            if field in frame
        }
        frame = {**frame, **called}
        match frame["type"]:
            case "message":
                self.seqs[room, frame["number"]] = frame["seq"]
                said = "deleted" if "deleted" in frame else frame.get("text", "")
                if "files" in frame:
                    names = ", ".join(file["name"] for file in frame["files"])
                    said = f"{said} [{names}]".strip()
                edited = " (edited)" if "edited" in frame else ""
                if "reply_to" in frame:
                    said += f" (to #{self.number(room, frame['reply_to'])})"
                if "forwarded" in frame:
                    said += f" (first said by {frame['forwarded']['name']})"
                return f"#{frame['number']} {frame['name']}: {said}{edited}"
            case "edited" | "deleted":
                said = f": {frame['text']}" if "text" in frame else ""
                return f"#{self.number(room, frame['target'])} {frame['type']}{said}"
            case "reacted":
                verb = "reacts with" if frame["on"] else "takes back"
                number = self.number(room, frame["target"])
                return f"#{number} {frame['name']} {verb} {frame['emoji']}: {frame['count']}"
            case "pinned":
                verb = "pinned" if frame["on"] else "unpinned"
                return f"#{self.number(room, frame['target'])} {verb} by {frame['name']}"
            case "membership":
                role = f" {frame['role']}" if frame["change"] == "role" else ""
                return f"{frame['user_name']} {frame['change']}{role}"
            case "room_changed":
                changed = "archived" if frame.get("archived") else ""
                return f"room changed: {frame.get('title', frame.get('topic', changed))}"
        return str(frame)

    def number(self, room: str, seq: int) -> int | None:
        """How a scenario calls the message at ``seq``."""
        return next((n for (r, n), at in self.seqs.items() if (r, at) == (room, seq)), None)

    async def hear(self, who: str, room: str) -> str:
        person = self.named(who)
        link = person.link
        assert link is not None
        key = self.rooms.get(room, room)

        def there() -> bool:
            self.take(who)
            return bool(person.heard.get(key))

        await link.wait(there)
        return person.heard[key].popleft()


Step = Callable[..., Awaitable[None]]
STEPS: list[tuple[str, Step]] = []
_PARTS = {
    "WHO": r"(?P<who>[a-z]+)",
    "OTHER": r"(?P<other>[a-z]+)",
    "ROOM": r"(?P<room>[a-z]+)",
    "N": r"#(?P<n>\d+)",
    "TEXT": r"(?P<text>.*?)",
    "REFUSED": r"(?: -> refused (?P<refused>[a-z-]+))?",
}


def step(text: str) -> Callable[[Step], Step]:
    """Declares how a step is written; WHO, ROOM, N, TEXT … stand for their parts."""
    pattern = text.replace(" REFUSED", "REFUSED")
    pattern = re.sub(r"WHO|OTHER|ROOM|REFUSED|TEXT|\bN", lambda m: _PARTS[m[0]], pattern)

    def declare(function: Step) -> Step:
        STEPS.append((pattern, function))
        return function

    return declare
