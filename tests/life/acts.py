"""What people of the team do: each act is carried out and predicted by the model.

An act belongs to one room; acts in one room follow one another, so that the model knows exactly
what each must answer.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Final

from chatd.client.book import Frame
from tests.life.model import Answer, Model, Place, Room
from tests.life.people import Device

WORDS: Final = [
    "tea",
    "kettle",
    "milk",
    "morning",
    "review",
    "merge",
    "deploy",
    "lunch",
    "customer",
    "invoice",
    "printer",
    "meeting",
    "notes",
    "ship",
    "rollback",
    "coffee",
    "holiday",
    "backlog",
    "später",
    "café",
    "東京",
    "今日は",
    "😀",
    "مرحبا",
]
EMOJI: Final = ("👍", "❤️", "😀", "🎉", "👀")
DAY: Final = 24 * 3600 * 1000

Predicted = tuple[str, dict[str, Any], Callable[[int], Answer]]


class Acts:
    """``day`` is how many days the daemon's clock is ahead of ours."""

    def __init__(self, model: Model, chance: random.Random) -> None:
        self.model = model
        self.day = 0
        self.done = 0
        self.refused = 0
        self.faults: list[str] = []
        self._chance = chance

    def text(self, room: Room) -> str:
        words = self._chance.choices(WORDS, k=self._chance.randint(1, 12))
        if self._chance.random() < 0.12:
            words.insert(0, "@" + self._chance.choice([*self.model.ids, "room"]))
        return " ".join(words)

    def choose(self, room: Room, by: str) -> Predicted:
        """One act of ``by`` in the room."""
        kinds, weights = zip(*_WEIGHTS.items(), strict=True)
        return getattr(self, "_" + self._chance.choices(kinds, weights)[0])(room, by)

    async def carry_out(self, device: Device, act: Predicted) -> None:
        """Asks the server, asks the model, and compares."""
        type_, fields, predict = act
        reply = await device.do(type_, **fields)
        now = int(time.time() * 1000) + self.day * DAY
        wanted = predict(now)
        self.done += 1
        if isinstance(wanted, str):
            self.refused += 1
            if reply != wanted:
                self._wrong(device, act, wanted, reply)
        elif isinstance(reply, str) or not _agrees(reply, wanted):
            self._wrong(device, act, wanted, reply)

    def _wrong(self, device: Device, act: Predicted, wanted: Answer, got: Frame | str) -> None:
        self.faults.append(f"{device.name}: {act[0]} {act[1]}: due {wanted}, came {got}")

    # ---- the acts -------------------------------------------------------------------------------

    def _send(self, room: Room, by: str) -> Predicted:
        fields: dict[str, Any] = {"room": room.id, "text": self.text(room)}
        if self._chance.random() < 0.2 and (seq := self._message(room)) is not None:
            fields["reply_to"] = seq
        return (
            "send",
            fields,
            lambda now: self.model.send(room.id, by, fields["text"], now, fields.get("reply_to")),
        )

    def _edit(self, room: Room, by: str) -> Predicted:
        if (seq := self._message(room, by)) is None:
            return self._send(room, by)
        text = self.text(room)
        return (
            "edit",
            {"room": room.id, "seq": seq, "text": text},
            lambda now: self.model.edit(room.id, by, seq, text, now),
        )

    def _delete(self, room: Room, by: str) -> Predicted:
        if (seq := self._message(room, by)) is None:
            return self._send(room, by)
        return (
            "delete",
            {"room": room.id, "seq": seq},
            lambda now: self.model.delete(room.id, by, seq, now),
        )

    def _react(self, room: Room, by: str) -> Predicted:
        if (seq := self._message(room)) is None:
            return self._send(room, by)
        on = self._chance.random() < 0.8
        emoji = self._chance.choice(EMOJI)
        return (
            "react" if on else "unreact",
            {"room": room.id, "seq": seq, "emoji": emoji},
            lambda now: self.model.react(room.id, by, seq, emoji, on, now),
        )

    def _pin(self, room: Room, by: str) -> Predicted:
        on = not room.pins or self._chance.random() < 0.6
        seq = self._message(room) if on else self._chance.choice(room.pins)
        if seq is None:
            return self._send(room, by)
        return (
            "pin" if on else "unpin",
            {"room": room.id, "seq": seq},
            lambda now: self.model.pin(room.id, by, seq, on, now),
        )

    def _mark(self, room: Room, by: str) -> Predicted:
        read = max(1, room.head - self._chance.choice((0, 0, 0, 1, 5)))
        return (
            "mark",
            {"room": room.id, "read": read},
            lambda now: self.model.mark(room.id, by, read),
        )

    def _join(self, room: Room, by: str) -> Predicted:
        return "join", {"room": room.id}, lambda now: self.model.join(room.id, by, now)

    def _leave(self, room: Room, by: str) -> Predicted:
        return "leave", {"room": room.id}, lambda now: self.model.leave(room.id, by, now)

    def _add(self, room: Room, by: str) -> Predicted:
        user = self._somebody()
        return (
            "add_member",
            {"room": room.id, "user": user},
            lambda now: self.model.add(room.id, by, user, "member", now),
        )

    def _kick(self, room: Room, by: str) -> Predicted:
        user = self._somebody()
        ban = self._chance.random() < 0.3
        return (
            "ban" if ban else "kick",
            {"room": room.id, "user": user},
            lambda now: self.model.kick(room.id, by, user, now, ban=ban),
        )

    def _unban(self, room: Room, by: str) -> Predicted:
        user = self._chance.choice(sorted(room.bans)) if room.bans else self._somebody()
        return (
            "unban",
            {"room": room.id, "user": user},
            lambda now: self.model.unban(room.id, by, user, now),
        )

    def _role(self, room: Room, by: str) -> Predicted:
        user = self._somebody()
        role = self._chance.choice(("reader", "member", "member", "moderator", "owner"))
        return (
            "set_role",
            {"room": room.id, "user": user, "role": role},
            lambda now: self.model.set_role(room.id, by, user, role, now),
        )

    def _change(self, room: Room, by: str) -> Predicted:
        change: dict[str, Any] = {"topic": self.text(room)}
        if self._chance.random() < 0.3:
            change = {"posting": self._chance.choice(("member", "moderator"))}
        elif self._chance.random() < 0.3 or room.archived:
            change = {"archived": not room.archived}
        return (
            "change_room",
            {"room": room.id, **change},
            lambda now: self.model.change(room.id, by, now, **change),
        )

    # ---- whom and what --------------------------------------------------------------------------

    def _somebody(self) -> str:
        return self._chance.choice(sorted(self.model.people))

    def _message(self, room: Room, by: str | None = None) -> int | None:
        """One of the latest messages, now and then one that is no message or long gone."""
        if self._chance.random() < 0.03:
            return self._chance.randint(1, room.head)
        latest = [e.seq for e in room.events[-60:] if e.kind == "message"]
        if by is not None and self._chance.random() < 0.9:
            latest = [seq for seq in latest if room.events[seq - 1].author == by]
        return self._chance.choice(latest) if latest else None


_WEIGHTS: Final = {
    "send": 60,
    "react": 12,
    "mark": 12,
    "edit": 5,
    "delete": 2.5,
    "pin": 1,
    "join": 2,
    "leave": 0.7,
    "add": 1.5,
    "kick": 0.7,
    "unban": 0.5,
    "role": 1,
    "change": 0.6,
}


def _agrees(reply: Frame, wanted: Place) -> bool:
    """Whether the reply tells the place that the model has."""
    if reply["type"] != "done":
        return False
    return (wanted.seq is None or reply.get("seq") == wanted.seq) and reply.get(
        "number"
    ) == wanted.number
