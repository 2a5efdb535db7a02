"""What a collector wants sent with the spans: lines of a file, since they prove who we are."""

import re
from typing import Final

#: A name (RFC 9110 §5.1) and its value.
_LINE: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([!-~](?:[ -~]*[!-~])?)[ \t]*")
#: Not for the file to say.
_OURS: Final = frozenset({"content-type", "content-length", "host", "user-agent"})
MOST_BYTES: Final = 8192


def headers(text: str) -> dict[str, str]:
    """``Name: value``, one a line. ValueError says what is wrong, and nothing of what it holds."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes")
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = _LINE.fullmatch(line)
        if parts is None or parts[1].lower() in _OURS:
            raise ValueError(f"line {number} is no header such as Authorization: Bearer TOKEN")
        found[parts[1].lower()] = parts[2]
    if not found:
        raise ValueError("it is empty")
    return found
