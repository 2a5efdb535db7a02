"""The headers that every answer carries, whatever it answers.

A page may run only scripts that are files of this site, may not be framed, keeps no opener and
sends no referrer. https://www.w3.org/TR/CSP3/ and https://w3c.github.io/trusted-types/.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from chatd.edge.settings import EdgeSettings

Header = tuple[str, str]

_PERMISSIONS = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)


def content_security_policy(public_url: str, framed_by: Sequence[str] = ()) -> str:
    """``framed_by``: the origins whose pages may show the answer in a frame."""
    # 'self' covers wss: of the same host by CSP 3; older Safari reads it as only https:.
    parts = urlsplit(public_url)
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            f"connect-src 'self' {socket}",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors " + (" ".join(framed_by) or "'none'"),
            "require-trusted-types-for 'script'",
            # The one policy, of ui/net/worker.js, gives nothing but the service worker's address.
            "trusted-types worker",
        )
    )


#: The service worker's own: it asks only this server, and shows notifications with the server's
#: sign as a picture that a page drew for it.
WORKER_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)


def standing_headers(settings: EdgeSettings) -> Sequence[Header]:
    """Those of every answer; an answer may replace one by naming it (Cache-Control, usually), and
    leave one out by giving it no value."""
    headers: list[Header] = [
        ("Server", "chatd"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", content_security_policy(settings.public_url)),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", ", ".join(f"{name}=()" for name in _PERMISSIONS)),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ]
    if not settings.local:
        headers.append(("Strict-Transport-Security", "max-age=63072000"))
    return tuple(headers)
