"""One request to a real receiver over TLS: what it says and whatever it does instead."""

import os
import socket
import ssl as stdlib_ssl
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import ssl
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.internet.threads import deferToThread
from twisted.web._newclient import HTTP11ClientProtocol, Request
from twisted.web.http_headers import Headers
from twisted.web.server import Site

from chatd.admin import local_ca
from chatd.hooks.answers import Answer
from chatd.hooks.post import HttpPoster, NoAnswer, Requests, _Kept
from chatd.hooks.push.reach import AnyHost
from chatd.parts import SystemClock
from tests.hooks.loopback import hangs, reactor, status
from tests.hooks.receiver import Receiver, drops, endless, half, unfinished

HEADERS = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x v1,y"}


def poster(url: str, authority: Path | str, seconds: float = 5.0) -> HttpPoster:
    return HttpPoster(reactor, SystemClock(), url, seconds, str(authority), "chatd/test")


@pytest_twisted.async_yield_fixture
async def post(receiver: Receiver) -> AsyncIterator[HttpPoster]:
    made = poster(receiver.url, receiver.authority)
    yield made
    await made.stop()


@pytest_twisted.ensureDeferred
async def test_what_is_posted_arrives_as_it_is(receiver: Receiver, post: HttpPoster) -> None:
    assert await post.post(HEADERS, b'{"a":1}') == Answer(204)
    (got,) = receiver.got
    assert (got.id, got.seconds, got.signatures) == ("msg_1", 1, ("v1,x", "v1,y"))
    assert got.body == b'{"a":1}'
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"] == "chatd/test"
    assert got.headers["content-length"] == "7"


@pytest_twisted.ensureDeferred
async def test_one_connection_serves_one_event_after_the_other(
    receiver: Receiver, post: HttpPoster
) -> None:
    receiver.plan = [status(200), status(500), status(204)]
    answers = [(await post.post(HEADERS, b"{}")).status for _ in range(4)]
    assert answers == [200, 500, 204, 204]
    assert len(receiver.connections) == 1
    assert receiver.lost == 0


@pytest_twisted.ensureDeferred
async def test_a_redirect_is_an_answer_and_is_not_followed(
    receiver: Receiver, post: HttpPoster
) -> None:
    receiver.plan = [status(307, location=receiver.url + "/elsewhere")]
    assert (await post.post(HEADERS, b"{}")).status == 307
    assert len(receiver.got) == 1


@pytest_twisted.ensureDeferred
async def test_retry_after_is_read(receiver: Receiver, post: HttpPoster) -> None:
    receiver.plan = [status(429, retry_after="7"), status(413)]
    assert await post.post(HEADERS, b"{}") == Answer(429, 7.0)
    assert await post.post(HEADERS, b"{}") == Answer(413)


@pytest_twisted.ensureDeferred
async def test_a_connection_that_is_dropped_is_no_answer(
    receiver: Receiver, post: HttpPoster
) -> None:
    receiver.plan = [drops]
    with pytest.raises(NoAnswer):
        await post.post(HEADERS, b"{}")
    assert await post.post(HEADERS, b"{}") == Answer(204)


@pytest_twisted.ensureDeferred
async def test_a_receiver_that_hangs_is_given_up_in_time(receiver: Receiver) -> None:
    slow = poster(receiver.url, receiver.authority, seconds=0.3)
    receiver.plan = [hangs]
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="no answer within 0.3 s"):
        await slow.post(HEADERS, b"{}")
    assert 0.25 < time.monotonic() - began < 3
    await receiver.until(lambda: receiver.lost == 1)
    await slow.stop()


@pytest.mark.parametrize("behaviour", [half, endless, unfinished])
@pytest_twisted.ensureDeferred
async def test_the_status_counts_whatever_becomes_of_the_body(
    receiver: Receiver, post: HttpPoster, behaviour: Any
) -> None:
    receiver.plan = [behaviour]
    began = time.monotonic()
    assert await post.post(HEADERS, b"{}") == Answer(200)
    # What is large is cut at once, what is slow after two seconds.
    assert time.monotonic() - began < (1.5 if behaviour is endless else 5)
    # The connection is not used again, and none stays behind.
    await receiver.until(lambda: receiver.lost == 1)
    assert await post.post(HEADERS, b"{}") == Answer(204)


def holds_on(listening: socket.socket, context: stdlib_ssl.SSLContext) -> bytes:
    """Answers with half a body and never lets go; what its end of the connection meets at last."""
    accepted, _ = listening.accept()
    accepted.settimeout(10)
    arriving, leaving = stdlib_ssl.MemoryBIO(), stdlib_ssl.MemoryBIO()
    tls = context.wrap_bio(arriving, leaving, server_side=True)
    asked = b""
    with accepted:
        while b"\r\n\r\n{}" not in asked:
            try:
                if tls.version() is None or (not asked and not tls.cipher()):
                    tls.do_handshake()
                asked += tls.read(65536)
            except stdlib_ssl.SSLWantReadError:
                accepted.sendall(leaving.read())
                arriving.write(accepted.recv(65536))
        tls.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        accepted.sendall(leaving.read())
        # Not TLS any more: a polite end would ask for an answer and wait for it.
        while True:
            try:
                if not accepted.recv(65536):
                    return b"closed"
            except ConnectionResetError:
                return b"reset"


@pytest_twisted.ensureDeferred
async def test_a_receiver_that_does_not_let_go_keeps_no_connection(receiver: Receiver) -> None:
    folder = receiver.folder / "ca"
    context = stdlib_ssl.SSLContext(stdlib_ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        met = deferToThread(holds_on, listening, context)
        url = f"https://localhost:{listening.getsockname()[1]}/"
        stubborn = poster(url, receiver.authority)
        assert await stubborn.post(HEADERS, b"{}") == Answer(200)
        assert await met in (b"closed", b"reset")
        await stubborn.stop()


@pytest_twisted.ensureDeferred
async def test_nobody_who_listens_is_no_answer(receiver: Receiver) -> None:
    await receiver.stop()
    nobody = poster(receiver.url, receiver.authority)
    with pytest.raises(NoAnswer, match="refused"):
        await nobody.post(HEADERS, b"{}")
    await nobody.stop()


@pytest_twisted.ensureDeferred
async def test_an_authority_that_is_not_trusted_gets_nothing(
    receiver: Receiver, tmp_path: Path
) -> None:
    other = local_ca.ensure(tmp_path / "other", ["localhost"], datetime.now(UTC))
    for authority in (other.authority, ""):
        stranger = poster(receiver.url, authority)
        with pytest.raises(NoAnswer, match="its certificate is not one for this host"):
            await stranger.post(HEADERS, b"{}")
        await stranger.stop()
    assert receiver.got == []


@pytest_twisted.ensureDeferred
async def test_a_certificate_for_another_host_gets_nothing(
    receiver: Receiver, tmp_path: Path
) -> None:
    # It is good for localhost and the loopback addresses, and 127.0.0.2 is neither.
    folder = receiver.folder / "ca"
    context = ssl.DefaultOpenSSLContextFactory(
        str(folder / "server.key"), str(folder / "server.pem")
    )
    site = Site(receiver)
    site.noisy = False
    port = reactor.listenSSL(0, site, context, interface="127.0.0.2")
    url = f"https://127.0.0.2:{port.getHost().port}/"
    other = poster(url, receiver.authority)
    with pytest.raises(NoAnswer, match="its certificate is not one for this host"):
        await other.post(HEADERS, b"{}")
    assert receiver.got == []
    await other.stop()
    await port.stopListening()


class Talkative(Protocol):
    """Speaks first, and no TLS."""

    def connectionMade(self) -> None:
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        self.transport.loseConnection()


@pytest_twisted.ensureDeferred
async def test_a_port_without_tls_is_told_from_a_wrong_certificate(receiver: Receiver) -> None:
    factory = Factory.forProtocol(Talkative)
    factory.noisy = False
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    plain = poster(f"https://localhost:{port.getHost().port}/", receiver.authority)
    with pytest.raises(NoAnswer, match="TLS with it failed, (wrong version|packet length)"):
        await plain.post(HEADERS, b"{}")
    await plain.stop()
    await port.stopListening()


@pytest_twisted.ensureDeferred
async def test_without_tls_it_is_plain_http(receiver: Receiver) -> None:
    site = Site(receiver)
    site.noisy = False
    port = reactor.listenTCP(0, site, interface="127.0.0.1")
    plain = poster(f"http://127.0.0.1:{port.getHost().port}/", "")
    assert await plain.post(HEADERS, b"{}") == Answer(204)
    await plain.stop()
    await port.stopListening()


@pytest_twisted.ensureDeferred
async def test_a_proxy_of_the_environment_is_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    direct = poster(receiver.url, receiver.authority)
    assert await direct.post(HEADERS, b"{}") == Answer(204)
    await direct.stop()


@pytest_twisted.ensureDeferred
async def test_a_request_that_is_given_up_is_no_failure_of_the_receiver(
    receiver: Receiver, post: HttpPoster
) -> None:
    receiver.plan = [hangs]
    asking: Deferred[Answer] = Deferred.fromCoroutine(post.post(HEADERS, b"{}"))
    await receiver.count(1)
    asking.cancel()
    with pytest.raises(CancelledError):
        await asking


class Slow:
    """An agent whose answers have a head when the test says so, and a body that never ends."""

    def __init__(self) -> None:
        self.head: Deferred[Any] = Deferred()
        self.code = 200

    def request(self, *asked: Any) -> Deferred[Any]:
        return self.head

    def deliverBody(self, body: Protocol) -> None:
        body.dataReceived(b"half")


@pytest.mark.parametrize("head_after", [0.0, 4.0])
def test_head_and_body_have_one_deadline(head_after: float) -> None:
    clock, agent = Clock(), Slow()
    requests = Requests(clock, SystemClock(), AnyHost(""), 5.0, "chatd/test")
    requests._agent = agent  # type: ignore[assignment]
    ended: list[Any] = []
    asking = Deferred.fromCoroutine(requests.read("GET", "https://a.example/", {}, b"", 100))
    asking.addBoth(ended.append)
    clock.advance(head_after)
    agent.head.callback(agent)
    clock.advance(4.9 - head_after)
    assert ended == []
    clock.advance(0.2)
    assert [failure.check(NoAnswer) for failure in ended] == [NoAnswer]
    assert clock.getDelayedCalls() == []


def test_too_long_an_answer_that_is_there_already_is_not_whole() -> None:
    protocol = HTTP11ClientProtocol()
    protocol.makeConnection(StringTransport())
    answers: list[Any] = []
    asking = protocol.request(Request(b"GET", b"/", Headers({b"host": [b"h"]}), None))
    asking.addCallback(answers.append)
    protocol.dataReceived(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789")
    kept = _Kept(8)
    answers[0].deliverBody(kept)
    assert (kept.whole, kept.ended.called) == (False, True)
