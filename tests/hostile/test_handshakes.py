"""Handshakes without end, and what is no handshake at all."""

import contextlib
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon
from tests.hostile.peer import Gone, Peer, member, request
from tests.hostile.scene import eventually, unharmed


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(Path(tmp_path_factory.mktemp("handshakes"))) as running:
        yield running


def test_whoever_takes_too_long_for_a_handshake_is_cut_off(daemon: Daemon) -> None:
    """ClientHello withheld or sent byte by byte: 5 s; headers withheld or one by one: 10 s."""
    hello, headers = _client_hello(), request("x").splitlines(keepends=True)
    with unharmed(daemon), contextlib.ExitStack() as stack:
        peers = {
            (kind, number): stack.enter_context(Peer(daemon.port, tls=kind.startswith("headers")))
            for kind in ("hello none", "hello slow", "headers none", "headers slow")
            for number in range(25)
        }
        began, lasted = time.monotonic(), {}
        step = 0
        while peers and time.monotonic() - began < 15:
            for key, peer in list(peers.items()):
                with contextlib.suppress(TimeoutError):
                    try:
                        if key[0] == "hello slow":
                            peer.send(hello[step % len(hello) :][:1])
                        elif key[0] == "headers slow":
                            peer.send(headers[0] if step == 0 else b"X-%d: y\r\n" % step)
                        peer.socket.settimeout(0.001)
                        while peer.receive():
                            pass
                    except Gone:
                        lasted.setdefault(key[0], []).append(time.monotonic() - began)
                        del peers[key]
            step += 1
            time.sleep(0.3)
    assert not peers, {kind for kind, _ in peers}
    for kind, seconds in lasted.items():
        assert max(seconds) < (7 if kind.startswith("hello") else 13), (kind, max(seconds))
    assert eventually(lambda: daemon.ask("status")["connections"] == 0, 5)


def test_endless_headers_end_at_once(daemon: Daemon) -> None:
    with unharmed(daemon), Peer(daemon.port) as peer:
        began = time.monotonic()
        with contextlib.suppress(Gone):
            peer.send(b"GET /ws HTTP/1.1\r\nHost: localhost\r\n")
            for number in range(200_000):
                peer.send(b"X-%d: %s\r\n" % (number, b"y" * 60))
        assert time.monotonic() - began < 2
        with contextlib.suppress(Gone):
            assert peer.head().startswith("HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "line",
    [
        b"GET /" + b"a" * 17_000,
        b"GET /" + b"%00" * 3,
        b"GET /../etc/passwd",
        b"GET /\xff",
        b"\0" * 50,
    ],
    ids=["17 KB", "escapes", "dots", "raw bytes", "zeros"],
)
def test_a_bad_request_line_is_refused(daemon: Daemon, line: bytes) -> None:
    with Peer(daemon.port) as peer:
        with contextlib.suppress(Gone):
            peer.send(line + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert peer.head().split()[1] in ("400", "414", "431")


GARBAGE = {
    "an SSH banner": b"SSH-2.0-OpenSSH_9.2\r\n",
    "plain HTTP": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "zeros": b"\0" * 4096,
    "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "a record of 64 KB": b"\x16\x03\x01\xff\xff" + b"x" * 65_535,
    "noise": os.urandom(4096),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_on_the_port_ends_the_connection(daemon: Daemon, garbage: bytes) -> None:
    with Peer(daemon.port, tls=False) as peer:
        with contextlib.suppress(Gone):
            peer.send(garbage)
        assert peer.lasts() < 6.5


def test_much_garbage_makes_few_lines_and_no_memory(daemon: Daemon) -> None:
    lines = daemon.log().count("\n")
    with unharmed(daemon):
        for _ in range(500):
            with Peer(daemon.port, tls=False) as peer, contextlib.suppress(Gone):
                peer.send(b"GET / HTTP/1.1\r\n\r\n")
                peer.socket.settimeout(0.5)
                peer.receive()
    assert daemon.log().count("\n") - lines < 100


def test_http2_is_not_spoken(daemon: Daemon) -> None:
    with Peer(daemon.port) as peer:
        peer.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert peer.head().split()[1] in ("400", "405", "505")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_not_spoken(daemon: Daemon) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Peer(daemon.port, tls=False) as peer, pytest.raises(ssl.SSLError):
        context.wrap_socket(peer.socket)


def test_a_good_client_is_served_after_all_that(daemon: Daemon) -> None:
    with member(daemon.port, daemon.token("patient")) as peer:
        peer.say(type="rooms", id=1)
        assert peer.hears("rooms")


def _client_hello() -> bytes:
    out = ssl.MemoryBIO()
    context = ssl.create_default_context()
    shaking = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        shaking.do_handshake()
    return out.read()
