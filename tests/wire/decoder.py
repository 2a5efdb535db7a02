"""Decodes what servers say into their structs: for the tests of examples and of what is sent."""

from collections.abc import Iterable
from typing import Any, Final, get_type_hints

import msgspec

from chatd.wire.catalogue import tag as _tag
from chatd.wire.codec import encode
from chatd.wire.frames import Event, Said


class _Type(msgspec.Struct):
    type: str


_types: Final = msgspec.json.Decoder(_Type)
_objects: Final = msgspec.json.Decoder(dict[str, Any])


class Unknown(msgspec.Struct, frozen=True):
    """A frame of a type that this client does not know: to be ignored, or shown to a debugger."""

    type: str
    raw: dict[str, Any]


class FrameDecoder:
    """Decodes what servers say, also ones that are newer than the client.

    Unknown fields are ignored and an unknown type becomes `Unknown`, wherever it stands. Anything
    else that does not fit is a ValueError.
    """

    def __init__(self, said: Iterable[type[Said]]) -> None:
        types = {_tag(kind): kind for kind in said}
        self._whole = {tag: msgspec.json.Decoder(kind) for tag, kind in types.items()}
        self._with_events = {
            tag: (kind, fields) for tag, kind in types.items() if (fields := _event_lists(kind))
        }

    def decode(self, data: bytes | str) -> Said | Unknown:
        """The frame in ``data``."""
        try:
            tag = _types.decode(data).type
            if tag in self._with_events:
                return self._decode_parts(*self._with_events[tag], data)
            decoder = self._whole.get(tag)
            return Unknown(tag, _objects.decode(data)) if decoder is None else decoder.decode(data)
        except RecursionError:
            raise ValueError("the frame is nested too deep") from None

    def _decode_parts(self, kind: type[Said], fields: tuple[str, ...], data: bytes | str) -> Said:
        # A list of events of any kind: each one is a frame of its own, known or not.
        parts = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        lists = {
            name: [
                self.decode(bytes(part))
                for part in msgspec.json.decode(parts.pop(name), type=list[msgspec.Raw])
            ]
            for name in fields
            if name in parts
        }
        whole = msgspec.json.decode(encode(parts), type=kind)
        return msgspec.structs.replace(whole, **lists)


def _event_lists(kind: type[Said]) -> tuple[str, ...]:
    return tuple(name for name, hint in get_type_hints(kind).items() if hint == list[Event])
