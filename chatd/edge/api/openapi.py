"""The OpenAPI 3.1 description of the API, made from the very table and structs that serve it."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final, get_type_hints

import msgspec

from chatd import __version__
from chatd.core.codes import Code
from chatd.core.scopes import SCOPES
from chatd.description import catalogue
from chatd.edge.answers import status_of
from chatd.edge.api.calls import PREFIX, Call
from chatd.edge.api.inputs import KEY_HEADER
from chatd.edge.api.serve import status_when_run
from chatd.edge.api.shapes import answer, parts
from chatd.edge.api.table import SECTIONS
from chatd.edge.cookies import SESSION, Cookies
from chatd.edge.guard import ANY_SCOPE
from chatd.wire.catalogue import CommandEntry, summary
from chatd.wire.frames import Keyed

_REF: Final = "#/components/schemas/{name}"
_JSON: Final = "application/json"
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")

#: Refusals that any call may meet; those that a body or a command adds.
_ANY: Final = (Code.UNAUTHORIZED, Code.RATE_LIMITED, Code.UNAVAILABLE, Code.INTERNAL)
_WRITES: Final = (Code.STORAGE_FULL,)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal (RFC 9457). `code` is for programs, `detail` for people; `field` names the part at
    fault. After `retry_after` seconds the same request may succeed. `reference` is what the
    operator finds in the log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    field: str | None = None
    retry_after: float | None = None
    reference: str | None = None


@cache
def description(prefix: str = "") -> bytes:
    """docs/openapi.json, as served at /api/v1/openapi.json. ``prefix``: as in
    `edge.answers.Ask`."""
    text = msgspec.json.format(msgspec.json.encode(document(prefix)), indent=1)
    return bytes(text) + b"\n"


def document(prefix: str = "") -> dict[str, Any]:
    """The description as plain values."""
    entries: dict[type[msgspec.Struct], CommandEntry] = {
        entry.command: entry for entry in catalogue().commands
    }
    calls = [(section, call) for section, own in SECTIONS for call in own]
    answers = {call: answer(_output(call, entries)) for _, call in calls}
    said: dict[type[msgspec.Struct], None] = {Problem: None}
    for _, call in calls:
        said.update((kind, None) for kind in (parts(call).body, answers[call]) if kind)
    references, schemas = msgspec.json.schema_components(list(said), ref_template=_REF)
    places = dict(zip(said, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for section, call in calls:
        operation = _operation(call, section, places)
        kind = answers[call]
        operation["responses"] = {
            str(call.status): _success(call, places[kind] if kind else None),
            **_problems(call, entries.get(call.input)),
        }
        paths.setdefault(PREFIX + call.path, {})[call.method.lower()] = operation
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "chatd",
            "version": __version__,
            "summary": "Rooms, messages, accounts and tokens of a chatd, over HTTP.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": prefix or "/"}],
        "tags": [{"name": section} for section, _ in SECTIONS],
        "paths": paths,
        "components": {
            "schemas": {name: _plain(schemas[name]) for name in sorted(schemas)},
            "headers": _HEADERS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token; its scopes: "
                    + " ".join(f"`{name}`: {about}" for name, about in SCOPES.items()),
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": Cookies(prefix).name(SESSION),
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRF-Token",
                    "description": "Beside the cookie, for whatever changes something.",
                },
            },
        },
    }


def _output(
    call: Call, entries: Mapping[type[msgspec.Struct], CommandEntry]
) -> type[msgspec.Struct]:
    return call.output if call.run is not None else entries[call.input].reply


def _operation(
    call: Call, section: str, places: Mapping[type[msgspec.Struct], Mapping[str, str]]
) -> dict[str, Any]:
    shape = parts(call)
    parameters = [
        *(_parameters(shape.path, "path") if shape.path else ()),
        *(_parameters(shape.query, "query") if shape.query else ()),
    ]
    if shape.keyed:
        parameters.append(_IDEMPOTENCY)
    scopes = [] if call.scope == ANY_SCOPE else [call.scope]
    cookie: dict[str, list[str]] = {"session": []}
    if call.acts:
        cookie["csrf"] = []
    operation: dict[str, Any] = {
        "operationId": _operation_id(call),
        "tags": [section],
        "summary": call.summary,
        "description": summary(call.input),
        "security": [{"token": scopes}, cookie],
    }
    if parameters:
        operation["parameters"] = parameters
    if shape.body is not None:
        operation["requestBody"] = {
            "required": shape.needs_body,
            "content": {_JSON: {"schema": places[shape.body]}},
        }
    return operation


def _operation_id(call: Call) -> str:
    """What generated clients call it: the name of the action."""
    if call.run is not None:
        return call.run.__name__
    return _CAPITAL.sub("_", call.input.__name__.removesuffix("Command")).lower()


def _parameters(kind: type[msgspec.Struct], where: str) -> Iterable[dict[str, Any]]:
    schema = msgspec.json.schema(kind)["$defs"][kind.__name__]
    for name, declared in schema["properties"].items():
        own = _plain(declared)
        about = own.pop("description", "")
        if own.get("default", "") is None:
            del own["default"]
        if where == "path" and name == "room":
            about = 'A room\'s id, or "~name" ("#name" with an escape: %23name).'
        parameter: dict[str, Any] = {"name": name, "in": where, "schema": own}
        if name in schema["required"]:
            parameter["required"] = True
        if about:
            parameter["description"] = about
        yield parameter


def _plain(schema: Any) -> Any:
    """Regular expressions in the dialect of JSON Schema (ECMA-262), texts on one line."""
    if isinstance(schema, Mapping):
        return {
            key: value.replace(r"(?![\s\S])", "$")
            if key == "pattern"
            else " ".join(value.split()).replace("``", "`")
            if key == "description" and isinstance(value, str)
            else _plain(value)
            for key, value in schema.items()
        }
    return [_plain(each) for each in schema] if isinstance(schema, list | tuple) else schema


def _success(call: Call, place: Mapping[str, str] | None) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _RATE}
    if call.location:
        headers["Location"] = {"$ref": "#/components/headers/Location"}
    answered: dict[str, Any] = {
        "description": HTTPStatus(call.status).phrase,
        "headers": headers,
    }
    if place is not None:
        answered["content"] = {_JSON: {"schema": dict(place)}}
    return answered


def _problems(call: Call, entry: CommandEntry | None) -> dict[str, Any]:
    """What a call may be refused with, by status."""
    shape = parts(call)
    found: dict[int, dict[str, None]] = {}

    def add(status: int, *codes: str) -> None:
        found.setdefault(status, {}).update(dict.fromkeys(codes))

    for code in _ANY + (_WRITES if call.acts else ()):
        add(status_of(code), code)
    add(503, Code.BUSY, Code.TIMEOUT)
    add(400, "bad-address", "bad-request")
    add(413, Code.TOO_LARGE)
    add(431, "headers-too-large")
    if shape.path or shape.query or shape.body or shape.keyed:
        add(400, Code.BAD_FIELD, Code.UNKNOWN_FIELD)
    if shape.path or shape.query:
        add(414, "uri-too-long")
    if call.scope != ANY_SCOPE:
        add(403, "insufficient-scope")
    if call.acts or call.admin:
        add(403, Code.FORBIDDEN)
    if shape.path:
        add(404, Code.NOT_FOUND)
    if shape.body:
        add(400, Code.BAD_JSON, Code.TOO_DEEP, Code.TOO_LONG)
        add(411, "length-required")
        add(415, "json-only")
        add(422, Code.BAD_FIELD, Code.TOO_LONG)
    for name in (*call.refused, *(entry.errors if entry else ())):
        add(status_when_run(Code(name)), name)
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: "
            + ", ".join(f"`{code}`" for code in sorted(found[status])),
            "content": {
                "application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}
            },
        }
        for status in sorted(found)
    }


_RATE: Final = ("RateLimit", "RateLimit-Policy")
_HEADERS: Final[Mapping[str, Any]] = {
    "Location": {"description": "Where to find what was made.", "schema": {"type": "string"}},
    "RateLimit": {
        "description": "What is left of each budget (r), and the seconds until it is full (t):"
        " draft-ietf-httpapi-ratelimit-headers-10.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The budgets, shared with the person's connections: size (q) and the seconds"
        " in which an empty one fills (w).",
        "schema": {"type": "string"},
    },
}
_KEY: Final = msgspec.json.schema(get_type_hints(Keyed, include_extras=True)["key"])
_IDEMPOTENCY: Final[dict[str, Any]] = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "Sent again with the same key, the request has its effect once and gets the same"
    " answer (draft-ietf-httpapi-idempotency-key-header-07). Made up where it is missing.",
    "schema": {key: value for key, value in _plain(_KEY).items() if key != "description"},
}
