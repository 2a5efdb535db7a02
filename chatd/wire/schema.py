"""JSON Schema (2020-12) of everything said on the wire."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chatd.wire.catalogue import SUBPROTOCOL, Catalogue, tag

_REF = "#/$defs/{name}"


def schema(catalogue: Catalogue) -> dict[str, Any]:
    """One schema with four separate unions: `Command`, `Reply`, `Event`, `Signal`. The whole is a
    frame in either direction."""
    unions: dict[str, tuple[type[msgspec.Struct], ...]] = {
        "Command": tuple(entry.command for entry in catalogue.commands),
        "Reply": catalogue.replies,
        "Event": catalogue.events,
        "Signal": catalogue.signals,
    }
    kinds = [kind for union in unions.values() for kind in union]
    references, definitions = msgspec.json.schema_components(kinds, ref_template=_REF)
    places = {kind: reference for kind, reference in zip(kinds, references, strict=True)}
    for name, union in unions.items():
        # `Event` by itself, as in a list of events of any kind, also means the union.
        definitions[name] = _union(union, places)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{SUBPROTOCOL}: one of these objects is a WebSocket text frame",
        "anyOf": [{"$ref": _REF.format(name=name)} for name in unions],
        "$defs": dict(sorted(definitions.items())),
    }


def _union(
    kinds: Iterable[type[msgspec.Struct]], places: dict[type[msgspec.Struct], dict[str, Any]]
) -> dict[str, Any]:
    return {
        "anyOf": [places[kind] for kind in kinds],
        "discriminator": {
            "propertyName": "type",
            "mapping": {tag(kind): places[kind]["$ref"] for kind in kinds},
        },
    }
