"""The header traceparent, by the rules of W3C Trace Context."""

import pytest

from chatd.hooks.otlp.context import Parent, parent

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_the_header_names_trace_and_span_and_whether_they_are_recorded() -> None:
    assert parent(f"00-{TRACE}-{SPAN}-01") == Parent(TRACE, SPAN, True)
    assert parent(f" 00-{TRACE}-{SPAN}-00\t") == Parent(TRACE, SPAN, False)
    assert parent(f"00-{TRACE}-{SPAN}-03") == Parent(TRACE, SPAN, True), "other flags are no bar"


def test_of_a_later_version_what_is_known_is_read() -> None:
    assert parent(f"cc-{TRACE}-{SPAN}-01") == Parent(TRACE, SPAN, True)
    assert parent(f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be") == Parent(TRACE, SPAN, True)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-01-more",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-0x",
        f"00-{TRACE}-{SPAN}-01\n",
        "x" * 100_000,
    ],
)
def test_any_other_header_is_as_none(header: str | None) -> None:
    assert parent(header) is None
