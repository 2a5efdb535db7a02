"""Spans as OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): the JSON
mapping of Protocol Buffers, with ids in hexadecimal, enumerations as numbers and integers of 64
bits as strings of digits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from chatd.hooks.otlp.spans import Span, Value

INTERNAL: Final = 1
SERVER: Final = 2
ERROR: Final = 2
#: Flags of a span (SpanFlags): sampled, and whether its parent is known to be somebody else's.
SAMPLED: Final = 0x001
KNOWN: Final = 0x100
REMOTE: Final = 0x200

_encode = msgspec.json.Encoder().encode


def batch(spans: Sequence[Span], resource: Mapping[str, Value], version: str) -> bytes:
    """An ExportTraceServiceRequest. ``resource`` says who records."""
    scope = {"name": "chatd", "version": version}
    scoped = {"scope": scope, "spans": [_span(span) for span in spans]}
    described = {"resource": {"attributes": _attributes(resource)}, "scopeSpans": [scoped]}
    return _encode({"resourceSpans": [described]})


def _span(span: Span) -> dict[str, Any]:
    told: dict[str, Any] = {
        "traceId": span.trace,
        "spanId": span.id,
        "flags": SAMPLED | KNOWN | (REMOTE if span.remote else 0),
        "name": span.name,
        "kind": SERVER if span.server else INTERNAL,
        "startTimeUnixNano": str(span.began),
        "endTimeUnixNano": str(span.ended),
        "attributes": _attributes(span.attributes),
    }
    if span.parent:
        told["parentSpanId"] = span.parent
    if span.failed:
        told["status"] = {"code": ERROR}
    return told


def _attributes(values: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Value) -> dict[str, str]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}
