"""Log lines about strangers: one for each connection and refusal, but never more than so many."""

from collections.abc import Callable
from typing import Any

from twisted.logger import Logger

from chatd.core.bucket import Bucket, Rate

log = Logger()


class Journal:
    """A bucket of lines; what was left out is told in the next one that is written."""

    def __init__(self, rate: Rate, now: Callable[[], float]) -> None:
        self._bucket = Bucket(rate)
        self._now = now
        self._unsaid = 0

    def line(self, format: str, **fields: Any) -> None:
        if self._bucket.take(1, self._now()):
            self._unsaid += 1
            return
        if self._unsaid:
            format += " ({unsaid} lines left out before this one)"
        log.info(format, unsaid=self._unsaid, **fields)
        self._unsaid = 0
