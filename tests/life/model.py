"""The model of a team's rooms: what every command has to answer, and what everybody has to see.

It is written from the protocol's words, not from chatd's code: lists and dictionaries, the plainest
thing that could be right. A command either returns the place of its event or a refusal's code;
refused commands leave no trace. Times are Unix milliseconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

ROLES: Final = ("reader", "member", "moderator", "owner")
EVERYONE: Final = "*"
#: Members of rooms of up to so many people may call everyone.
FEW: Final = 20
OWN_FOR: Final = 24 * 3600 * 1000
_NAME = re.compile(r"(?<!\w)@([a-z]+)")


@dataclass
class Event:
    """One line of a room. Of a message ``text`` and what belongs to it are the current ones."""

    seq: int
    kind: str
    author: str
    at: int
    number: int | None = None
    text: str = ""
    reply_to: int | None = None
    mentions: frozenset[str] = frozenset()
    edited: bool = False
    deleted: bool = False
    target: int | None = None
    subject: str | None = None
    #: emoji → who, in the order in which they came
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Stay:
    """From ``first``, as far as one sees back, to ``last``; ``came`` is when one came."""

    first: int
    came: int
    last: int | None = None

    def covers(self, seq: int) -> bool:
        return self.first <= seq and (self.last is None or seq <= self.last)


@dataclass(frozen=True)
class Place:
    """Where a command's effect stands: what its reply tells."""

    seq: int | None = None
    number: int | None = None


Answer = Place | str
"""A place, or the code of the refusal."""


@dataclass
class Room:
    id: str
    kind: str
    name: str
    shared: bool
    events: list[Event] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    stays: dict[str, list[Stay]] = field(default_factory=dict)
    bans: set[str] = field(default_factory=set)
    #: user → (delivered, read)
    marks: dict[str, tuple[int, int]] = field(default_factory=dict)
    pins: list[int] = field(default_factory=list)
    topic: str = ""
    archived: bool = False
    posting: str = "member"
    messages: int = 0

    @property
    def head(self) -> int:
        return len(self.events)

    def append(self, kind: str, author: str, at: int, **more: object) -> Event:
        event = Event(self.head + 1, kind, author, at, **more)  # type: ignore[arg-type]
        if kind == "message":
            self.messages += 1
            event.number = self.messages
            self.marks[author] = (event.seq, event.seq)
        self.events.append(event)
        return event

    def sees(self, user: str, seq: int) -> bool:
        return any(stay.covers(seq) for stay in self.stays.get(user, ()))

    def visible(self, user: str) -> list[Event]:
        return [event for event in self.events if self.sees(user, event.seq)]

    def unread(self, user: str) -> int:
        """What was said before one came is no news."""
        read = self.marks.get(user, (0, 0))[1]
        return sum(
            event.kind == "message" and event.seq > max(read, stay.came)
            for stay in self.stays.get(user, ())
            for event in self.events
            if stay.covers(event.seq)
        )

    def mentioned(self, user: str) -> int:
        """Unread messages that mention ``user``."""
        if user not in self.roles:
            return 0
        read = self.marks.get(user, (0, 0))[1]
        news = max(read, self.stays[user][-1].came)
        count = 0
        for event in self.events:
            if event.seq > read and not event.deleted:
                count += user in event.mentions
                count += EVERYONE in event.mentions and event.seq > news
        return count


class Model:
    """All rooms. ``blocks`` holds (who, whom)."""

    def __init__(self, people: dict[str, str]) -> None:
        #: user id → user name
        self.people = people
        self.ids = {name: user for user, name in people.items()}
        self.rooms: dict[str, Room] = {}
        self.blocks: set[tuple[str, str]] = set()

    # ---- rooms and who is in them ---------------------------------------------------------------

    def create(
        self, room: str, by: str, kind: str, name: str, shared: bool | None, at: int
    ) -> Place:
        made = Room(room, kind, name, kind == "public" if shared is None else shared)
        self.rooms[room] = made
        made.append("room", by, at)
        self._move(made, by, by, "owner", at)
        return Place()

    def direct(self, room: str, by: str, other: str, at: int) -> Answer:
        if self._blocked(by, other):
            return "blocked"
        if room in self.rooms:
            return Place()
        made = self.rooms[room] = Room(room, "direct", "", True)
        made.append("room", by, at)
        self._move(made, by, by, "member", at)
        if other != by:
            self._move(made, by, other, "member", at)
        return Place()

    def join(self, room: str, by: str, at: int) -> Answer:
        there = self.rooms[room]
        if there.kind != "public":
            return "not-found" if by not in there.roles else "wrong-state"
        if by in there.roles:
            return "exists"
        if by in there.bans:
            return "banned"
        return self._move(there, by, by, "member", at)

    def leave(self, room: str, by: str, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "reader")) is not None:
            return no
        if there.kind == "direct" or not self._keeps_owner(there, by):
            return "wrong-state"
        return self._move(there, by, by, None, at)

    def add(self, room: str, by: str, user: str, role: str, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "moderator")) is not None:
            return no
        if user in there.roles:
            return "exists"
        if user in there.bans:
            return "banned"
        if self._blocked(by, user):
            return "blocked"
        return self._move(there, by, user, role, at)

    def set_role(self, room: str, by: str, user: str, role: str, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "owner")) is not None:
            return no
        if user not in there.roles:
            return "not-found"
        if role != "owner" and not self._keeps_owner(there, user):
            return "wrong-state"
        return self._move(there, by, user, role, at)

    def kick(self, room: str, by: str, user: str, at: int, *, ban: bool = False) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "moderator")) is not None:
            return no
        other = there.roles.get(user)
        if other is None and not ban:
            return "not-found"
        mine = there.roles[by]
        if user != by and other is not None and not _outranks(mine, other):
            return "forbidden"
        if not self._keeps_owner(there, user):
            return "wrong-state"
        if ban:
            there.bans.add(user)
        return self._move(there, by, user, None, at)

    def unban(self, room: str, by: str, user: str, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "moderator")) is not None:
            return no
        there.bans.discard(user)
        return Place(there.append("membership", by, at, subject=user).seq)

    def change(
        self,
        room: str,
        by: str,
        at: int,
        *,
        topic: str | None = None,
        posting: str | None = None,
        archived: bool | None = None,
    ) -> Answer:
        there = self.rooms[room]
        least = "moderator" if posting is None and archived is None else "owner"
        if (no := self._least(there, by, least)) is not None:
            return no
        there.topic = there.topic if topic is None else topic
        there.posting = posting or there.posting
        there.archived = there.archived if archived is None else archived
        return Place(there.append("room", by, at).seq)

    # ---- what is said ---------------------------------------------------------------------------

    def send(self, room: str, by: str, text: str, at: int, reply_to: int | None = None) -> Answer:
        there = self.rooms[room]
        if (no := self._may_write(there, by, there.posting)) is not None:
            return no
        if reply_to is not None and (no := self._message(there, by, reply_to)) is not None:
            return no
        said = there.append(
            "message", by, at, text=text, reply_to=reply_to, mentions=self._whom(there, by, text)
        )
        return Place(said.seq, said.number)

    def edit(self, room: str, by: str, seq: int, text: str, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._may_write(there, by, "member")) is not None:
            return no
        if (no := self._message(there, by, seq)) is not None:
            return no
        message = there.events[seq - 1]
        if message.author != by or message.at < at - OWN_FOR:
            return "forbidden"
        message.text, message.edited = text, True
        message.mentions = self._whom(there, by, text)
        return Place(there.append("edited", by, at, target=seq).seq)

    def delete(self, room: str, by: str, seq: int, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "member")) is not None:
            return no
        if (no := self._message(there, by, seq)) is not None:
            return no
        message = there.events[seq - 1]
        own = message.author == by and message.at >= at - OWN_FOR
        if not own and not _at_least(there.roles[by], "moderator"):
            return "forbidden"
        message.text, message.deleted, message.reply_to = "", True, None
        message.mentions, message.reactions = frozenset(), {}
        if seq in there.pins:
            there.pins.remove(seq)
        return Place(there.append("deleted", by, at, target=seq).seq)

    def react(self, room: str, by: str, seq: int, emoji: str, on: bool, at: int) -> Answer:
        there = self.rooms[room]
        if (no := self._may_write(there, by, "member")) is not None:
            return no
        if (no := self._message(there, by, seq)) is not None:
            return no
        reactions = there.events[seq - 1].reactions
        if on == (by in reactions.get(emoji, ())):
            return "exists" if on else "not-found"
        if on:
            reactions.setdefault(emoji, []).append(by)
        else:
            reactions[emoji].remove(by)
            if not reactions[emoji]:
                del reactions[emoji]
        return Place(there.append("reaction", by, at, target=seq).seq)

    def pin(self, room: str, by: str, seq: int, on: bool, at: int) -> Answer:
        there = self.rooms[room]
        least = "member" if there.kind == "direct" else "moderator"
        if (no := self._least(there, by, least)) is not None:
            return no
        if there.archived:
            return "wrong-state"
        if there.kind == "direct" and any(self._blocked(by, other) for other in there.roles):
            return "blocked"
        if (no := self._message(there, by, seq)) is not None:
            return no
        if on == (seq in there.pins):
            return "exists" if on else "not-found"
        if on:
            there.pins.append(seq)
        else:
            there.pins.remove(seq)
        return Place(there.append("pin", by, at, target=seq).seq)

    def mark(self, room: str, by: str, read: int) -> Answer:
        there = self.rooms[room]
        if (no := self._least(there, by, "reader")) is not None:
            return no
        delivered, was = there.marks.get(by, (0, 0))
        now = max(was, min(read, there.head))
        there.marks[by] = (max(delivered, now), now)
        return Place()

    # ---- the rules ------------------------------------------------------------------------------

    def _move(self, room: Room, by: str, user: str, role: str | None, at: int) -> Place:
        seq = room.append("membership", by, at, subject=user).seq
        if role is None:
            if room.roles.pop(user, None) is not None:
                room.stays[user][-1].last = seq
        else:
            if user not in room.roles:
                if room.shared:
                    room.stays[user] = [Stay(1, seq)]
                else:
                    room.stays.setdefault(user, []).append(Stay(seq, seq))
            room.roles[user] = role
        return Place(seq)

    def _least(self, room: Room, user: str, role: str) -> str | None:
        mine = room.roles.get(user)
        if mine is None:
            return "forbidden" if room.kind == "public" else "not-found"
        return None if _at_least(mine, role) else "forbidden"

    def _may_write(self, room: Room, user: str, role: str) -> str | None:
        if user not in room.roles:
            return self._least(room, user, "reader")
        if room.archived:
            return "wrong-state"
        if room.kind == "direct":
            return "blocked" if any(self._blocked(user, o) for o in room.roles) else None
        return self._least(room, user, role)

    def _message(self, room: Room, user: str, seq: int) -> str | None:
        if seq > room.head or room.events[seq - 1].kind != "message" or not room.sees(user, seq):
            return "not-found"
        return "gone" if room.events[seq - 1].deleted else None

    def _keeps_owner(self, room: Room, user: str) -> bool:
        others = [role for other, role in room.roles.items() if other != user]
        return not others or "owner" in others

    def _blocked(self, one: str, other: str) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def _whom(self, room: Room, by: str, text: str) -> frozenset[str]:
        found = set()
        for name in _NAME.findall(text):
            user = self.ids.get(name)
            if name == "room":
                if len(room.roles) <= FEW or _at_least(room.roles[by], "moderator"):
                    found.add(EVERYONE)
            elif user in room.roles and not self._blocked(by, user):
                found.add(user)
        return frozenset(found)


def copy(event: Event) -> Event:
    """The event as it reads now."""
    return replace(event, reactions={emoji: list(who) for emoji, who in event.reactions.items()})


def _at_least(mine: str, role: str) -> bool:
    return ROLES.index(mine) >= ROLES.index(role)


def _outranks(mine: str, other: str) -> bool:
    return ROLES.index(mine) > ROLES.index(other) or mine == other == "owner"
