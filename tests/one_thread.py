"""A WebSocket of the package `websockets` that lives in the thread which asks.

Its own blocking client reads in a second thread, and two threads in one TLS connection are what
Python 3.11 does not stand: now and then a handshake hung for ever.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

#: Far beyond any honest answer, in seconds.
PATIENCE = 15.0


class OneThread:
    """Open, or `websockets.exceptions.InvalidStatus`. Pings are answered while somebody reads."""

    def __init__(
        self,
        url: str,
        trust: ssl.SSLContext | None = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = ("chatd.v1",),
    ) -> None:
        place = urlsplit(url)
        assert place.hostname and place.port
        self._said: list[str] = []
        self._pongs = 0
        self._protocol = ClientProtocol(
            parse_uri(url),
            subprotocols=list(subprotocols),  # type: ignore[arg-type]
            max_size=None,
        )
        self._socket = socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if trust is not None:
                self._socket = trust.wrap_socket(self._socket, server_hostname=place.hostname)
            request = self._protocol.connect()
            for name, value in (headers or {}).items():
                request.headers[name] = value
            self._protocol.send_request(request)
            self._flush()
            while self._protocol.state is State.CONNECTING:
                self._receive(time.monotonic() + PATIENCE)
                if self._protocol.handshake_exc is not None:
                    raise self._protocol.handshake_exc
        except BaseException:
            self._socket.close()
            raise

    def send(self, text: str) -> None:
        self._protocol.send_text(text.encode())
        self._flush()

    @property
    def subprotocol(self) -> str | None:
        return self._protocol.subprotocol

    def ping(self) -> None:
        """Returns once it was answered."""
        before, deadline = self._pongs, time.monotonic() + PATIENCE
        self._protocol.send_ping(b"there?")
        self._flush()
        while self._pongs == before:
            self._receive(deadline)

    def leave(self) -> int | None:
        """Closes in an orderly way; the code that came back."""
        deadline = time.monotonic() + PATIENCE
        self._protocol.send_close(1000)
        self._flush()
        while self._protocol.state is not State.CLOSED:
            self._receive(deadline)
        return self._protocol.close_code

    def recv(self, timeout: float = PATIENCE) -> str:
        """The next message. TimeoutError; ConnectionClosedError once there are no more."""
        deadline = time.monotonic() + timeout
        while not self._said:
            if self._protocol.state is State.CLOSED:
                raise ConnectionClosedError(self._protocol.close_rcvd, None)
            self._receive(deadline)
        return self._said.pop(0)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> OneThread:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self, deadline: float) -> None:
        self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
        if data := self._socket.recv(65_536):
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self._said.append(event.data.decode())
            elif isinstance(event, Frame) and event.opcode is Opcode.PONG:
                self._pongs += 1
        self._flush()

    def _flush(self) -> None:
        self._socket.settimeout(PATIENCE)
        for data in self._protocol.data_to_send():
            if data:
                self._socket.sendall(data)
