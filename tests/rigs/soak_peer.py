"""What a message takes without a chat: a bare relay beside the daemon, in a process of its own.

    python -m tests.rigs.soak_peer

Prints its port, and passes each line on to everybody who is connected, until its input ends. The
machine's own bad minutes are in what this takes as they are in what chatd takes.
"""

import time
from collections.abc import Callable

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Factory, connectionDone
from twisted.internet.stdio import StandardIO
from twisted.protocols.basic import LineOnlyReceiver
from twisted.python.failure import Failure


class Passing(LineOnlyReceiver):
    delimiter = b"\n"
    everybody: set["Passing"]

    def connectionMade(self) -> None:
        self.transport.setTcpNoDelay(True)
        self.everybody.add(self)

    def lineReceived(self, line: bytes) -> None:
        for one in self.everybody:
            one.sendLine(line)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.everybody.discard(self)


class Listening(LineOnlyReceiver):
    delimiter = b"\n"

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self.lineReceived = heard


class Ending(LineOnlyReceiver):
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if reactor.running:
            reactor.stop()


class Peer:
    """Of as many as the room has: `say` takes note of how long the last of them waited."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self._left: dict[bytes, int] = {}
        self._all: list[Listening] = []

    def connect(self, port: int, people: int) -> Deferred[None]:
        there = TCP4ClientEndpoint(reactor, "127.0.0.1", port)
        coming = [connectProtocol(there, Listening(self._heard)) for _ in range(people)]
        return gatherResults(coming).addCallback(self._all.extend)

    def say(self, words: str) -> None:
        line = f"{time.monotonic()} {words}".encode()
        self._left[line] = len(self._all)
        self._all[0].sendLine(line)

    def _heard(self, line: bytes) -> None:
        self._left[line] -= 1
        if not self._left[line]:
            del self._left[line]
            self.took.append(1000 * (time.monotonic() - float(line.split()[0])))


def main() -> None:
    factory = Factory.forProtocol(Passing)
    Passing.everybody = set()
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    StandardIO(Ending())
    print(port.getHost().port, flush=True)
    reactor.run()


if __name__ == "__main__":
    main()
