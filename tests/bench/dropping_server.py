"""A broadcast server that loses one delivery in fifty, to see whether the bench notices.

Run: python -m tests.bench.dropping_server PORT CERTIFICATE KEY
"""

import sys

from bench.peers.autobahn_server import BroadcastFactory, serve

EVERY = 50


class DroppingFactory(BroadcastFactory):
    def __init__(self) -> None:
        super().__init__()
        self._sent = 0

    def broadcast(self, payload: bytes, is_binary: bool) -> None:
        prepared = self.prepareMessage(payload, is_binary)
        for client in self.clients:
            self._sent += 1
            if self._sent % EVERY:
                client.sendPreparedMessage(prepared)


if __name__ == "__main__":
    serve(DroppingFactory(), int(sys.argv[1]), sys.argv[2], sys.argv[3])
