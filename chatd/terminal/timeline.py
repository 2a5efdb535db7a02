"""What is known of one room's conversation: messages in their latest state, and what else happened.

Pure: frames go in, the items to show come out, in order of their place.
"""

from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Frame = dict[str, Any]
#: Events that have a line of their own in the conversation.
NOTICES = frozenset({"membership", "room_changed"})


@dataclass(slots=True)
class Pending:
    """One's own message on its way; ``failed`` says why it will not arrive."""

    key: str
    text: str
    at: int
    reply_to: int | None = None
    failed: str = ""


class Timeline:
    def __init__(self) -> None:
        self._items: dict[int, Frame] = {}
        self._order: list[int] = []
        self.pending: list[Pending] = []
        self.pins: set[int] = set()
        #: messages that others answer and that are not among the items
        self._quoted: dict[int, Frame] = {}
        self.more_before = False

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Frame]:
        return (self._items[seq] for seq in self._order)

    @property
    def first(self) -> int | None:
        return self._order[0] if self._order else None

    def get(self, seq: int) -> Frame | None:
        return self._items.get(seq)

    def message(self, seq: int) -> Frame | None:
        found = self._items.get(seq)
        return found if found is not None and found["type"] == "message" else None

    def quoted(self, seq: int) -> Frame | None:
        return self.message(seq) or self._quoted.get(seq)

    def messages(self) -> list[Frame]:
        return [item for item in self if item["type"] == "message"]

    def latest(self, page: Frame) -> None:
        """The newest page, replacing everything that was known."""
        self._items = {}
        self._order = []
        self.older(page)

    def newest(self, page: Frame) -> None:
        """The newest page, added to what was known; replacing it if something may be missing
        between them."""
        messages, more_before = page["messages"], self.more_before
        if messages and page.get("more_before") and messages[0]["seq"] not in self._items:
            self.latest(page)
        elif self._order:
            self.older(page)
            self.more_before = more_before
        else:
            self.latest(page)

    def older(self, page: Frame) -> None:
        """A page of `history`, or what came with `opened`."""
        for message in page["messages"]:
            self._put(message["seq"], message)
        self.quote(page.get("quoted", ()))
        self.more_before = bool(page.get("more_before"))

    def trim(self, count: int) -> None:
        """Keeps the newest ``count``; what was before can be read again."""
        if len(self._order) <= count:
            return
        self._order = self._order[-count:]
        self._items = {seq: self._items[seq] for seq in self._order}
        answered = {item.get("reply_to") for item in self._items.values()}
        self._quoted = {seq: one for seq, one in self._quoted.items() if seq in answered}
        self.more_before = True

    def quote(self, messages: Sequence[Frame]) -> None:
        """Messages that others answer."""
        self._quoted |= {message["seq"]: message for message in messages}

    def event(self, frame: Frame, me: str) -> None:
        """What just happened. About messages that are not known here, nothing changes."""
        kind, target = frame["type"], frame.get("target")
        if kind == "message" or kind in NOTICES:
            self._put(frame["seq"], frame)
        elif isinstance(target, int):
            for known in (self._items, self._quoted):
                message = known.get(target)
                if message is not None and message["type"] == "message":
                    known[target] = changed(message, frame, me)
            if kind == "pinned" and frame.get("on"):
                self.pins.add(target)
            elif kind in ("pinned", "deleted"):
                self.pins.discard(target)

    def settle(self, key: str, message: Frame) -> None:
        """One's own message has its place; its event is on its way, or has already been here."""
        self.pending = [one for one in self.pending if one.key != key]
        if message["seq"] not in self._items:
            self._put(message["seq"], message)

    def drop(self, key: str) -> None:
        self.pending = [one for one in self.pending if one.key != key]

    def fail(self, key: str, why: str) -> None:
        for one in self.pending:
            if one.key == key:
                one.failed = why

    def _put(self, seq: int, item: Frame) -> None:
        if seq not in self._items:
            insort(self._order, seq)
        self._items[seq] = item


def changed(message: Frame, frame: Frame, me: str) -> Frame:
    """The message after an event about it; what did not change stays."""
    kind = frame["type"]
    if kind == "deleted" or (kind == "edited" and "deleted" in frame):
        kept = ("type", "room", "seq", "cursor", "at", "from", "name", "number")
        bare = {name: message[name] for name in kept if name in message}
        return {**bare, "deleted": frame.get("deleted", frame["at"])}
    if kind == "edited":
        gone = {name: value for name, value in message.items() if name not in ("data", "mentions")}
        new: Frame = {name: frame[name] for name in ("text", "data", "mentions") if name in frame}
        if "files" in frame:
            # With files, no words are needed; with neither, it is not one's to see.
            new.setdefault("text", "")
        return {**gone, **new, "edited": frame["at"]}
    if kind == "reacted" and "deleted" not in message:
        return {**message, "reactions": reactions(message, frame, me)}
    return message


def reactions(message: Frame, frame: Frame, me: str) -> list[Frame]:
    """The message's reactions after a `reacted`, which tells the count; a new emoji comes last."""
    emoji, user = frame["emoji"], frame["from"]
    found = [dict(one) for one in message.get("reactions") or ()]
    one = next((known for known in found if known["emoji"] == emoji), None)
    if one is None:
        one = {"emoji": emoji, "users": []}
        found.append(one)
    users = [each for each in one["users"] if each != user]
    one["users"] = [*users, user] if frame["on"] else users
    one["count"] = frame["count"]
    if user == me:
        one["mine"] = frame["on"]
    return [known for known in found if known["count"] > 0]
