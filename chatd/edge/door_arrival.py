"""An accepted socket from a trusted proxy, before TLS: reads the PROXY header and nothing more."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet import abstract
from twisted.python.failure import Failure

from chatd.edge.proxy_protocol import HeaderReader, ProxyHeaderError, Source


class ProxiedArrival(abstract.FileDescriptor):
    """Calls exactly one of `done` and `refused`; from then on the socket is the callee's."""

    def __init__(
        self,
        sock: socket.socket,
        reactor: Any,
        seconds: float,
        done: Callable[[Source], None],
        refused: Callable[[str], None],
    ) -> None:
        super().__init__(reactor)
        self._socket = sock
        self._done = done
        self._refused = refused
        self._header = HeaderReader()
        self._over = False
        self._deadline = reactor.callLater(seconds, self._refuse, "no PROXY header in time")
        self.startReading()

    def fileno(self) -> int:
        return self._socket.fileno()

    def doRead(self) -> None:
        while self._header.source is None:
            try:
                data = self._socket.recv(self._header.needed)
                if not data:
                    self._refuse("the proxy went away")
                    return
                self._header.feed(data)
            except BlockingIOError:
                return
            except (OSError, ProxyHeaderError) as error:
                self._refuse(str(error))
                return
        self._leave()
        self._done(self._header.source)

    def give_up(self) -> None:
        """Neither is called any more; the socket is now the caller's."""
        self._leave()

    def connectionLost(self, reason: Failure) -> None:
        """The reactor found the socket dead."""
        self._refuse("the proxy went away")

    def logPrefix(self) -> str:
        return "PROXY"

    def _refuse(self, why: str) -> None:
        if not self._over:
            self._leave()
            self._refused(why)

    def _leave(self) -> None:
        self._over = True
        self.stopReading()
        if self._deadline.active():
            self._deadline.cancel()
