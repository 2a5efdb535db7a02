"""How deep JSON nests, found out before it is decoded."""

import re
from typing import Final

# Strings are skipped whole; possessive, so that no byte is ever looked at twice. An unfinished
# string extends to the end.
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


def is_deeper(data: bytes, depth: int) -> bool:
    """Whether objects and lists nest more than ``depth`` levels; linear, and cheap for most."""
    if data.count(b"{") + data.count(b"[") <= depth:
        return False
    level = 0
    for byte in _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS):
        if byte in b"[{":
            level += 1
            if level > depth:
                return True
        else:
            level -= 1
    return False
