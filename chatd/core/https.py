"""Plain https addresses: those that every reader parses alike."""

from urllib.parse import urlsplit


def https_host(url: str) -> tuple[str, int] | None:
    """Host and port of an https address; None if it is not one, or not a plain one: with a user, a
    fragment, or characters on which parsers differ."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if parts.scheme != "https" or not host or port == 0 or not plain:
        return None
    return None if "@" in parts.netloc or "#" in url else (host, port or 443)
