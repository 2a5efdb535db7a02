"""Whom a mistake of ours befell, so that the log can be searched for it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """A connection by its id, and the id of the user on it; empty where nobody waits for it."""

    connection: str = ""
    user: str = ""


#: What the daemon does by itself.
NOBODY: Final = Origin()
