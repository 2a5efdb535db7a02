"""What a receiver is told, as JSON: a type, a time, and the event as people get it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from chatd.engine.followers import Absent, Followed, RoomFacts
from chatd.engine.rows import EventRow
from chatd.wire.frames import Event

#: The kinds of events that go out, and what they are called there.
TYPES: Final = {
    "message": "message.created",
    "edited": "message.edited",
    "deleted": "message.deleted",
}

Render = Callable[[EventRow], Event]


def message(followed: Followed, render: Render) -> bytes:
    """A message, an edit or a deletion: the frame of the protocol, and the room's names."""
    event, room = followed.event, followed.room
    data = msgspec.to_builtins(render(event))
    data.update(_room(room))
    return _body(TYPES[event.kind], event.at, data)


def away(absent: Absent, render: Render, *, link: str, with_text: bool) -> bytes:
    """Somebody is away and has not read what is meant for them; ``link`` is this server's URL."""
    event = absent.message
    data: dict[str, Any] = {
        "user": absent.user,
        "name": absent.name,
        "display": absent.display,
        "reason": "direct" if absent.room.kind == "direct" else "mention",
        "unread": absent.unread,
        "room": absent.room.id,
        **_room(absent.room),
        "seq": event.seq,
        "from": event.author,
        "from_name": event.author_name,
        "link": f"{link}/#/room/{absent.room.id}",
    }
    if absent.email is not None:
        data["email"] = absent.email
    if absent.identities:
        data["identities"] = [
            {"issuer": issuer, "subject": subject} for issuer, subject in absent.identities
        ]
    if with_text:
        data["text"] = getattr(render(event), "text", "")
    return _body("person.away", event.at, data)


def ping(at: int, link: str) -> bytes:
    return _body("ping", at, {"server": link})


def _room(room: RoomFacts) -> dict[str, str]:
    told: dict[str, str] = {"room_kind": room.kind}
    if room.name:
        told["room_name"] = room.name
    if room.slug is not None:
        told["room_slug"] = room.slug
    return told


def _body(type: str, at: int, data: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"type": type, "timestamp": _time(at), "data": data})


def _time(at: int) -> str:
    """RFC 3339, with milliseconds."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
