"""The cookies that a browser keeps on somebody's way through a provider: each sealed, or a secret
that says nothing by itself."""

from typing import Literal

from chatd.edge.answers import Ask
from chatd.edge.guard import cookies
from chatd.edge.headers import Header

#: Comes back from the provider's site, so it must not be Strict.
ATTEMPT = "__Host-chatd-attempt"
NEWCOMER = "__Host-chatd-newcomer"
PROOF = "__Host-chatd-proof"
#: The secret of a second step (`auth.steps`).
STEP = "__Host-chatd-step"

_SAME_SITE: dict[str, Literal["Lax", "Strict"]] = {
    ATTEMPT: "Lax",
    NEWCOMER: "Strict",
    PROOF: "Strict",
    STEP: "Strict",
}


def kept(ask: Ask, name: str) -> str | None:
    """None where there is none, or more than one: then it cannot be told which is meant."""
    found = cookies(ask, name)
    return found[0] if len(found) == 1 else None


def keep(name: str, sealed: str, seconds: int) -> Header:
    site = _SAME_SITE[name]
    return (
        "Set-Cookie",
        f"{name}={sealed}; Path=/; Secure; HttpOnly; SameSite={site}; Max-Age={seconds}",
    )


def forget(name: str) -> Header:
    return keep(name, "", 0)
