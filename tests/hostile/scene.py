"""A daemon under attack: its memory, and two good people whose talk must not suffer."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.daemon import Daemon
from tests.hostile.pair import Heard, Pair
from tests.hostile.peer import Peer, member

#: What an attack may add to the daemon's memory where nothing else is said, in bytes.
GROWTH = 12 * 2**20
#: A generous bound on the way of a good person's message, in seconds: it ends on a shared disk.
CALM = 5.0


def memory(pid: int) -> int:
    """Resident memory in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the daemon has no memory: it is gone")


def processor_seconds(pid: int) -> float:
    """Processor time used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextlib.contextmanager
def unharmed(daemon: Daemon, growth: int = GROWTH, worst: float = CALM) -> Iterator[None]:
    """While the body attacks, two people chat; memory, their latency and their talk are bounded."""
    tokens = (daemon.token("calm-one"), daemon.token("calm-two"))
    pair = Pair(daemon.port, daemon.ca, tokens)
    try:
        before = memory(daemon.pid)
        yield
        time.sleep(0.3)
        grown = memory(daemon.pid) - before
        heard = pair.end()
    finally:
        pair.kill()
    assert daemon.running, daemon.log()[-2000:]
    assert_calm(heard, worst)
    assert grown < growth, f"the daemon grew by {grown / 2**20:.1f} MiB"
    assert "Traceback" not in daemon.log(), daemon.log()[-4000:]


def assert_calm(heard: Heard, worst: float = CALM) -> None:
    assert heard.complete, heard
    assert heard.worst < worst, f"a message took {heard.worst:.2f} s"


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes to hold within so many seconds."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


class Reader:
    """A member of a room of their own who can say things and hear them."""

    def __init__(self, daemon: Daemon, name: str, room: str | None = None, **how: Any) -> None:
        self.peer: Peer = member(daemon.port, daemon.token(name), **how)
        if room is None:
            self.peer.say(type="create_room", id=1, key=f"room-{name}", name="Loud")
            room = str(self.peer.hears("done")["room"])
        else:
            self.peer.say(type="join", id=1, key="join", room=room)
            self.peer.hears("done")
        self.room = room
        self.peer.say(type="open", id=2, room=room)
        self.cursor = str(self.peer.hears("opened")["cursor"])

    def send(self, number: int, text: str) -> None:
        self.peer.say(type="send", id=number, key=f"k{number}", room=self.room, text=text)

    def texts(self, count: int) -> list[str]:
        """The texts of the next messages."""
        return [self.peer.hears("message")["text"] for _ in range(count)]

    def resumed(self) -> list[dict[str, Any]]:
        """Everything missed, page by page."""
        events: list[dict[str, Any]] = []
        while True:
            command = {"type": "resume", "id": 3, "rooms": [self.room], "cursor": self.cursor}
            self.peer.frame(json.dumps(command).encode())
            reply = self.peer.hears("resumed")
            assert reply["resumed"], reply
            events += reply.get("events", [])
            self.cursor = reply["cursor"]
            if not reply.get("more"):
                return events
