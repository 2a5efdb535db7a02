"""A bad peer: a blocking socket that can break every rule of TLS, HTTP and WebSocket."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import json
import os
import socket
import ssl
import struct
import time
from collections.abc import Iterator, Mapping
from typing import Any

SO_ATTACH_FILTER = 26
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
#: Nothing a test waits for takes longer, in seconds.
PATIENCE = 15.0

_addresses = itertools.count(1)


def new_address() -> str:
    """A loopback address nobody used before, so that no limit by address is shared."""
    number = next(_addresses)
    return f"127.7.{number >> 8}.{number & 255 or 1}"


class Gone(Exception):
    """The server closed or cut the connection."""


class Peer:
    """Connected on construction: with TLS unless ``tls`` is false, from ``source``."""

    def __init__(
        self,
        port: int,
        source: str | None = None,
        *,
        tls: bool = True,
        receive_buffer: int | None = None,
    ) -> None:
        raw = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.settimeout(PATIENCE)
        raw.bind((source or new_address(), 0))
        raw.connect(("127.0.0.1", port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket = raw
        self._buffer = b""
        if tls:
            try:
                self.socket = _CONTEXT.wrap_socket(raw, server_hostname="localhost")
            except (OSError, ssl.SSLError) as error:
                raw.close()
                raise Gone(str(error)) from None

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    # ---- out ------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone(str(error)) from None

    def upgrade(self, token: str, more: Mapping[str, str] | None = None) -> str:
        """Asks for the WebSocket; the head of the answer."""
        self.send(request(token, more))
        return self.head()

    def frame(self, payload: bytes, opcode: int = TEXT, **how: Any) -> None:
        self.send(frame(payload, opcode, **how))

    def say(self, **command: Any) -> None:
        """A command, as JSON."""
        self.frame(json.dumps(command).encode())

    # ---- in -------------------------------------------------------------------------------------

    def receive(self) -> bytes:
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise Gone(str(error)) from None
        if not data:
            raise Gone("closed")
        return data

    def head(self) -> str:
        """The head of an HTTP answer; what follows it is kept."""
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self.receive()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head.decode("latin-1")

    def frames(self) -> Iterator[tuple[int, bytes]]:
        """Opcode and payload of what comes, until the connection is gone."""
        while True:
            found, self._buffer = take(self._buffer)
            if found is not None:
                yield found
                continue
            try:
                self._buffer += self.receive()
            except Gone:
                return

    def hears(self, type_: str) -> dict[str, Any]:
        """The next JSON frame of this type; pings on the way are answered."""
        for opcode, payload in self.frames():
            if opcode == PING:
                self.frame(payload, PONG)
            elif opcode == TEXT:
                said: dict[str, Any] = json.loads(payload)
                if said["type"] == type_:
                    return said
        raise Gone(f"closed before a {type_} came")

    def close_code(self) -> int | None:
        """Reads until the end; the code of the close frame, None where there was none."""
        code = None
        for opcode, payload in self.frames():
            if opcode == CLOSE and len(payload) >= 2:
                code = int.from_bytes(payload[:2], "big")
                with contextlib.suppress(Gone):
                    self.frame(payload[:2], CLOSE)  # as one should, so that it ends at once
        return code

    def lasts(self) -> float:
        """Seconds until the server ends the connection."""
        began = time.monotonic()
        with contextlib.suppress(Gone):
            while True:
                self.receive()
        return time.monotonic() - began

    def black_hole(self) -> None:
        """From now on every packet to this socket is lost: not even the kernel acknowledges."""
        drop_all = struct.pack("HBBI", 0x06, 0, 0, 0)  # BPF: return 0 bytes
        instructions = ctypes.create_string_buffer(drop_all)
        program = struct.pack("HP", 1, ctypes.addressof(instructions))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def member(port: int, token: str, **how: Any) -> Peer:
    """A peer with an open WebSocket, welcomed."""
    peer = Peer(port, **how)
    head = peer.upgrade(token)
    assert head.startswith("HTTP/1.1 101 "), head
    peer.hears("welcome")
    return peer


def request(token: str, more: Mapping[str, str] | None = None) -> bytes:
    headers = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "chatd.v1",
        "Authorization": f"Bearer {token}",
        **(more or {}),
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    return ("GET /ws HTTP/1.1\r\n" + "".join(lines) + "\r\n").encode()


def frame(
    payload: bytes,
    opcode: int = TEXT,
    *,
    fin: bool = True,
    rsv: int = 0,
    masked: bool = True,
    announced: int | None = None,
) -> bytes:
    """One frame, RFC 6455 §5.2; ``announced``: a length that need not be the payload's."""
    length = len(payload) if announced is None else announced
    mark = 0x80 if masked else 0
    head = bytes([fin << 7 | rsv << 4 | opcode])
    if length < 126:
        head += bytes([mark | length])
    elif length < 65536:
        head += struct.pack("!BH", mark | 126, length)
    else:
        head += struct.pack("!BQ", mark | 127, length)
    if not masked:
        return head + payload
    key = os.urandom(4)
    pad = key * (len(payload) // 4 + 1)
    body = int.from_bytes(payload, "big") ^ int.from_bytes(pad[: len(payload)], "big")
    return head + key + body.to_bytes(len(payload), "big")


def take(data: bytes) -> tuple[tuple[int, bytes] | None, bytes]:
    """The first whole frame of ``data`` (from a server: without mask) and what follows it."""
    if len(data) < 2:
        return None, data
    length, at = data[1] & 127, 2
    if length == 126:
        length, at = int.from_bytes(data[2:4], "big"), 4
    elif length == 127:
        length, at = int.from_bytes(data[2:10], "big"), 10
    if len(data) < at or len(data) < at + length:
        return None, data
    return (data[0] & 15, data[at : at + length]), data[at + length :]


_CONTEXT = ssl.create_default_context()
_CONTEXT.check_hostname = False
_CONTEXT.verify_mode = ssl.CERT_NONE  # who the server is, other tests ask
