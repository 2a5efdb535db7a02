"""Whether a request belongs to somebody else's trace: W3C Trace Context, the header `traceparent`
(https://www.w3.org/TR/trace-context/#traceparent-header)."""

import re
from dataclasses import dataclass
from typing import Final

#: Version, trace, parent, flags. A later version may add more after them.
_HEADER: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_NO_TRACE, _NO_SPAN, _NO_VERSION = "0" * 32, "0" * 16, "ff"
SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class Parent:
    """``sampled``: the asker records its part."""

    trace: str
    span: str
    sampled: bool


def parent(header: str | None) -> Parent | None:
    """None if there is no such header, or it cannot be understood: then a trace begins."""
    found = None if header is None else _HEADER.fullmatch(header.strip(" \t"))
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == _NO_VERSION or trace == _NO_TRACE or span == _NO_SPAN:
        return None
    if version == "00" and more is not None:
        return None
    return Parent(trace, span, bool(int(flags, 16) & SAMPLED))
