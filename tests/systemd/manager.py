"""What systemd is to a service: a socket that hears of it, and descriptors from the start on."""

import array
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

#: Moves descriptors to where a service looks for them, and becomes the service.
BECOME = """
import fcntl, os, sys
moved = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 100) for number in sys.argv[1].split(",")]
for at, number in enumerate(moved):
    os.dup2(number, 3 + at)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execvp(sys.argv[2], sys.argv[2:])
"""


class Manager:
    """Hears what a service says; keeps what it wants kept."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "notify")
        self.kept: dict[str, socket.socket] = {}
        self.heard: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.settimeout(0.05)

    def environment(self, watchdog: float | None = None) -> list[str]:
        """The command in front of a service's own."""
        words = ["env", f"NOTIFY_SOCKET={self.address}"]
        if watchdog is not None:
            words.append(f"WATCHDOG_USEC={int(watchdog * 1e6)}")
        return words

    def until(self, name: str, value: str | None = None, seconds: float = 15) -> str:
        """The next value of ``name`` that is said, or has been since the last time it was asked
        for."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            while self.heard:
                told = self.heard.pop(0)
                if name in told and value in (None, told[name]):
                    return told[name]
            self.hear()
        raise AssertionError(f"{name} was not said within {seconds} s")

    def hear(self) -> None:
        """Whatever comes in a moment."""
        try:
            data, ancillary, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(64))
        except TimeoutError:
            return
        told = dict(line.split("=", 1) for line in data.decode().splitlines())
        for _, _, rights in ancillary:
            numbers = array.array("i")
            numbers.frombytes(rights)
            self.kept[told["FDNAME"]] = socket.socket(fileno=numbers[0])
        if "FDSTOREREMOVE" in told:
            self.kept.pop(told["FDNAME"]).close()
        self.heard.append(told)

    def close(self) -> None:
        self._socket.close()
        for opened in self.kept.values():
            opened.close()


def handing_over(sockets: Sequence[socket.socket], names: Sequence[str]) -> list[str]:
    """The command in front of a service's own that has it find the sockets where systemd puts
    them. They have to be passed on to it under their own numbers."""
    numbers = ",".join(str(opened.fileno()) for opened in sockets)
    return [
        *("env", f"LISTEN_FDS={len(sockets)}", f"LISTEN_FDNAMES={':'.join(names)}"),
        *(sys.executable, "-c", BECOME, numbers),
    ]
