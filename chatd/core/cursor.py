"""The cursor: an opaque text that a client keeps and brings back to resume where it stopped."""

import re
from dataclasses import dataclass
from functools import lru_cache

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

MAX_POSITION = 2**63 - 1
MAX_CURSOR = 40
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

_EPOCH = re.compile(r"[0-9a-z]{8}")
_CURSOR = re.compile(r"([0-9a-z]{8})\.(0|[1-9a-z][0-9a-z]{0,12})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which life of the log (`epoch`, 8 letters or digits), and how far into it (`position`)."""

    epoch: str
    position: int


def encode(epoch: str, position: int) -> str:
    """`<epoch>.<position in base 36>`, at most 22 characters; ValueError for one out of range."""
    if not 0 <= position <= MAX_POSITION:
        raise ValueError("a position lies between 0 and 2^63 - 1")
    front, last = divmod(position, 36)
    return _front(epoch, front) + DIGITS[last]


@lru_cache(maxsize=64)
def _front(epoch: str, number: int) -> str:
    """All but the last digit, which is the same for 36 events in a row."""
    if not _EPOCH.fullmatch(epoch):
        raise ValueError("an epoch has 8 lower-case letters or digits")
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return f"{epoch}.{digits}"


def decode(text: str, field: str = "cursor") -> Cursor:
    """The one reading of a cursor; a Refusal `bad-field` for anything `encode` never wrote."""
    match = _CURSOR.fullmatch(text) if len(text) <= MAX_CURSOR else None
    position = int(match[2], 36) if match else 0
    if match is None or position > MAX_POSITION:
        raise Refusal(
            Code.BAD_FIELD,
            "This cursor did not come from this server; leave it out to start from the present.",
            field=field,
        )
    return Cursor(match[1], position)
