"""The address people type: an origin of its own, or a path on one shared with other pages."""

import re
from typing import Final
from urllib.parse import urlsplit

from chatd.auth.origins import of_url

#: What a proxy strips before it asks chatd: plain words, which everything reads alike, in the form
#: of `edge.request`. The bound on its length bounds cookies and addresses made of it.
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/")
LONGEST_PATH: Final = 64


def wrong(url: str) -> str | None:
    """What would be right in place of ``url``, None if it is; "" stands for none."""
    if not url:
        return None
    # Without an origin, `urlsplit` might not even accept the text.
    origin = of_url(url)
    if origin is None or origin.scheme != "https":
        return (
            'https:// and a host (and a port if it is not 443), such as "https://chat.example.org"'
        )
    parts = urlsplit(url)
    path = parts.path
    if "?" in url or "#" in url:
        shown = f"{origin}{path}" if _fits(path) else "https://chat.example.org"
        return f'without anything behind the path, such as "{shown}"'
    if not path.strip("/") or _fits(path):
        return None
    if _fits(f"{path}/"):
        return f'with a slash at its end, "{origin}{path}/"'
    return (
        f"a path of plain words between slashes, {LONGEST_PATH} letters at the most, such as"
        f' "{origin}/chat/"'
    )


def _fits(path: str) -> bool:
    return len(path) <= LONGEST_PATH and _PATH.fullmatch(path) is not None


def prefix(url: str) -> str:
    """The path in front of every address of this server, without a slash at its end: "" if it has
    the host to itself."""
    return urlsplit(url).path.rstrip("/")
