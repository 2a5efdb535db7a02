"""OTLP/JSON as OpenTelemetry's own package reads it: nothing unknown, nothing lost on the way."""

import base64
import json
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Official
from opentelemetry.proto.trace.v1.trace_pb2 import SpanFlags, Status

from chatd.hooks.otlp.encode import batch
from chatd.hooks.otlp.spans import Span

TRACE, ID, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "ffffffffffffffff"
#: Written in hexadecimal here, in base64 by the plain mapping.
IDS = ("traceId", "spanId", "parentSpanId")
BEGAN = 1_796_005_504_024_000_001


def span(**more: Any) -> Span:
    told: dict[str, Any] = {
        "trace": TRACE,
        "id": ID,
        "parent": "",
        "name": "send",
        "server": True,
        "began": BEGAN,
        "ended": BEGAN + 4_000_000,
        "attributes": {"chatd.command": "send", "chatd.request": 2**53 + 1},
        **more,
    }
    return Span(**told)


def written(*spans: Span) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(batch(spans, {"service.name": "chatd"}, "1.2.3"))
    return told


def recoded(value: Any, code: Any) -> Any:
    """With ids in the other way of writing."""
    if isinstance(value, dict):
        return {
            key: code(each) if key in IDS else recoded(each, code) for key, each in value.items()
        }
    return [recoded(each, code) for each in value] if isinstance(value, list) else value


def read(told: dict[str, Any]) -> ExportTraceServiceRequest:
    plain = recoded(told, lambda text: base64.b64encode(bytes.fromhex(text)).decode())
    return json_format.ParseDict(plain, ExportTraceServiceRequest(), ignore_unknown_fields=False)


def test_the_official_reader_finds_what_was_meant() -> None:
    request = read(written(span(), span(parent=ABOVE, server=False, failed=True, remote=True)))
    (described,) = request.resource_spans
    (named,) = described.resource.attributes
    assert (named.key, named.value.string_value) == ("service.name", "chatd")
    (scoped,) = described.scope_spans
    assert (scoped.scope.name, scoped.scope.version) == ("chatd", "1.2.3")
    first, second = scoped.spans
    assert (first.trace_id.hex(), first.span_id.hex(), first.parent_span_id) == (TRACE, ID, b"")
    assert (first.start_time_unix_nano, first.end_time_unix_nano) == (BEGAN, BEGAN + 4_000_000)
    assert (first.name, first.kind) == ("send", Official.SPAN_KIND_SERVER)
    found = {each.key: each.value for each in first.attributes}
    assert found["chatd.command"].string_value == "send"
    assert found["chatd.request"].int_value == 2**53 + 1
    assert first.status.code == Status.STATUS_CODE_UNSET
    assert second.parent_span_id.hex() == ABOVE
    assert (second.kind, second.status.code) == (
        Official.SPAN_KIND_INTERNAL,
        Status.STATUS_CODE_ERROR,
    )


def test_the_flags_say_that_it_is_sampled_and_whose_the_parent_is() -> None:
    known = SpanFlags.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK
    remote = SpanFlags.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK
    (here, there) = read(written(span(), span(remote=True))).resource_spans[0].scope_spans[0].spans
    assert here.flags == 1 | known
    assert there.flags == 1 | known | remote


def test_written_by_the_official_package_it_would_be_the_same() -> None:
    """So field names, strings of digits and numbers of enumerations are those of the mapping."""
    told = written(span(), span(parent=ABOVE, server=False, failed=True, remote=True))
    again = json_format.MessageToDict(read(told), use_integers_for_enums=True)
    assert recoded(again, lambda text: base64.b64decode(text).hex()) == told
