"""From one struct to the several places of a request: path, query and body; and to an answer.

A command of the wire names itself, its number and its key. Over HTTP the address, nothing and a
header say these, so they are left out here; every other field is taken over as declared, with its
limits and documentation. What is added to a command is thereby in the API.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from chatd.edge.api.calls import Call, Nothing
from chatd.wire.frames import Command, Keyed, Said

_OF_A_COMMAND = frozenset({"id", "key"})


@dataclass(frozen=True, slots=True)
class Parts:
    """The structs of a request's parts, each None if the call has no such part."""

    path: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    body: type[msgspec.Struct] | None
    keyed: bool

    @property
    def needs_body(self) -> bool:
        return self.body is not None and any(
            field.required for field in msgspec.structs.fields(self.body)
        )


@cache
def parts(call: Call) -> Parts:
    """Where each field of the call's input comes from."""
    command = issubclass(call.input, Command)
    names = [
        name for name in call.input.__struct_fields__ if not (command and name in _OF_A_COMMAND)
    ]
    there = [name for name in names if f"{{{name}}}" in call.path.split("/")]
    rest = [name for name in names if name not in there]
    title = _title(call.input)
    return Parts(
        path=_part(f"{title}Path", call.input, there) if there else None,
        query=None if call.has_body or not rest else _query(f"{title}Query", call.input, rest),
        body=_part(f"{title}Body", call.input, rest) if call.has_body else None,
        keyed=issubclass(call.input, Keyed),
    )


@cache
def answer(output: type[msgspec.Struct]) -> type[msgspec.Struct] | None:
    """The struct of an answer's body, None if there is none."""
    if output is Nothing:
        return None
    if not issubclass(output, Said):
        return output
    kept = [name for name in output.__struct_fields__ if name != "id"]
    return _part(_title(output), output, kept, omit_defaults=True)


def answered(reply: msgspec.Struct) -> msgspec.Struct | None:
    """The reply as `answer` shapes its struct."""
    shape = answer(type(reply))
    if shape is None or isinstance(reply, shape):
        return reply if shape else None
    return shape(**{name: getattr(reply, name) for name in shape.__struct_fields__})


def _title(kind: type[msgspec.Struct]) -> str:
    return kind.__name__.removesuffix("Command")


def _query(title: str, kind: type[msgspec.Struct], names: list[str]) -> type[msgspec.Struct]:
    """Nothing in an address is null: it is left out."""
    hints = get_type_hints(kind, include_extras=True)
    return _part(title, kind, names, hints={name: _given(hints[name]) for name in names})


def _given(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    return reduce(or_, (part for part in get_args(hint) if part is not NoneType))


def _default(field: Any) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return msgspec.field() if field.required else msgspec.field(default=field.default)


def _part(
    title: str,
    kind: type[msgspec.Struct],
    names: list[str],
    *,
    hints: Mapping[str, Any] | None = None,
    omit_defaults: bool = False,
) -> type[msgspec.Struct]:
    hints = hints or get_type_hints(kind, include_extras=True)
    fields: list[tuple[str, Any, Any]] = []
    renamed = {}
    for field in msgspec.structs.fields(kind):
        if field.name in names:
            fields.append((field.name, hints[field.name], _default(field)))
            renamed[field.name] = field.encode_name
    made = msgspec.defstruct(
        title,
        fields,
        kw_only=True,
        frozen=True,
        rename=renamed,
        omit_defaults=omit_defaults,
        forbid_unknown_fields=not omit_defaults,
    )
    made.__doc__ = kind.__doc__
    return made
