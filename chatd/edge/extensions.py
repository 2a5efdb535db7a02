"""What a client offers in Sec-WebSocket-Extensions, and what of it is accepted (RFC 7692 §5, §7.1).

One extension is known, permessage-deflate, without context takeover either way: what is deflated
for one client is good for all.
"""

import re
from collections.abc import Mapping
from typing import Final

from chatd.wire.deflate import WINDOW_BITS

#: Offers of one client that are looked at.
MOST_OFFERS: Final = 16

_DEFLATE: Final = "permessage-deflate"
_ACCEPTED: Final = f"{_DEFLATE}; server_no_context_takeover; client_no_context_takeover"

# RFC 6455 §9.1. A quoted value is a token once its backslashes are gone. No part of a pattern
# backtracks, so a text is looked at once.
_CHARACTER: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_TOKEN: Final = rf"{_CHARACTER}++"
_VALUE: Final = rf'(?:{_TOKEN}|"(?:\\?{_CHARACTER})++")'
_SPACE: Final = r"[ \t]*+"
_NAME: Final = re.compile(rf"({_TOKEN}){_SPACE}")
_PARAMETER: Final = re.compile(rf";{_SPACE}({_TOKEN}){_SPACE}(?:={_SPACE}({_VALUE}){_SPACE})?+")
_GAP: Final = re.compile(r"[ \t,]*+")

# What a parameter of permessage-deflate may be set to; None if it stands alone.
_BITS: Final[frozenset[str | None]] = frozenset(map(str, range(8, 16)))
_ALONE: Final[frozenset[str | None]] = frozenset((None,))
_PARAMETERS: Final[Mapping[str, frozenset[str | None]]] = {
    "server_no_context_takeover": _ALONE,
    "client_no_context_takeover": _ALONE,
    "server_max_window_bits": _BITS,
    "client_max_window_bits": _BITS | _ALONE,
}


def accepted(header: str) -> str:
    """The answer that accepts the first offer that we can keep to, "" if there is none.

    ValueError if the header is not a list of extensions. An offer with anything unknown, repeated
    or out of bounds in it is declined, as is one for a smaller window than we deflate with. Beyond
    MOST_OFFERS nothing is accepted and nothing complained about.
    """
    answer = ""
    at = _end(_GAP, header, 0)
    for _ in range(MOST_OFFERS):
        if at == len(header):
            break
        name = _NAME.match(header, at)
        if name is None:
            raise ValueError("an extension begins with its name")
        at = name.end()
        parameters: list[tuple[str, str | None]] = []
        while parameter := _PARAMETER.match(header, at):
            at = parameter.end()
            value = parameter[2]
            parameters.append((parameter[1], value and value.strip('"').replace("\\", "")))
        if at < len(header) and header[at] != ",":
            raise ValueError("an extension ends with a comma")
        if not answer and name[1] == _DEFLATE:
            answer = _answer(parameters)
        at = _end(_GAP, header, at)
    return answer


def _answer(parameters: list[tuple[str, str | None]]) -> str:
    """To one offer of permessage-deflate; "" declines it."""
    asked = dict(parameters)
    if len(asked) < len(parameters):
        return ""
    if any(value not in _PARAMETERS.get(name, ()) for name, value in asked.items()):
        return ""
    window = asked.get("server_max_window_bits")
    if window is None:
        return _ACCEPTED
    if int(window) < WINDOW_BITS:
        return ""
    return f"{_ACCEPTED}; server_max_window_bits={WINDOW_BITS}"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    assert found is not None
    return found.end()
