"""Log lines about strangers: one for each connection and refusal, up to a bounded rate."""

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from chatd.core.bucket import Bucket, Rate

log = Logger()

#: Seconds between two tracebacks of bugs that strangers can trigger.
BETWEEN_FAULTS = 60.0


class Journal:
    """A bucket of lines; the next one written says how many were left out."""

    def __init__(self, rate: Rate, now: Callable[[], float]) -> None:
        self._bucket = Bucket(rate)
        self._now = now
        self._unsaid = 0
        self._silent_until = 0.0
        self._untold = 0

    def line(self, format: str, **fields: Any) -> None:
        if self._bucket.take(1, self._now()):
            self._unsaid += 1
            return
        if self._unsaid:
            format += " ({unsaid} lines left out before this one)"
        log.info(format, unsaid=self._unsaid, **fields)
        self._unsaid = 0

    def fault(self, format: str, **fields: Any) -> None:
        """In an except clause: a bug triggered by what a stranger sent. The traceback is written at
        most once a minute: enough to be found, and it crowds nothing out of the log."""
        now = self._now()
        if now < self._silent_until:
            self._untold += 1
            return
        self._silent_until = now + BETWEEN_FAULTS
        if self._untold:
            format += " ({untold} more since the last such line)"
        log.failure(format, untold=self._untold, **fields)
        self._untold = 0
