"""Identifiers: made from random bytes that the caller brings, and checked when they come back."""

import re
from collections.abc import Callable

from chatd.core.codes import Code
from chatd.core.refusal import Refusal

Random = Callable[[int], bytes]
"""Gives so many fresh random bytes; `secrets.token_bytes` in the daemon, a fixed tape in tests."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o or u to misread; 5 unbiased bits a byte."""

# `$` would also match before a final newline; this ends the text in Python and in ECMAScript alike.
END = r"(?![\s\S])"
ROOM_ID_PATTERN = f"^r[{ALPHABET}]{{11}}{END}"
USER_ID_PATTERN = f"^u[{ALPHABET}]{{11}}{END}"
KEY_PATTERN = rf"^[A-Za-z0-9_.:\-]{{1,64}}{END}"

_ROOM_ID = re.compile(ROOM_ID_PATTERN)
_USER_ID = re.compile(USER_ID_PATTERN)
_KEY = re.compile(KEY_PATTERN)


def letters(random: Random, count: int) -> str:
    """`count` letters of the alphabet, 5 bits of randomness each."""
    return "".join(ALPHABET[byte & 31] for byte in random(count))


def room_id(random: Random) -> str:
    """A new room's id: `r` and 11 letters (55 bits). It names the room; it does not guard it."""
    return "r" + letters(random, 11)


def user_id(random: Random) -> str:
    """A new user's id: `u` and 11 letters (55 bits)."""
    return "u" + letters(random, 11)


def epoch(random: Random) -> str:
    """A new epoch of a log: 8 letters."""
    return letters(random, 8)


def is_room_id(text: str) -> bool:
    return _ROOM_ID.match(text) is not None


def is_user_id(text: str) -> bool:
    return _USER_ID.match(text) is not None


def is_key(text: str) -> bool:
    """Whether this may be a client's idempotency key: 1 to 64 of letters, digits and `_ . : -`."""
    return _KEY.match(text) is not None


def check_room_id(text: str, field: str = "room") -> str:
    """The text itself, or a Refusal `bad-field`."""
    if is_room_id(text):
        return text
    raise Refusal(Code.BAD_FIELD, "A room's id is r and 11 letters; this is not one.", field=field)


def check_user_id(text: str, field: str = "user") -> str:
    """The text itself, or a Refusal `bad-field`."""
    if is_user_id(text):
        return text
    raise Refusal(Code.BAD_FIELD, "A user's id is u and 11 letters; this is not one.", field=field)


def check_key(text: str, field: str = "key") -> str:
    """The text itself, or a Refusal `bad-field`."""
    if is_key(text):
        return text
    raise Refusal(
        Code.BAD_FIELD,
        "A key has 1 to 64 characters out of A-Z, a-z, 0-9, underscore, dot, colon and hyphen.",
        field=field,
    )
