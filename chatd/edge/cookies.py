"""The cookies of this server: their names and attributes, and what a browser sends of them.

`__Host-` in a name: only this host, only over TLS, whatever a sibling domain tries to set (RFC
6265bis §4.1.3.2). It requires the path "/", so if the host is shared the names begin with
`__Secure-`, only over TLS, and browsers send them only below this server's own path.
"""

from dataclasses import dataclass
from typing import Final, Literal

from chatd.edge.answers import Ask
from chatd.edge.headers import Header


@dataclass(frozen=True, slots=True)
class Cookie:
    """``name`` without its prefix. ``same_site``: Lax if people come back from another site with
    it."""

    name: str
    same_site: Literal["Lax", "Strict"] = "Strict"


SESSION: Final = Cookie("chatd", "Lax")
#: Which accounts this browser signed in to; proves nothing (`auth.known_devices`).
DEVICE: Final = Cookie("chatd-device")
#: For somebody's way through a provider: each sealed, or a secret that says nothing by itself.
ATTEMPT: Final = Cookie("chatd-attempt", "Lax")
NEWCOMER: Final = Cookie("chatd-newcomer")
PROOF: Final = Cookie("chatd-proof")
#: The secret of a second step (`auth.steps`).
STEP: Final = Cookie("chatd-step")


class Cookies:
    """``prefix``: as in `Ask`."""

    def __init__(self, prefix: str = "") -> None:
        self._path = f"{prefix}/"
        self._before = "__Secure-" if prefix else "__Host-"

    def name(self, cookie: Cookie) -> str:
        """As browsers keep it."""
        return self._before + cookie.name

    def all(self, ask: Ask, cookie: Cookie) -> tuple[str, ...]:
        """Every value of it, as often as it was sent (RFC 6265 §4.2)."""
        wanted = self.name(cookie)
        pairs = (pair.strip() for header in ask.all("cookie") for pair in header.split(";"))
        named = (pair.partition("=") for pair in pairs)
        return tuple(value for name, _, value in named if name == wanted)

    def one(self, ask: Ask, cookie: Cookie) -> str | None:
        """None if there is none, or more than one: then nobody can tell which is meant."""
        found = self.all(ask, cookie)
        return found[0] if len(found) == 1 else None

    def keep(self, cookie: Cookie, value: str, seconds: int) -> Header:
        return (
            "Set-Cookie",
            f"{self.name(cookie)}={value}; Path={self._path}; Secure; HttpOnly;"
            f" SameSite={cookie.same_site}; Max-Age={seconds}",
        )

    def forget(self, cookie: Cookie) -> Header:
        return self.keep(cookie, "", 0)
