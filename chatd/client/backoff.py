"""When to try again: full jitter, doubling from half a second to twenty."""

from collections.abc import Callable


class Backoff:
    """``random()`` is a number from 0 to 1. A server's own ``retry_after`` is waited for first,
    spread over as long again so that clients do not all come back at once."""

    def __init__(self, random: Callable[[], float], first: float = 0.5, most: float = 20.0) -> None:
        self._random = random
        self._first = first
        self._most = most
        self._tries = 0

    def next(self, retry_after: float | None = None) -> float:
        """Seconds until the next try."""
        ceiling = min(self._most, self._first * 2**self._tries)
        self._tries = min(self._tries + 1, 16)
        if retry_after is not None:
            return retry_after + self._random() * min(retry_after, self._most)
        return self._random() * ceiling

    def reset(self) -> None:
        """A connection held: the next failure starts from the beginning."""
        self._tries = 0
