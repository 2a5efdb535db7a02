"""TLS on the socket by pyOpenSSL and by the standard library's `ssl`, in turn, side by side.

    python -m tests.rigs.tls_choice

What one connection takes in memory, what a handshake, a resumed one and a write cost, and how long
one read can be kept busy by a stranger. docs/decisions/tls-on-the-socket.md reads the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from OpenSSL import SSL

from bench.cores import private_bytes
from chatd.edge.tls import HTTP, SESSION_SECONDS, Certificates
from chatd.edge.transport_opened import OpenedTls

EDGE_TESTS = Path(__file__).parent.parent / "edge"
sys.path.insert(0, str(EDGE_TESTS))

PAYLOAD = bytes(300)
KEY_UPDATES = 100_000
WANTS = (SSL.WantReadError, SSL.WantWriteError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
ROWS = {
    "kib": "KiB for each connection",
    "handshake": "µs of processor time for a handshake",
    "resumed": "µs for a resumed one",
    "share": "% that were resumed",
    "write": "µs for a write of 300 bytes",
    "flood": f"ms of it in one read, of {KEY_UPDATES:,} key updates",
}


class Ours:
    """pyOpenSSL as `chatd.edge` uses it."""

    def __init__(self, chain: Path, key: Path) -> None:
        self._certificates = Certificates(chain, key)

    def begin(self, sock: socket.socket) -> Any:
        return self._certificates.connection(sock)

    def resumed(self, opened: OpenedTls) -> bool:
        return opened.resumed

    def opened(self, tls: Any) -> tuple[Any, Callable[[], bytes], Callable[[bytes], int]]:
        opened = OpenedTls(tls)
        pointer, send = opened._ssl, SSL._lib.SSL_write  # type: ignore[attr-defined]
        return opened, opened.recv, lambda data: send(pointer, data, len(data))


class Standard:
    """`ssl` as near to the same settings as Python 3.11 lets it be."""

    def __init__(self, chain: Path, key: Path, tickets: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain, key)
        self._context.set_alpn_protocols([HTTP.decode()])
        self._context.options |= ssl.OP_NO_RENEGOTIATION
        self._context.num_tickets = tickets

    def begin(self, sock: socket.socket) -> Any:
        return self._context._wrap_socket(sock, True, None)  # type: ignore[attr-defined]

    def resumed(self, opened: Any) -> bool:
        return bool(opened.session_reused)

    def opened(self, tls: Any) -> tuple[Any, Callable[[], bytes], Callable[[bytes], int]]:
        return tls, lambda: tls.read(16_384), tls.write


def measured(engine: Any, count: int, groups: str) -> dict[str, float]:
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as listener:
        port = listener.getsockname()[1]
        _arrivals(engine, listener, port, 5, groups)  # what is made once
        gc.collect()
        before = private_bytes(os.getpid())
        client, kept, handshake = _arrivals(engine, listener, port, count, groups)
        kib = (private_bytes(os.getpid()) - before) / count / 1024
        writes = []
        for _ in range(5):
            began = time.process_time()
            for _, _, _, send in kept:
                send(PAYLOAD)
            writes.append((time.process_time() - began) / count * 1e6)
        _end(client)
        del kept
        resuming, again, resumed = _arrivals(engine, listener, port, count, groups, resume=True)
        share = sum(engine.resumed(opened) for _, opened, _, _ in again) / count
        _end(resuming)
        flood = _flooded(engine, listener)
    return {
        "kib": kib,
        "handshake": handshake,
        "resumed": resumed,
        "share": 100 * share,
        "write": median(writes),
        "flood": flood,
    }


def _arrivals(
    engine: Any, listener: socket.socket, port: int, count: int, groups: str, resume: bool = False
) -> tuple[subprocess.Popen[bytes], list[Any], float]:
    """A process with `count` clients, our ends of them, and µs of processor time for each."""
    words = [sys.executable, "-m", __spec__.name, "--client", str(port), "--count", str(count)]
    words += ["--groups", groups, *(["--resume"] if resume else [])]
    client = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    kept, spent = [], 0.0
    for number in range(count + resume):
        sock, tls, took = _shaken(engine, listener)
        spent += took if number or not resume else 0.0
        opened, recv, send = engine.opened(tls)
        del tls
        send(b"ok")
        kept.append((sock, opened, recv, send))
    return client, kept, spent / count * 1e6


def _shaken(engine: Any, listener: socket.socket) -> tuple[socket.socket, Any, float]:
    sock = listener.accept()[0]
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    began = time.process_time()
    tls, spent = engine.begin(sock), 0.0
    while True:
        try:
            tls.do_handshake()
        except WANTS:
            spent += time.process_time() - began
            _readable(sock, 10)
            began = time.process_time()
        else:
            return sock, tls, spent + time.process_time() - began


def _readable(sock: socket.socket, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _flooded(engine: Any, listener: socket.socket) -> float:
    """Milliseconds of processor time of the longest read, while nothing but key updates come."""
    port = listener.getsockname()[1]
    words = [sys.executable, "-m", __spec__.name, "--stranger", str(port)]
    stranger = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert stranger.stdout is not None
    sock, tls, _ = _shaken(engine, listener)
    opened, recv, _ = engine.opened(tls)
    stranger.stdout.readline()
    longest, until = 0.0, time.monotonic() + 5
    while time.monotonic() < until and _readable(sock, 1):
        began = time.process_time()
        with contextlib.suppress(*WANTS):
            recv()
        longest = max(longest, time.process_time() - began)
    sock.close()
    stranger.kill()
    stranger.communicate()
    del opened
    return longest * 1000


def stranger(number: int) -> None:
    """Sends its key updates and waits."""
    import test_transport_key_update as hand_made

    address = SimpleNamespace(port=number)
    with tempfile.TemporaryDirectory() as scratch:
        port = SimpleNamespace(getHost=lambda: address)
        client = hand_made.HandMadeClient(port, Path(scratch))
    flood = bytearray()
    for _ in range(KEY_UPDATES):
        flood += client.seal(hand_made.HANDSHAKE, hand_made.KEY_UPDATE)
        client.use(hand_made._expand(client.secret, b"traffic upd", 48))
    print("ready", flush=True)
    client.raw.sendall(flood)
    sys.stdin.buffer.read()


def _end(client: subprocess.Popen[bytes]) -> None:
    assert client.stdin is not None
    client.stdin.close()
    client.wait(20)


def clients(port: int, count: int, groups: str, resume: bool) -> None:
    """Connects and holds, until standard input ends."""
    connections, session = [], None
    if groups:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_timeout(SESSION_SECONDS)
        SSL._lib.SSL_CTX_set1_curves_list(context._context, groups.encode())  # type: ignore[attr-defined]
    else:
        plain = ssl.create_default_context()
        plain.check_hostname, plain.verify_mode = False, ssl.CERT_NONE
    for _ in range(count + resume):
        raw = socket.create_connection(("127.0.0.1", port))
        tls: Any
        if groups:
            tls = SSL.Connection(context, raw)
            tls.set_connect_state()
            if session is not None:
                tls.set_session(session)
            tls.do_handshake()
        else:
            tls = plain.wrap_socket(raw, session=session)
        if resume:
            tls.recv(2)
            session = session or (tls.get_session() if groups else tls.session)
        connections.append(tls)
    sys.stdin.buffer.read()
    os._exit(0)


def one(engine: str, tickets: int, count: int, groups: str) -> None:
    from loopback_tls import write_pair

    with tempfile.TemporaryDirectory() as scratch:
        pair = write_pair(Path(scratch))
        chosen = Ours(*pair) if engine == "pyOpenSSL" else Standard(*pair, tickets)
        print(json.dumps(measured(chosen, count, groups)))


def main() -> None:
    parser = argparse.ArgumentParser(description="pyOpenSSL and ssl, side by side.")
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--stranger", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--client", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--resume", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--groups", default="", help=argparse.SUPPRESS)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--tickets", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stranger:
        stranger(options.stranger)
    elif options.client:
        clients(options.client, options.count, options.groups, options.resume)
    elif options.engine:
        one(options.engine, options.tickets, options.count, options.groups)
    else:
        compare(options.count, options.rounds)


def compare(count: int, rounds: int) -> None:
    cases = {
        f"pyOpenSSL, {SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode()[:13]}": ["pyOpenSSL"],
        "the same, client with ML-KEM": ["pyOpenSSL", "--groups", "X25519MLKEM768"],
        f"ssl, {ssl.OPENSSL_VERSION[:14]}, 2 tickets": ["ssl", "--tickets", "2"],
        "ssl, 1 ticket": ["ssl", "--tickets", "1"],
        "ssl, no ticket": ["ssl", "--tickets", "0"],
    }
    found: dict[str, list[dict[str, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, words in cases.items():
            command = [sys.executable, "-m", __spec__.name, "--count", str(count), "--engine"]
            done = subprocess.run([*command, *words], stdout=subprocess.PIPE, check=True)
            found[name].append(json.loads(done.stdout))
    print(f"| | {' | '.join(cases)} |\n|---|{'---:|' * len(cases)}")
    for row, title in ROWS.items():
        cells = [f"{median(figures[row] for figures in found[name]):.1f}" for name in cases]
        print(f"| {title} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
