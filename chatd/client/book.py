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
    """``heads`` maps open rooms to the seq of the last event known there. ``cursor`` is where to
    resume from: everything before it in the open rooms is known."""

    cursor: str | None = None
    heads: dict[str, int] = field(default_factory=dict)
    #: Something is missing: the cursor stays until a resume has brought it.
    has_hole: bool = False

    def opened(self, reply: Frame) -> None:
        """Takes in the reply to ``open``, from which the room goes on."""
        # Events of other rooms from before the reply's cursor may still be on their way, so if
        # rooms are open the older cursor stays; what it brings again is recognised by seq.
        if not self.heads or self.cursor is None:
            self.cursor = reply["cursor"]
        room = reply["room"]
        self.heads[room["room"]] = room["seq"]

    def closed(self, room: str) -> None:
        self.heads.pop(room, None)

    def event(self, frame: Frame) -> bool:
        """Whether the event is news. Raises `Hole` if something before it is missing."""
        room, seq = frame["room"], frame["seq"]
        head = self.heads.get(room)
        if head is None or seq <= head:
            return False
        if seq != head + 1:
            self.has_hole = True
            raise Hole(f"room {room}: {seq} came after {head}")
        self.heads[room] = seq
        if not self.has_hole:
            self.cursor = frame["cursor"]
        return True

    def resumed(self, reply: Frame) -> tuple[list[Frame], list[str]]:
        """Takes in the reply to ``resume``: the events that are news, and the rooms in which
        something is missing all the same (the server could not tell what): read their history."""
        news = []
        for event in reply.get("events", []):
            head = self.heads.get(event["room"])
            # A jump is no hole here: what lies between two stays in a room is not ours to see.
            if head is not None and event["seq"] > head:
                self.heads[event["room"]] = event["seq"]
                news.append(event)
        for room in reply.get("removed", []):
            self.closed(room)
        lost = []
        for state in reply.get("rooms", []):
            room, head = state["room"], self.heads.get(state["room"])
            if head is not None and not (reply["resumed"] and head == state["seq"]):
                lost.append(room)
                self.heads[room] = state["seq"]
        self.cursor = reply["cursor"]
        self.has_hole = self.has_hole and reply.get("more", False)
        return news, lost

    def forget(self) -> list[str]:
        """The cursor is dropped, and no room is open; returns those that were."""
        rooms, self.heads = list(self.heads), {}
        self.cursor, self.has_hole = None, False
        return rooms

    def agrees(self, heads: int) -> bool:
        """Whether a heartbeat's sum of heads is our own."""
        return heads == sum(self.heads.values())
