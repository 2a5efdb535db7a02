"""What Web Push is told about itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PushSettings:
    """``texts``: people may choose that texts go along. ``ttl``: for how many seconds a push is
    kept by the push service, and by us. ``grace``: seconds a message is unread before it is pushed;
    ``concurrent``: requests at a time."""

    texts: bool = False
    grace: float = 10.0
    ttl: int = 86400
    concurrent: int = 20
