"""The forms of a log line: text for people, JSON for programs."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from twisted.logger import LogEvent, LogLevel, formatEvent, formatTime

from chatd.logs import safe

#: What else of an event is told by name. Nothing here was written by people.
FIELDS: Final = (
    "connection",
    "request",
    "user",
    "reference",
    "what",
    "method",
    "path",
    "address",
    "status",
    "code",
    "credential",
)


def level_of(event: LogEvent) -> str:
    level = event.get("log_level", LogLevel.info)
    return str(level.name)


def namespace_of(event: LogEvent) -> str:
    return str(event.get("log_namespace") or event.get("log_system") or "-")


def message_of(event: LogEvent) -> str:
    return safe.message(formatEvent(event))


def fields_of(event: LogEvent) -> dict[str, Any]:
    """The fields that an event has, by name, each a number or a short text."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = event.get(name)
        if isinstance(value, int):
            found[name] = value
        elif value is not None and value != "":
            found[name] = safe.message(str(value))
    return found


def as_text(event: LogEvent) -> str:
    """One line, and more for a failure; those begin with a tab, so that no text can pass for a line
    of its own."""
    text = message_of(event)
    if (failure := event.get("log_failure")) is not None:
        text += "\n" + safe.told(failure)
    lines = "\n\t".join(text.splitlines())
    system = event.get("log_system") or f"{namespace_of(event)}#{level_of(event)}"
    return f"{formatTime(event.get('log_time'))} [{system}] {lines}\n"


def as_json(event: LogEvent) -> str:
    """One object on one line; docs/operating.md says what is in it."""
    when = datetime.fromtimestamp(event.get("log_time", 0.0), UTC)
    line = {
        "time": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level_of(event),
        "namespace": namespace_of(event),
        "message": message_of(event),
        **fields_of(event),
    }
    if (failure := event.get("log_failure")) is not None:
        line["failure"] = safe.kind(failure)
        line["traceback"] = safe.told(failure)
    return msgspec.json.encode(line).decode() + "\n"
