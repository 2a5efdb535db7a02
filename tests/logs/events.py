"""Events as twisted.logger makes them."""

from typing import Any

from twisted.logger import LogEvent, LogLevel, LogPublisher
from twisted.logger import Logger as TwistedLogger
from twisted.python.failure import Failure


def event(
    format: str, level: str = "info", namespace: str = "chatd.test", **fields: Any
) -> LogEvent:
    """What an observer gets for such a call."""
    seen: list[LogEvent] = []
    publisher = LogPublisher(seen.append)
    log = TwistedLogger(namespace=namespace, observer=publisher)
    log.emit(LogLevel.levelWithName(level), format, **fields)
    return seen[0]


def failed(error: BaseException, format: str = "it failed", **fields: Any) -> LogEvent:
    """The event of a failure that was raised and caught."""
    try:
        raise error
    except type(error):
        return event(format, "critical", log_failure=Failure(), **fields)
