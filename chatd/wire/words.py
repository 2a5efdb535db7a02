"""Types in words: for people, and as JSDoc."""

from collections.abc import Callable

import msgspec
from msgspec import inspect

from chatd.wire.frames import Event

Named = Callable[[type], str]


def for_people(kind: inspect.Type, named: Named) -> str:
    """``kind`` as a phrase, such as "text of 1 to 64 characters"; ``named`` writes a struct."""
    match kind:
        case inspect.Metadata(type=inner):
            return for_people(inner, named)
        case inspect.StrType(min_length=low, max_length=high):
            return "text" + _span(low, high, "characters")
        case inspect.IntType(ge=low, le=high):
            return "whole number" + _range(low, high)
        case inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "true or false"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType(values=values):
            return " or ".join(f'`"{value}"`' for value in values)
        case inspect.ListType(item_type=item, max_length=high):
            return f"list of {for_people(item, named)}" + _span(None, high, "of them")
        case inspect.DictType(value_type=value):
            if isinstance(value, inspect.AnyType):
                return "object"
            return f"object of {for_people(value, named)}"
        case inspect.UnionType(types=types):
            return " or ".join(for_people(part, named) for part in types if not _is_null(part))
        case inspect.StructType(cls=cls):
            return named(cls)
    raise TypeError(f"no words for {kind}")


def for_javascript(kind: inspect.Type) -> str:
    """``kind`` as a JSDoc type."""
    match kind:
        case inspect.Metadata(type=inner):
            return for_javascript(inner)
        case inspect.StrType():
            return "string"
        case inspect.IntType() | inspect.FloatType():
            return "number"
        case inspect.BoolType():
            return "boolean"
        case inspect.NoneType():
            return "null"
        case inspect.LiteralType(values=values):
            return "|".join(f'"{value}"' for value in values)
        case inspect.ListType(item_type=item):
            return f"Array<{for_javascript(item)}>"
        case inspect.DictType(value_type=value):
            return f"Object<string, {for_javascript(value)}>"
        case inspect.AnyType():
            return "*"
        case inspect.UnionType(types=types):
            return "|".join(for_javascript(part) for part in types if not _is_null(part))
        case inspect.StructType(cls=cls):
            return "AnyEvent" if cls is Event else cls.__name__
    raise TypeError(f"no JavaScript for {kind}")


def note(kind: inspect.Type) -> str:
    """What the declaration says about the value, "" for nothing."""
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            return str((extra or {}).get("description", "")) or note(inner)
        case inspect.UnionType(types=types):
            return next((text for part in types if (text := note(part))), "")
        case inspect.ListType(item_type=item):
            return note(item)
    return ""


def fields(kind: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a struct as declared."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return info.fields


def structs(kind: inspect.Type) -> tuple[type[msgspec.Struct], ...]:
    """The structs that a type is made of, one level deep."""
    match kind:
        case inspect.Metadata(type=inner):
            return structs(inner)
        case inspect.ListType(item_type=item):
            return structs(item)
        case inspect.DictType(value_type=value):
            return structs(value)
        case inspect.UnionType(types=types):
            return tuple(found for part in types for found in structs(part))
        case inspect.StructType(cls=cls):
            return (cls,)
    return ()


def _is_null(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.NoneType)


def _range(low: int | None, high: int | None) -> str:
    if high is not None and high < 2**53 - 1:
        return f", {low} to {high}"
    return f" from {low}" if low else ""


def _span(low: int | None, high: int | None, what: str) -> str:
    if high is None:
        return ""
    return f" of {low} to {high} {what}" if low else f", at most {high} {what}"
