"""systemd's journal: lines with fields of their own, by its native protocol.

Each line is one datagram to the journal's socket: ``NAME=value`` and a newline, or for values of
several lines the name, a newline, the length in 64 bits (little-endian), the value, a newline
(https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). It is never waited for: what the journal does not
accept at once is counted, and told with the next line that it accepts.
"""

import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from twisted.logger import LogEvent

from chatd.logs import forms, safe

SOCKET: Final = Path("/run/systemd/journal/socket")
#: syslog(3)
PRIORITIES: Final = {"debug": 7, "info": 6, "warn": 4, "error": 3, "critical": 2}


def is_journal(environment: Mapping[str, str], descriptors: tuple[int, ...] = (2, 1)) -> bool:
    """Whether standard error or output is the journal's: JOURNAL_STREAM names device and inode of
    what systemd connected (systemd.exec(5)); it is inherited, so the name alone proves nothing."""
    named = environment.get("JOURNAL_STREAM", "")
    for descriptor in descriptors:
        try:
            found = os.fstat(descriptor)
        except OSError:
            continue
        if named == f"{found.st_dev}:{found.st_ino}":
            return True
    return False


class Journal:
    """Raises OSError if the journal's socket cannot be had."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._lost = 0
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise

    def write(self, event: LogEvent) -> None:
        data = datagram(event, self._lost)
        try:
            self._socket.send(data)
        except OSError:
            # Full, or restarting: nobody waits for a log.
            self._lost += 1
        else:
            self._lost = 0

    def close(self) -> None:
        self._socket.close()


def datagram(event: LogEvent, lost: int = 0) -> bytes:
    text = forms.message_of(event)
    if (failure := event.get("log_failure")) is not None:
        text += "\n" + safe.told(failure)
    if lost:
        text += f" ({lost} lines before this one were not taken)"
    level = forms.level_of(event)
    values = {
        "MESSAGE": text,
        "PRIORITY": str(PRIORITIES[level]),
        "SYSLOG_IDENTIFIER": "chatd",
        "CHATD_NAMESPACE": forms.namespace_of(event),
    }
    for name, value in forms.fields_of(event).items():
        values[f"CHATD_{name.upper()}"] = str(value)
    return b"".join(_field(name, value) for name, value in values.items())


def _field(name: str, value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    if b"\n" in data:
        return b"%b\n%b%b\n" % (name.encode(), struct.pack("<Q", len(data)), data)
    return b"%b=%b\n" % (name.encode(), data)
