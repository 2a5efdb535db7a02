"""What a client knows: which rooms are open, how far each was heard, and the cursor.

Pure: frames go in, what to hand on comes out. It drops what it has already seen and notices what
is missing, so that what comes out is every event of every open room once and in order.
"""

from dataclasses import dataclass, field
from typing import Any

Frame = dict[str, Any]


class Hole(Exception):
    """An event is missing before this one: resume."""


@dataclass
class Book:
    """``heads`` maps open rooms to the seq of the last event known there."""

    cursor: str | None = None
    heads: dict[str, int] = field(default_factory=dict)

    def opened(self, reply: Frame) -> None:
        """Takes in the reply to ``open``."""
        room = reply["room"]
        self.heads[room["room"]] = room["seq"]
        self.cursor = self.cursor or reply["cursor"]

    def closed(self, room: str) -> None:
        self.heads.pop(room, None)

    def event(self, frame: Frame) -> bool:
        """Whether the event is news. Raises `Hole` where something before it is missing."""
        room, seq = frame["room"], frame["seq"]
        head = self.heads.get(room)
        if head is None or seq <= head:
            return False
        if seq != head + 1:
            raise Hole(f"room {room}: {seq} came after {head}")
        self.heads[room] = seq
        self.cursor = frame["cursor"]
        return True

    def resumed(self, reply: Frame) -> tuple[list[Frame], list[str]]:
        """Takes in the reply to ``resume``: the events that are news, and the rooms of which
        something may be missing (the server could not tell what was missed): read their history."""
        news = [event for event in reply.get("events", []) if self.event(event)]
        for room in reply.get("removed", []):
            self.closed(room)
        lost = []
        for room in reply.get("rooms", []):
            if not reply["resumed"]:
                if self.heads.get(room["room"]) != room["seq"]:
                    lost.append(room["room"])
                self.heads[room["room"]] = room["seq"]
        self.cursor = reply["cursor"]
        return news, lost

    def agrees(self, heads: int) -> bool:
        """Whether a heartbeat's sum of heads is our own."""
        return heads == sum(self.heads.values())
