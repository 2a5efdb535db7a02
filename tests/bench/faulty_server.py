"""A broadcast server that loses or doubles one delivery in fifty, to see whether the bench notices.

Run: python -m tests.bench.faulty_server PORT CERTIFICATE KEY loses|doubles
"""

import sys

from bench.peers.autobahn_server import BroadcastFactory, serve

EVERY = 50


class FaultyFactory(BroadcastFactory):
    def __init__(self, times: int) -> None:
        """`times`: how often a delivery arrives whose turn it is."""
        super().__init__()
        self._times = times
        self._sent = 0

    def broadcast(self, payload: bytes, is_binary: bool) -> None:
        prepared = self.prepareMessage(payload, is_binary)
        for client in self.clients:
            self._sent += 1
            for _ in range(1 if self._sent % EVERY else self._times):
                client.sendPreparedMessage(prepared)


if __name__ == "__main__":
    port, certificate, key, fault = sys.argv[1:]
    serve(FaultyFactory({"loses": 0, "doubles": 2}[fault]), int(port), certificate, key)
