"""What a browser is told, as JSON: facts, which its worker puts into words in its own language."""

import hashlib
from collections.abc import Callable
from typing import Any, Final

import msgspec

from chatd.engine.pushes import PushFacts
from chatd.engine.rows import EventRow
from chatd.hooks.push.encryption import ROOM
from chatd.wire.frames import Event

#: Characters of a text that goes along: as many as a notification shows.
SHOWN: Final = 240
#: Letters of a topic, which has up to 32 (RFC 8030 §5.4).
TOPIC: Final = 32

Render = Callable[[EventRow], Event]


def payload(facts: PushFacts, render: Render, *, texts: bool) -> bytes:
    """Who wrote where, and why one is told; the text only if server and person want it. About
    files, only what they are: a name tells as much as a text."""
    event, room = facts.message, facts.room
    direct = room.kind == "direct"
    told: dict[str, Any] = {
        "type": "message",
        "room": room.id,
        "kind": room.kind,
        "seq": event.seq,
        "at": event.at,
        "reason": "mention" if facts.mentioned else "direct" if direct else "all",
        "from": event.author_name,
        "author": facts.author,
        "unread": facts.unread,
    }
    if room.name and not direct:
        told["name"] = room.name
    said = render(event)
    if files := getattr(said, "files", ()):
        shown = all(file.width is not None for file in files)
        told["carries"] = "picture" if shown else "file"
    if texts and facts.to.text:
        text = str(getattr(said, "text", ""))
        if text:
            told["text"] = text[:SHOWN] + ("…" if len(text) > SHOWN else "")
    body = msgspec.json.encode(told)
    if len(body) > ROOM:
        # A name and a text of the longest characters there are: the room is enough to go by.
        told.pop("text", None)
        body = msgspec.json.encode(told)
    return body


def topic(epoch: str, room: str, session: str) -> str:
    """If a browser was away for two pushes with one topic, it gets the later. The topic tells the
    push service neither which room it is nor who else is told of it."""
    words = f"{epoch}:{room}:{session}".encode()
    return hashlib.blake2b(words, digest_size=TOPIC // 2).hexdigest()
