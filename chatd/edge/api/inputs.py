"""Reading a request into the input of its call; what does not fit is refused by name, with 400."""

import re
from typing import Any, Final, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from chatd.core.codes import Code
from chatd.core.ids import letters
from chatd.core.nesting import is_deeper
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined
from chatd.edge.api.calls import PREFIX, Call
from chatd.edge.api.shapes import Parts, parts
from chatd.edge.router import values
from chatd.engine.ports import Random
from chatd.engine.references import references
from chatd.wire import mistakes
from chatd.wire.codec import words
from chatd.wire.frames import Key

KEY_HEADER: Final = "Idempotency-Key"
#: Letters of a key made up for a request without one: 110 bits.
KEY_LETTERS: Final = 22
MOST_QUERY_FIELDS: Final = 256

_SF_STRING = re.compile(r'"([^"\\]*)"(?![\s\S])')
_BLANK: Final = b" \t\r\n"


def read(call: Call, ask: Ask, depth: int, random: Random) -> Any:
    """The call's input. `Refusal` for what does not fit, `Declined` 415 for another type."""
    shape = parts(call)
    given: dict[str, Any] = {}
    for kind, raw in (
        (shape.path, lambda: _path(call, ask)),
        (shape.query, lambda: _query(shape, ask)),
    ):
        if kind is not None:
            given |= _fields(_converted(raw(), kind))
    if shape.query is None and ask.query:
        raise Refusal(Code.UNKNOWN_FIELD, "This address takes no query; leave it out.")
    if shape.body is not None:
        given |= _fields(_body(shape, ask, depth))
    if shape.keyed:
        given["key"] = _key(ask) or "http-" + letters(random, KEY_LETTERS)
    if "id" in call.input.__struct_fields__ and "id" not in given:
        given["id"] = 0
    return call.input(**given)


def _fields(part: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__struct_fields__}


def _converted(raw: dict[str, Any], kind: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(error, kind) from None


def _path(call: Call, ask: Ask) -> dict[str, str]:
    """The names in the address, unescaped once. "~tea" is another way to write "#tea", which would
    need an escape in an address."""
    found = values(PREFIX + call.path, ask.path)
    assert found is not None
    rooms = {field.field for field in references(call.input) if field.mark == "#"}
    named = {}
    for name, escaped in found.items():
        text = _unescaped(escaped, name)
        named[name] = "#" + text[1:] if name in rooms and text.startswith("~") else text
    return named


def _query(shape: Parts, ask: Ask) -> dict[str, Any]:
    """Each field once, those that hold a list any number of times."""
    assert shape.query is not None
    hints = get_type_hints(shape.query)
    try:
        if not ask.query.isascii():
            raise ValueError
        pairs = parse_qsl(
            ask.query,
            keep_blank_values=True,
            strict_parsing=bool(ask.query),
            errors="strict",
            max_num_fields=MOST_QUERY_FIELDS,
        )
    except ValueError:
        raise Refusal(
            Code.BAD_FIELD, "The query is not of the form name=value&name=value, escaped in UTF-8."
        ) from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if _is_list(hints.get(name)):
            fields.setdefault(name, []).append(value)
        elif name in fields:
            raise Refusal(
                Code.BAD_FIELD, f"`{name[:64]}` stands twice in the query.", field=name[:64]
            )
        else:
            fields[name] = value
    return fields


def _is_list(hint: Any) -> bool:
    return get_origin(hint) is list or any(map(_is_list, get_args(hint)))


def _unescaped(text: str, field: str) -> str:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(
            Code.BAD_FIELD, f"`{field}` in the address is not UTF-8.", field=field
        ) from None


def _body(shape: Parts, ask: Ask, depth: int) -> msgspec.Struct:
    assert shape.body is not None
    body = ask.body
    if not body.strip(_BLANK) and not shape.needs_body:
        body = b"{}"
    else:
        if ask.media_type != "application/json":
            raise Declined(415, "json-only", "Send the body as application/json.")
    if is_deeper(body, depth):
        raise Refusal(Code.TOO_DEEP, f"The JSON is nested deeper than {depth} levels.")
    try:
        return msgspec.json.decode(body, type=shape.body)
    except msgspec.ValidationError as error:
        first = error
    except (ValueError, RecursionError) as error:
        raise _refusal(error, shape.body) from None
    try:
        return msgspec.convert(_with_integers(msgspec.json.decode(body)), shape.body)
    except (ValueError, RecursionError):
        raise _refusal(first, shape.body) from None


def _with_integers(value: Any) -> Any:
    """7.0 is 7 in JSON Schema (2020-12 §6.1.1), and some languages write it that way."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _with_integers(each) for name, each in value.items()}
    return [_with_integers(each) for each in value] if isinstance(value, list) else value


def _refusal(error: Exception, kind: type[msgspec.Struct]) -> Refusal:
    """As on the WebSocket, where a body is called a frame."""
    allowed: tuple[object, ...] = ()
    if mistakes.is_about_a_word(error):
        allowed = words(get_type_hints(kind).get(mistakes.place(error)))
    refusal = mistakes.refusal(error, allowed)
    if refusal.code is Code.BAD_JSON:
        return Refusal(refusal.code, "The body is not JSON in UTF-8.")
    if refusal.code is Code.BAD_FRAME:
        return Refusal(Code.BAD_FIELD, "The body is one JSON object, as {…}.")
    if refusal.code is Code.UNKNOWN_FIELD:
        return Refusal(
            refusal.code,
            f"There is no field `{refusal.field}` here; leave it out, or look at"
            f" {PREFIX}/openapi.json.",
            field=refusal.field,
        )
    if refusal.field and refusal.message.endswith("this command needs it."):
        return Refusal(
            refusal.code, f"`{refusal.field}` is missing and needed.", field=refusal.field
        )
    return refusal


def _key(ask: Ask) -> str | None:
    """The Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07): a string in quotes, as in
    structured fields (RFC 9651), or without them, as most clients send it."""
    given = ask.all(KEY_HEADER.lower())
    if not given:
        return None
    quoted = _SF_STRING.match(given[0].strip(" "))
    try:
        if len(given) > 1:
            raise ValueError
        return msgspec.convert(quoted[1] if quoted else given[0].strip(" "), Key)
    except ValueError:
        raise Refusal(
            Code.BAD_FIELD,
            f"{KEY_HEADER} is one text of 1 to 64 letters, digits and _ . : -, such as a UUID.",
            field=KEY_HEADER,
        ) from None
