"""One-time codes as an app makes them (RFC 4226 §5.3, RFC 6238 §4), for tests to show."""

import hashlib
import hmac
from base64 import b32decode


def code_of(secret: str, seconds: int) -> str:
    """The six digits of a seed, in letters, at a moment in Unix seconds."""
    made = hmac.digest(b32decode(secret), (seconds // 30).to_bytes(8, "big"), hashlib.sha1)
    start = made[-1] & 15
    number = int.from_bytes(made[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
