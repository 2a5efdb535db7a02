"""Whom a bug hit, so that the log can be searched for it."""

from typing import Final

import msgspec


class Origin(msgspec.Struct, frozen=True, gc=False):
    """A connection by its id, and the id of the user on it; empty if nobody waits for it."""

    connection: str = ""
    user: str = ""


#: What the daemon does by itself.
NOBODY: Final = Origin()
