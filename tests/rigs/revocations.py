"""How soon somebody is out: 1,000 connections, 200 of them revoked one after the other.

    python -m tests.rigs.revocations

In turn a token, a login session, an account and an address are revoked, as an operator or the
person would; each is timed from the asking to the close frame at the other end. What was revoked is
tried again: it has to be refused. Exit code 1 where the 99th percentile is over a second, a close
code would let the client come back, or somebody gets in again.
"""

import argparse
import base64
import http.client
import json
import os
import socket
import ssl
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.daemon import GENEROUS, Daemon

BOUND = 1.0
PASSWORD = "correct horse battery staple"
#: Nobody here answers a ping.
PATIENT = {"limits": {"heartbeat_seconds": 300, "dead_seconds": 600}}
KINDS = ("token", "session", "user", "address")


class Peer:
    """One WebSocket, read only when it has something to say."""

    def __init__(self, daemon: Daemon, trust: ssl.SSLContext, proof: str, host: str) -> None:
        raw = socket.create_connection(("127.0.0.1", daemon.port), 10, (host, 0))
        self._socket = trust.wrap_socket(raw, server_hostname="localhost")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: localhost:{daemon.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: chatd.v1\r\nOrigin: {daemon.url}\r\n{proof}\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        status = self._file.readline()
        if b" 101 " not in status:
            raise ConnectionError(status.decode())
        while self._file.readline() != b"\r\n":
            pass

    def close_code(self) -> int:
        """Reads on until the close frame (RFC 6455 §5.5.1)."""
        while True:
            first, second = self._file.read(2)
            size = second & 0x7F
            if size == 126:
                (size,) = struct.unpack("!H", self._file.read(2))
            payload = self._file.read(size)
            if first & 0x0F == 8:
                return int(struct.unpack("!H", payload[:2])[0])

    def end(self) -> None:
        self._file.close()
        self._socket.close()


@dataclass
class Somebody:
    kind: str
    name: str
    host: str
    proof: str
    peer: Peer
    revoke: Callable[[], object]


def login(daemon: Daemon, trust: ssl.SSLContext, name: str, host: str) -> str:
    """The Cookie header of a new session."""
    connection = http.client.HTTPSConnection(
        "localhost", daemon.port, timeout=30, source_address=(host, 0), context=trust
    )
    body = json.dumps({"name": name, "password": PASSWORD})
    headers = {"Content-Type": "application/json", "Origin": daemon.url}
    connection.request("POST", "/api/session", body, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status >= 300:
        raise ConnectionError(f"{name} cannot sign in: {answer.status}")
    cookies = [each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or ()]
    connection.close()
    return f"Cookie: {'; '.join(cookies)}"


def crowd(daemon: Daemon, people: int, sessions: int) -> Iterator[Somebody]:
    trust = ssl.create_default_context(cafile=str(daemon.ca))
    kinds = cycle(KINDS)
    for number in range(people):
        kind, name = next(kinds), f"p{number}"
        if kind == "session" and number >= sessions:
            kind = "token"  # a login takes a hash of its password: enough of them
        host = f"127.0.{1 + number // 250}.{1 + number % 250}"
        daemon.user(name, PASSWORD if kind == "session" else None)
        if kind == "session":
            proof = login(daemon, trust, name, host)
        else:
            token = daemon.ask("token_create", name=name)
            proof = f"Authorization: Bearer {token['token']}"
        peer = Peer(daemon, trust, proof, host)
        yield Somebody(kind, name, host, proof, peer, revocation(daemon, kind, name, host))


def revocation(daemon: Daemon, kind: str, name: str, host: str) -> Callable[[], object]:
    def one_credential() -> object:
        [held] = daemon.ask("token_list", name=name)
        return daemon.ask("token_end", name=name, id=held["id"])

    return {
        "token": one_credential,
        "session": one_credential,
        "user": lambda: daemon.ask("user_disable", name=name),
        "address": lambda: daemon.ask("address_block", network=host),
    }[kind]


def gets_in_again(daemon: Daemon, trust: ssl.SSLContext, who: Somebody) -> bool:
    try:
        Peer(daemon, trust, who.proof, who.host).end()
    except (OSError, ConnectionError):
        return False
    return True


def run(daemon: Daemon, people: int, revoked: int) -> list[str]:
    trust = ssl.create_default_context(cafile=str(daemon.ca))
    began = time.monotonic()
    everybody = list(crowd(daemon, people, revoked))
    print(f"{people} connections, made in {time.monotonic() - began:.0f} s", flush=True)
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    wrong = []
    for who in everybody[:revoked]:
        began = time.perf_counter()
        who.revoke()
        code = who.peer.close_code()
        took[who.kind].append(time.perf_counter() - began)
        who.peer.end()
        if code < 4500:
            wrong.append(f"{who.kind}: closed with {code}, which lets the client come back")
        if gets_in_again(daemon, trust, who):
            wrong.append(f"{who.kind}: in again with what was revoked")
    every = sorted(each for seconds in took.values() for each in seconds)
    for kind, seconds in took.items():
        print(f"{kind:10} {len(seconds):4}   slowest {1000 * max(seconds):7.1f} ms")
    p99 = every[int(0.99 * len(every))]
    print(
        f"all        {len(every):4}   p50 {1000 * every[len(every) // 2]:.1f} ms, p99"
        f" {1000 * p99:.1f} ms (bound {1000 * BOUND:.0f})"
    )
    if p99 > BOUND:
        wrong.append(f"the 99th percentile is {p99:.2f} s")
    deadline = time.monotonic() + 5
    while (left := daemon.ask("status")["connections"]) > people - revoked:
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if left != people - revoked:
        wrong.append(f"{left} connections are left of {people} less {revoked}")
    for who in everybody[revoked:]:
        who.peer.end()
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rigs.revocations")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--revoked", type=int, default=200)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="chatd-revoked-") as folder,
        Daemon(Path(folder), GENEROUS, PATIENT) as daemon,
    ):
        wrong = run(daemon, options.people, options.revoked)
    for text in dict.fromkeys(wrong):
        print(text)
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
