"""Principal: who is at the door, always known before the WebSocket handshake is answered."""

from typing import Literal

import msgspec

Credential = Literal["cookie", "bearer", "ticket"]


class Principal(msgspec.Struct, frozen=True, gc=False):
    """An authenticated user and how this was proven.

    ``session`` names the login session or token behind it, so that ending that closes what it
    opened. ``expires`` is Unix time in seconds, None if the proof has no end of its own. ``scopes``
    (`core.scopes`) is all it may be used for, None for whatever the user may do; a ``guest`` may do
    little (`features.guests`).
    """

    user: str
    name: str
    admin: bool
    credential: Credential
    session: str
    expires: float | None = None
    scopes: frozenset[str] | None = None
    guest: bool = False

    def has(self, scope: str) -> bool:
        """Whether the proof reaches this far; whether the user does is another question."""
        return self.scopes is None or scope in self.scopes
