"""Identifiers, made from random bytes that the caller supplies."""

from collections.abc import Callable

Random = Callable[[int], bytes]
"""That many fresh random bytes: `secrets.token_bytes` in the daemon, a fixed tape in tests."""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o or u to misread; 5 unbiased bits per byte."""


def letters(random: Random, count: int) -> str:
    """`count` letters of the alphabet, 5 bits of randomness each."""
    return "".join(ALPHABET[byte & 31] for byte in random(count))


def user_id(random: Random) -> str:
    """A new user's id: `u` and 11 letters (55 bits). It names the user; it does not guard them."""
    return "u" + letters(random, 11)


def epoch(random: Random) -> str:
    """A new epoch of a log: 8 letters."""
    return letters(random, 8)
