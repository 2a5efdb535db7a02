"""What is kept about somebody on their way through a provider; sealed, in their own browser."""

import hashlib
import re
from base64 import urlsafe_b64encode
from typing import Final, Literal

import msgspec

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Random

#: Seconds for a login, for choosing a name, and for which somebody counts as having just proved who
#: they are.
ATTEMPT: Final = 600
NEWCOMER: Final = 900
PROOF: Final = 300

#: sign in; link the provider to the account of whoever is signed in; prove once more who one is.
Purpose = Literal["login", "link", "prove"]

#: What stands after "#" in the page's addresses.
_BACK: Final = re.compile(r"[A-Za-z0-9/=_.~%-]{0,300}(?![\s\S])")


class Attempt(msgspec.Struct, frozen=True):
    """``state`` and ``nonce`` come back with the answer and in the ID token; ``verifier`` is PKCE's
    (RFC 7636). ``session``: that of whoever began it, "" for nobody. ``at`` in Unix seconds."""

    provider: str
    purpose: Purpose
    state: str
    nonce: str
    verifier: str
    back: str
    at: int
    session: str = ""
    invitation: str = ""

    @property
    def challenge(self) -> str:
        return _base64(hashlib.sha256(self.verifier.encode("ascii")).digest())


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody a provider knows and this server does not, before they choose their name. ``name``
    and ``display`` are what it calls them, "" for nothing."""

    provider: str
    subject: str
    sid: str
    name: str
    display: str
    email: str | None
    groups: tuple[str, ...]
    invitation: str
    back: str


class Proof(msgspec.Struct, frozen=True):
    """Whoever is signed in by ``session`` has just proved once more who they are."""

    session: str


def new_attempt(
    random: Random,
    provider: str,
    purpose: Purpose,
    back: str,
    at: int,
    session: str = "",
    invitation: str = "",
) -> Attempt:
    state, nonce, verifier = (_base64(random(32)) for _ in range(3))
    return Attempt(
        provider, purpose, state, nonce, verifier, way_back(back), at, session, invitation
    )


def way_back(text: str) -> str:
    """Where the page was, as it stands after "#". There is no host in it, and no way to one."""
    if _BACK.match(text) is None:
        raise Refusal(
            Code.BAD_FIELD, "`back` is what stands behind # in the page's address.", field="back"
        )
    return text


def spent(what: str, *parts: str) -> bytes:
    """The digest by which something is known to have been used up."""
    text = "\0".join((what, *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
