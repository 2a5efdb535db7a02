"""The one request that needs no HTTP parser: a plain GET of the WebSocket's address, in one read.

Browsers, proxies and programs all write it in this shape. Anything else is left to twisted.web, to
understand or to refuse; here the answer is only "yes" or "not plain".
"""

import re
from typing import Final

SOCKET_PATH: Final = "/ws"
_FIRST_LINE: Final = b"GET /ws HTTP/1.1\r\n"

#: Names of letters, digits and dashes, one space, and values of printable ASCII without spaces at
#: their ends: less than RFC 9112 §5 allows, and nothing that two programs could read differently.
#: No part backtracks, so a text is looked at once.
_SHAPE: Final = re.compile(
    re.escape(_FIRST_LINE)
    + rb"(?:[A-Za-z][A-Za-z0-9-]*+: [!-~]++(?: ++[!-~]++)*+\r\n)++\r\n(?![\s\S])"
)
#: Headers that change what follows the request, or how it is answered.
_NOT_PLAIN: Final = frozenset(("content-length", "transfer-encoding", "expect", "trailer"))


def plain_upgrade(
    data: bytes, most_bytes: int, most_headers: int
) -> dict[str, tuple[str, ...]] | None:
    """The headers by lower-case name, if ``data`` is such a request and nothing else: with one
    Host, no header twice, no body, within the given sizes. Otherwise None."""
    if len(data) > most_bytes or _SHAPE.match(data) is None:
        return None
    lines = data[len(_FIRST_LINE) : -4].decode("ascii").split("\r\n")
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        headers[name.lower()] = (value,)
    if (
        len(headers) != len(lines)
        or len(lines) > most_headers
        or "host" not in headers
        or not _NOT_PLAIN.isdisjoint(headers)
    ):
        return None
    return headers
