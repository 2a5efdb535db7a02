"""Tells the service manager how the daemon is doing: the protocol of sd_notify(3).

One datagram of lines `NAME=value` for each piece of news, to the socket that NOTIFY_SOCKET names.
If nobody listens, nothing is said; nothing here ever makes anything else fail.
"""

import os
import socket
from array import array
from collections.abc import MutableMapping, Sequence

from twisted.logger import Logger

log = Logger(namespace="chatd.systemd")


class Notifier:
    """``address`` as in NOTIFY_SOCKET: a path, "@name" for one outside the file system, or "" if
    there is nobody to tell. ``watchdog``: seconds within which a sign of life is due, or None."""

    def __init__(self, address: str = "", watchdog: float | None = None) -> None:
        self.watchdog = watchdog
        self._socket: socket.socket | None = None
        if not address:
            return
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)
        try:
            self._socket.connect("\0" + address[1:] if address.startswith("@") else address)
        except OSError as error:
            log.warn("NOTIFY_SOCKET cannot be reached: {error}", error=error)
            self._socket.close()
            self._socket = None

    @classmethod
    def from_environment(cls, environ: MutableMapping[str, str]) -> "Notifier":
        """Takes the variables out, so that no child process believes they are meant for it."""
        address = environ.pop("NOTIFY_SOCKET", "")
        return cls(address, _watchdog(environ))

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return self._socket is not None

    def ready(self, status: str) -> None:
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        self._tell("RELOADING=1", "STATUS=Reading the configuration anew.")

    def stopping(self) -> None:
        self._tell("STOPPING=1", "STATUS=Telling everybody when to come back.")

    def status(self, text: str) -> None:
        self._tell(f"STATUS={text}")

    def alive(self) -> None:
        """The sign of life that the watchdog waits for."""
        self._tell("WATCHDOG=1")

    def keep(self, name: str, descriptor: int) -> None:
        """The descriptor stays open, under this name, until the service is stopped (not while it is
        restarted): see FileDescriptorStoreMax= in systemd.service(5)."""
        self._tell("FDSTORE=1", f"FDNAME={name}", descriptors=(descriptor,))

    def let_go(self, name: str) -> None:
        self._tell("FDSTOREREMOVE=1", f"FDNAME={name}")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _tell(self, *lines: str, descriptors: Sequence[int] = ()) -> None:
        if self._socket is None:
            return
        data = "\n".join(line.replace("\n", " ") for line in lines).encode()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", descriptors))]
        try:
            self._socket.sendmsg([data], rights if descriptors else [])
        except OSError as error:
            # The next piece of news, or sign of life, is due in a few seconds.
            log.warn("systemd was not told {what}: {error}", what=lines[0], error=error)


def _watchdog(environ: MutableMapping[str, str]) -> float | None:
    """Seconds, if the watchdog is for this process (sd_watchdog_enabled(3))."""
    microseconds = environ.pop("WATCHDOG_USEC", "")
    whose = environ.pop("WATCHDOG_PID", "")
    if not microseconds.isdigit() or (whose and whose != str(os.getpid())):
        return None
    return int(microseconds) / 1e6 or None
