"""The HTTP calls of a client, against a scripted server."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.internet.tcp import Client
from twisted.web.client import ResponseNeverReceived

from chatd.client.connection import trust_root
from chatd.client.errors import NotWelcome
from chatd.client.http import MOST, Api, Login, Problem
from tests.client.other_end import OtherEnd, authority, listen


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.end = OtherEnd(lambda request: b"")
        self.port = listen(reactor, self.end, authority(folder, "localhost"))
        self.url = f"https://localhost:{self.port.getHost().port}"
        self.api = Api(reactor, self.url + "/", trust_root(folder / "ca.pem"))

    def answers(self, status: str, body: bytes, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        said = "\r\n".join([*lines, *headers, "", ""]).encode() + body
        self.end.answer = lambda request: said


@pytest_twisted.async_yield_fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(tmp_path / "tls")
    yield site
    if site.end.requests:
        await site.end.gone.addTimeout(10, reactor)
    await site.port.stopListening()


@pytest_twisted.ensureDeferred
async def test_an_answer_comes_with_its_cookies_and_the_origin_is_sent(site: Site) -> None:
    cookie = "Set-Cookie: __Host-chatd=s3cret; Path=/; Secure; HttpOnly"
    site.answers("200 OK", b'{"n":1}', cookie)
    assert await site.api.call("POST", "/api/x", {"a": 1}) == ({"n": 1}, {"__Host-chatd": "s3cret"})
    request = site.end.requests[0]
    assert f"Origin: {site.url}\r\n" in request
    assert request.startswith("POST /api/x HTTP/1.1")


@pytest_twisted.ensureDeferred
async def test_a_server_below_a_path_is_asked_there_and_told_the_origin_alone(site: Site) -> None:
    site.answers("200 OK", b"{}")
    below = Api(reactor, site.url + "/chat/", trust_root(site.folder / "ca.pem"))
    await below.call("GET", "/api/x")
    request = site.end.requests[0]
    assert request.startswith("GET /chat/api/x HTTP/1.1")
    assert f"Origin: {site.url}\r\n" in request


@pytest_twisted.ensureDeferred
async def test_a_problem_says_what_the_server_said(site: Site) -> None:
    site.answers("429 Too Many Requests", b'{"code":"busy","detail":"Wait.","retry_after":2}')
    with pytest.raises(Problem, match="Wait.") as caught:
        await site.api.call("GET", "/api/x")
    problem = caught.value
    assert (problem.status, problem.code, problem.retry_after) == (429, "busy", 2)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"code":"x"' + b" " * MOST + b"}"])
@pytest_twisted.ensureDeferred
async def test_a_body_that_is_no_answer_of_chatd_is_empty(site: Site, body: bytes) -> None:
    site.answers("502 Bad Gateway", body)
    with pytest.raises(Problem) as caught:
        await site.api.call("GET", "/api/x")
    assert (caught.value.status, caught.value.code) == (502, "")


@pytest_twisted.ensureDeferred
async def test_an_endless_answer_is_cut_off(site: Site) -> None:
    head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Length: {9 * MOST}\r\n\r\n".encode()
    site.end.answer = lambda request: head + b" " * (2 * MOST)
    with pytest.raises(Problem):
        await Deferred.fromCoroutine(site.api.call("GET", "/api/x")).addTimeout(10, reactor)


@pytest_twisted.ensureDeferred
async def test_an_answer_given_up_ends_its_connection_though_the_server_holds_on(
    site: Site,
) -> None:
    def half(request: str) -> bytes:
        site.end.peers[0].pauseProducing()  # so that it hears no goodbye
        return b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"

    site.end.answer = half
    response = await site.api.request("GET", "/api/x", {})
    reading = Deferred.fromCoroutine(site.api.answer(response))
    reading.cancel()
    with pytest.raises(CancelledError):
        await reading
    await deferLater(reactor, 0)
    left = connections_to(site)
    site.end.peers[0].resumeProducing()
    for one in left:
        one.abortConnection()
    assert left == []


def connections_to(site: Site) -> list[Any]:
    port = site.port.getHost().port
    loop: Any = reactor
    return [
        one
        for one in {*loop.getReaders(), *loop.getWriters()}
        if isinstance(one, Client) and one.getPeer().port == port
    ]


@pytest_twisted.ensureDeferred
async def test_a_server_that_nobody_vouches_for_hears_nothing(site: Site, tmp_path: Path) -> None:
    authority(tmp_path / "another", "localhost")
    api = Api(reactor, site.url, trust_root(tmp_path / "another" / "ca.pem"))
    with pytest.raises(ResponseNeverReceived):
        await api.call("POST", "/api/session", {"name": "alice", "password": "s3cret"})
    assert site.end.requests == []


@pytest.mark.parametrize("url", ["http://localhost:1", "localhost"])
def test_an_address_without_tls_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="TLS"):
        Api(reactor, url)


def test_a_login_shows_no_secret_when_printed() -> None:
    login: Any = Login("__Host-chatd=s3cret", "cs3rf", "https://h", "u1", "alice")
    assert "s3cret" not in repr(login)
    assert "cs3rf" not in repr(login)


@pytest_twisted.ensureDeferred
async def test_an_account_with_two_steps_is_told_to_use_a_token(site: Site) -> None:
    site.answers("200 OK", b'{"signed_in":false,"second":{"step":"chatd_l_x","ways":["code"]}}')
    with pytest.raises(NotWelcome, match="use a token"):
        await site.api.login("alice", "secret")
