"""The CSRF token: proves that a state-changing request was composed by a page of this site.

It is an HMAC of the session's secret, so it needs no storage, differs for each session, ends with
it, and cannot be computed by a page that is only able to make the browser send the cookie.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode


def csrf_token(key: bytes, session_secret: str) -> str:
    """``key`` is the server's: at least 32 bytes that nobody else knows."""
    made = hmac.digest(key, b"chatd csrf 1\0" + session_secret.encode("ascii"), hashlib.sha256)
    return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")


def csrf_holds(key: bytes, session_secret: str, given: str) -> bool:
    """Compared in constant time."""
    expected = csrf_token(key, session_secret).encode("ascii")
    return hmac.compare_digest(expected, given.encode("utf-8", "surrogateescape"))
