"""What the webhook is told about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HookSettings:
    """``url`` is "" if there is none. ``secret_files``: the one in force, then the previous one.
    ``rooms``: slugs without "#" or ids; none: all public rooms; "*": private ones, too. ``link`` is
    the public URL of this server; ``authorities`` a PEM file to trust, "" for the system's."""

    url: str = ""
    secret_files: tuple[str, ...] = ()
    messages: bool = True
    away: bool = True
    rooms: frozenset[str] = frozenset()
    direct: bool = False
    away_seconds: float = 60.0
    timeout_seconds: float = 10.0
    authorities: str = ""
    link: str = ""
