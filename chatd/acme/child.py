"""Runs `order.py` in a process of its own: the library blocks on the network, and the memory it
takes is gone with it."""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from chatd.acme.lines import LARGEST, Outcome, Presented, Wish

#: -P: no module from the directory the daemon happens to run in.
PROGRAM: Final = (sys.executable, "-P", "-m", "chatd.acme.order")
#: Seconds for a whole order; what takes longer is ended.
PATIENCE: Final = 600.0

Present = Callable[[Mapping[str, str]], None]
Done = Callable[[Outcome], None]


class Order(ProcessProtocol):
    """Calls ``present`` with key authorizations by name, and ``done`` once, unless cancelled."""

    transport: Any

    def __init__(self, reactor: Any, wish: Wish, present: Present, done: Done) -> None:
        self._wish = wish
        self._present = present
        self._done: Done | None = done
        self._heard = b""
        self._complaint = b""
        self._timer = reactor.callLater(PATIENCE, self._too_slow)
        try:
            # None of our variables: a proxy named there would see what is asked.
            reactor.spawnProcess(self, PROGRAM[0], PROGRAM, env={"LANG": "C.UTF-8"})
        except OSError as error:
            why = f"no process can be started: {error.strerror}"
            self._timer.cancel()
            self._timer = reactor.callLater(0, self._end, Outcome("fault", why))

    def cancel(self) -> None:
        """Ends it without telling anybody."""
        self._done = None
        self._end(Outcome())

    def connectionMade(self) -> None:
        self.transport.write(msgspec.json.encode(self._wish) + b"\n")

    def outReceived(self, data: bytes) -> None:
        self._heard += data
        *lines, self._heard = self._heard.split(b"\n")
        if len(self._heard) > LARGEST:
            self._end(Outcome("fault", "the program of the order says too much"))
        for line in lines:
            self._said(line)

    def errReceived(self, data: bytes) -> None:
        self._complaint = (self._complaint + data)[-LARGEST:]

    def processEnded(self, reason: Failure) -> None:
        said = self._complaint.decode("utf-8", "replace").strip().splitlines()
        last = f": {said[-1][:500]}" if said else ""
        self._end(Outcome("fault", f"the program of the order ended without a word{last}"))

    def _said(self, line: bytes) -> None:
        try:
            said = msgspec.json.decode(line, type=dict[str, Any])
            if "present" in said:
                self._present(msgspec.convert(said, Presented).present)
                self.transport.write(b"\n")
            else:
                self._end(msgspec.convert(said, Outcome))
        except msgspec.MsgspecError:
            self._end(Outcome("fault", "the program of the order says what makes no sense"))

    def _too_slow(self) -> None:
        self._end(Outcome("unreachable", f"the order was not done in {PATIENCE:.0f} s"))

    def _end(self, outcome: Outcome) -> None:
        if self._timer.active():
            self._timer.cancel()
        if self.transport is not None:
            with suppress(ProcessExitedAlready):
                self.transport.signalProcess("KILL")
        done, self._done = self._done, None
        if done is not None:
            done(outcome)
