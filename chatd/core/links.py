"""Links: the addresses in a text that people can open.

What counts as a link is the same here and on the page (`ui/state/text.js`); the cases that both
must meet are in `tests/vectors/links.json`. Nothing is ever fetched from a link.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final, NamedTuple
from unicodedata import category

# Never part of an address as people write it: blanks, controls, invisible characters, quotation
# marks, brackets of markup, the backslash (browsers read it as /), and the punctuation of Chinese
# and Japanese, which needs no blank before it. The joiners U+200C and U+200D are letters to some.
_OUTSIDE: Final = (
    r"\x00-\x20\x7f-\xa0\xad\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
    r"<>\"'`\\\u3001\u3002\u300a-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"
)
_CANDIDATE: Final = re.compile(
    rf"(?<![A-Za-z0-9_])(?:[Hh][Tt][Tt][Pp][Ss]?://[^{_OUTSIDE}]+"
    rf"|[Mm][Aa][Ii][Ll][Tt][Oo]:[A-Za-z0-9._+-]{{1,64}}@[^{_OUTSIDE}@/?#:]+)"
)
#: What ends a sentence, not an address.
_TRAILING: Final = frozenset(".,;:!?…»”’")
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}
_AUTHORITY_ENDS: Final = re.compile(r"[/?#]")
_PORT: Final = re.compile(r":([0-9]{1,5})\Z")
_NUMBER: Final = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)\Z")
LABEL: Final = 63
HOST: Final = 253


class Link(NamedTuple):
    """A link and its place in the text: from ``start`` up to, not including, ``end``, in code
    points. ``address`` is where it leads, as written."""

    start: int
    end: int
    address: str


def links(text: str) -> list[Link]:
    """The http, https and mailto addresses of a text, in order.

    An address with a user name before its host is no link: `https://bank.example@evil.example` does
    not lead where it seems to. A mailto is the address alone, without what it would put into the
    message."""
    found = []
    for match in _CANDIDATE.finditer(text):
        address = _without_tail(match[0])
        if _leads_somewhere(address):
            found.append(Link(match.start(), match.start() + len(address), address))
    return found


def is_link(text: str) -> bool:
    """Whether all of it is one link."""
    return any(link.address == text for link in links(text))


def _without_tail(address: str) -> str:
    # A closing bracket belongs to the sentence unless it was opened within the address.
    spare = {end: address.count(end) - address.count(_BRACKETS[end]) for end in _BRACKETS}
    kept = len(address)
    while kept:
        last = address[kept - 1]
        if spare.get(last, 0) > 0:
            spare[last] -= 1
        elif last not in _TRAILING:
            break
        kept -= 1
    return address[:kept]


def _leads_somewhere(address: str) -> bool:
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto":
        host = rest.partition("@")[2]
        return "." in host and _is_host(host)
    if not rest.startswith("//"):
        return False
    authority = _AUTHORITY_ENDS.split(rest[2:], maxsplit=1)[0]
    port = _PORT.search(authority)
    if port is not None and int(port[1]) > 65535:
        return False
    return _is_host(authority if port is None else authority[: port.start()])


def _is_host(host: str) -> bool:
    try:
        if host.startswith("["):
            return host.endswith("]") and "%" not in host and bool(IPv6Address(host[1:-1]))
        labels = host.split(".")
        if _NUMBER.match(labels[-1]):
            return bool(IPv4Address(host))
    except AddressValueError:
        return False
    return len(host) <= HOST and all(0 < len(x) <= LABEL and _is_label(x) for x in labels)


def _is_label(label: str) -> bool:
    """Letters of any script with their marks, digits, hyphens, underscores."""
    return all(char in "-_" or category(char)[0] in "LMN" for char in label)
