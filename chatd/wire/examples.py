"""An example of every frame, made from its declaration, so it cannot be out of date."""

from typing import Any, Final

import msgspec
from msgspec import inspect

from chatd.wire import words
from chatd.wire.catalogue import Catalogue, tag
from chatd.wire.frames import Command, Event

_ROOM: Final = "r4x2m9c7k1ap"
_ALICE: Final = "u7h3n5d0qzw2"
_BOB: Final = "u0t6v8j4ym1e"

#: A point of P-256, the browser's in RFC 8291, appendix A.
_POINT: Final = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
#: A value for each field, by its name on the wire.
VALUES: Final[dict[str, Any]] = {
    "active": True,
    "at": 1_767_225_600_000,
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "by": _ALICE,
    "by_name": "alice",
    "code": "not-found",
    "count": 2,
    "created": 1_767_225_600_000,
    "cursor": "k3v9x2mq.2s",
    "delivered": 41,
    "display": "Bob B.",
    "emoji": "👍",
    "expires": 1_767_226_500_000,
    "endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "failure": "This room is archived: it can be read, not written in.",
    "features": ["messages", "history"],
    "from": _ALICE,
    "head": 42,
    "heads": 57,
    "heartbeat": 25.0,
    "here": {_BOB: "online"},
    "id": 7,
    "key": "5f0c1e7a-1",
    "link_id": "l3fa92b7c10d4e865",
    "message": "There is no such room.",
    "name": "alice",
    "number": 40,
    "of": 11,
    "other": _BOB,
    "p256dh": _POINT,
    "place": 43,
    "query": "bo",
    "read": 41,
    "reason": "The server restarts.",
    "removed": [],
    "retry_after": 0.4,
    "role": "member",
    "room": _ROOM,
    "rooms": [_ROOM],
    "scheduled": "5f0c1e7a-1",
    "secret": "chatd_j_4wcFqGkMh0jX",
    "seq": 42,
    "seqs": [40, 41],
    "server": "chatd 1.0",
    "slug": "tea",
    "target": 41,
    "text": "The kettle is on.",
    "time": 1_767_225_600_000,
    "title": "Tea",
    "to": "r0c8k5s1fzqe",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmVk",
    "topic": "Leaves and water",
    "user": _BOB,
    "user_name": "bob",
    "users": [_ALICE, _BOB],
}
#: Values where a field's usual one does not fit, by type and field. An optional field is shown only
#: if it is listed here, with its usual value for `...`.
SPECIAL: Final[dict[tuple[str, str], Any]] = {
    ("bye", "code"): 1012,
    ("bye", "retry_after"): 4.2,
    ("change_room", "topic"): "Leaves, water, time",
    ("create_room", "name"): "Tea",
    ("set_room", "favourite"): True,
    ("room_set", "favourite"): True,
    ("scheduled", "scheduled"): [
        {
            "scheduled": "5f0c1e7a-1",
            "room": _ROOM,
            "text": "The kettle is on.",
            "at": 1_767_225_600_000,
        }
    ],
    ("create_room", "slug"): "tea",
    ("done", "at"): 1_767_225_600_000,
    ("done", "number"): 40,
    ("done", "room"): _ROOM,
    ("done", "seq"): 42,
    ("error", "id"): 7,
    ("history", "before"): 42,
    ("mark", "read"): 42,
    ("marks_page", "marks"): [{"user": _BOB, "delivered": 42, "read": 41}],
    ("members", "members"): [{"user": _BOB, "name": "bob", "role": "member"}],
    ("message", "text"): "The kettle is on.",
    ("edited", "text"): "The kettle is off.",
    ("membership", "role"): "member",
    ("opened", "here"): {_BOB: "online"},
    ("resume", "cursor"): ...,
    ("resumed", "events"): ...,
    ("PersonShape", "last_seen"): 1_767_225_600_000,
    ("PersonShape", "name"): "bob",
    ("PersonShape", "status"): {"emoji": "🍵", "text": "At the kettle"},
    ("person_changed", "name"): "bob",
    ("person_changed", "status"): {"emoji": "🍵", "text": "At the kettle"},
    ("privacy", "typing"): False,
    ("privacy_changed", "typing"): False,
    ("set_privacy", "typing"): False,
    ("set_profile", "about"): "Tea, mostly.",
    ("set_status", "emoji"): "🍵",
    ("set_status", "text"): "At the kettle",
    ("push", "endpoint"): ...,
    ("push", "key"): _POINT,
    ("read_by", "delivered"): 9,
    ("read_by", "read"): 4,
    ("Reaction", "mine"): True,
    ("RoomState", "kind"): "public",
    ("RoomState", "name"): "Tea",
    ("RoomState", "members"): 12,
    ("RoomState", "role"): ...,
    ("RoomState", "slug"): ...,
    ("RoomState", "unread"): 3,
    ("resync", "reason"): "You read too slowly; your queue was dropped.",
    ("search", "text"): "kettle from:@bob",
    ("found", "words"): ["kettle"],
    ("room_changed", "topic"): "Leaves, water, time",
    ("welcome", "user"): _ALICE,
}
_LIMITS: Final[dict[str, Any]] = {
    "frame_bytes": 65_536,
    "text_code_points": 4096,
    "data_bytes": 4096,
    "json_depth": 8,
    "messages_per_second": 5.0,
    "messages_burst": 20.0,
    "bytes_per_second": 65_536.0,
    "bytes_burst": 262_144.0,
    "user_messages_per_second": 10.0,
    "user_messages_burst": 40.0,
    "rooms_open": 200,
    "commands_in_flight": 32,
    "reader_bytes": 1_048_576,
    "reader_seconds": 10.0,
    "history_page": 50,
    "files": {"max_bytes": 16_777_216, "each": 10},
}


class Examples:
    """For everything in a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._event = next(iter(catalogue.events), None)

    def of(self, kind: type[msgspec.Struct]) -> dict[str, Any]:
        """A frame, or a part of one, as the object on the wire."""
        config = kind.__struct_config__
        word = str(config.tag) if config.tag_field else kind.__name__
        found: dict[str, Any] = {"type": tag(kind)} if config.tag_field else {}
        for field in words.fields(kind):
            special = SPECIAL.get((word, field.encode_name))
            if special is not None and special is not ...:
                found[field.encode_name] = special
            elif field.required or special is ...:
                found[field.encode_name] = self._value(field.encode_name, field.type)
        return found

    def line(self, kind: type[msgspec.Struct]) -> str:
        """The same as JSON text; a command on one line, as it is typed."""
        text = msgspec.json.encode(self.of(kind)).decode()
        if issubclass(kind, Command) or len(text) <= 120:
            return text
        return msgspec.json.format(text, indent=2)

    def _value(self, name: str, kind: inspect.Type) -> Any:
        match kind:
            case inspect.Metadata(type=inner):
                return self._value(name, inner)
            case inspect.StructType(cls=cls):
                if cls is Event:
                    return {} if self._event is None else self.of(self._event)
                return _LIMITS if name == "limits" else self.of(cls)
            case inspect.ListType(item_type=item) if words.structs(item):
                return [self._value(name, item)]
            case inspect.LiteralType(values=values):
                return values[0]
            case inspect.BoolType():
                return VALUES.get(name, True)
            case inspect.IntType() | inspect.FloatType():
                return VALUES.get(name, 1)
        return VALUES[name]
