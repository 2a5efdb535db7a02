"""What can go wrong for a client, each with what the server said about it."""

from typing import Any

#: Close codes below the range 4500 to 4999 (which as a whole means "stay away") that say the same:
#: either the client asked for the end, or it broke a rule and would break it again.
STAY_AWAY = frozenset({1000, 1002, 1003, 1007, 1008})
#: HTTP statuses that no later try of the same handshake would change.
REFUSALS = frozenset({400, 401, 403, 426})


#: Most seconds a server may make a client wait: a day. A reactor cannot wait arbitrarily long.
LONGEST_PAUSE = 86_400.0


def pause(told: object) -> float | None:
    """A server's ``retry_after``, within reason; None if it gives none, or none that is valid."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not told >= 0:
        return None
    return float(min(told, LONGEST_PAUSE))


def stays_away(code: int) -> bool:
    """Whether a close code says that the server will not have this client back as it is."""
    return code in STAY_AWAY or 4500 <= code <= 4999


class Refused(Exception):
    """The server refused a command; ``code`` and ``retry_after`` are the protocol's."""

    def __init__(self, frame: dict[str, Any]) -> None:
        super().__init__(f"{frame.get('code')}: {frame.get('message')}")
        self.code: str = frame.get("code", "")
        self.retry: bool = frame.get("retry", False)
        self.retry_after = pause(frame.get("retry_after"))
        self.frame = frame


class Disconnected(Exception):
    """There is no connection, or it went while a command without a key was under way, which may or
    may not have taken effect; commands with a key are sent again instead. ``retry_after``: after
    how many seconds the server wants to see the next try, if it said so."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Untrusted(Disconnected):
    """The other end could not prove that it is the host of the URL: its certificate is for another
    name, or nobody trusted vouches for it. Nothing was sent to it."""


class NotWelcome(Exception):
    """The server does not want this client back: ``code`` is the close code or HTTP status."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
