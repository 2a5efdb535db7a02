"""Bytes to commands and frames to bytes; for clients, the other way round.

What the structs declare is checked while decoding, in one pass. If a key appears twice in an object
the last one counts, as in every common parser; detecting it would cost a second pass.
"""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec

from chatd.core.nesting import is_deeper
from chatd.wire import mistakes
from chatd.wire.frames import Command

#: A frame, or any other struct, as the JSON text that goes on the wire.
encode: Final = msgspec.json.Encoder().encode

MAX_ID: Final = 2**53 - 1

_INTEGER = re.compile(rb"(?:0|[1-9][0-9]{0,15})\Z")
# In broken JSON an id is believed only where clients write it: first, or right after the type.
_EARLY_ID = re.compile(
    rb'\s*\{\s*(?:"type"\s*:\s*"[^"\\]{0,64}"\s*,\s*)?"id"\s*:\s*(0|[1-9][0-9]{0,15})\s*[,}]'
)


class _Id(msgspec.Struct):
    id: msgspec.Raw = msgspec.Raw(b"")


class _Type(msgspec.Struct):
    type: str


_ids: Final = msgspec.json.Decoder(_Id)
_types: Final = msgspec.json.Decoder(_Type)


def command_id(data: bytes) -> int | None:
    """The ``id`` of a command that could not be decoded, for the error that answers it."""
    try:
        match = _INTEGER.match(bytes(_ids.decode(data).id))
        found = None if match is None else match[0]
    except (ValueError, RecursionError):
        match = _EARLY_ID.match(data)
        found = None if match is None else match[1]
    return None if found is None or int(found) > MAX_ID else int(found)


class Codec:
    """Decodes the commands it was made with."""

    def __init__(self, commands: Iterable[type[Command]]) -> None:
        types = tuple(commands)
        self._decoder: msgspec.json.Decoder[Command] = msgspec.json.Decoder(reduce(or_, types))
        self._types = {_tag(kind): kind for kind in types}

    def decode(self, data: bytes, depth: int) -> Command:
        """The command in a frame; Refusal for anything else, and nothing else is raised."""
        if is_deeper(data, depth):
            raise mistakes.too_deep()
        try:
            return self._decoder.decode(data)
        except (ValueError, RecursionError) as error:
            raise mistakes.refusal(error, self._allowed(data, error)) from None

    def _allowed(self, data: bytes, error: Exception) -> tuple[object, ...]:
        """The words allowed in the field that ``error`` is about; () if it is about something else.

        The decoder that failed has already read the type, so reading it again cannot fail.
        """
        if not mistakes.is_about_a_word(error):
            return ()
        hints = get_type_hints(self._types[_types.decode(data).type])
        return words(hints.get(mistakes.place(error)))


def _tag(kind: type[msgspec.Struct]) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def words(hint: Any) -> tuple[object, ...]:
    """The values of a Literal, even one within a union."""
    if get_origin(hint) is Annotated:
        return words(get_args(hint)[0])
    return tuple(
        word
        for part in get_args(hint)
        for word in ((part,) if isinstance(part, str) else words(part))
    )
