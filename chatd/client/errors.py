"""What can go wrong for a client, each with what the server said about it."""

from typing import Any


class Refused(Exception):
    """The server refused a command; ``code`` and ``retry_after`` are the protocol's."""

    def __init__(self, frame: dict[str, Any]) -> None:
        super().__init__(f"{frame['code']}: {frame['message']}")
        self.code: str = frame["code"]
        self.retry: bool = frame.get("retry", False)
        self.retry_after: float | None = frame.get("retry_after")
        self.frame = frame


class Disconnected(Exception):
    """The connection went while a command without a key was under way: it may or may not have
    taken effect. Commands with a key are sent again instead."""


class NotWelcome(Exception):
    """The server does not want this client back: ``code`` is the close code or HTTP status."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
