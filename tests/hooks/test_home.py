"""Fetching from a server over TLS: the whole answer, or in time a word on why there is none."""

import time
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest
import pytest_twisted
from twisted.web.server import Request

from chatd.core.https import https_host
from chatd.engine.fetching import Unfetched
from chatd.hooks.home import MOST, HomeFetcher
from chatd.parts import SystemClock
from tests.hooks.loopback import hangs, reactor, status
from tests.hooks.receiver import Receiver, drops, endless, half, unfinished

HEADERS = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "x"}


class Fetchers:
    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.made: list[HomeFetcher] = []

    def __call__(
        self, home: str | None = None, *networks: str, seconds: float = 5.0
    ) -> HomeFetcher:
        fetcher = HomeFetcher(
            reactor,
            SystemClock(),
            self.receiver.url if home is None else home,
            [ip_network(each) for each in networks],
            "provider.test.networks",
            str(self.receiver.authority),
            seconds,
            "chatd/test",
        )
        self.made.append(fetcher)
        return fetcher


@pytest_twisted.async_yield_fixture
async def fetchers(receiver: Receiver) -> AsyncIterator[Fetchers]:
    made = Fetchers(receiver)
    yield made
    for fetcher in made.made:
        await fetcher.stop()


def says(body: bytes) -> Any:
    def behave(request: Request) -> bytes:
        return body

    return behave


@pytest_twisted.ensureDeferred
async def test_an_answer_comes_whole(receiver: Receiver, fetchers: Fetchers) -> None:
    receiver.plan = [says(b"x" * MOST), status(400)]
    fetch = fetchers()
    got = await fetch.post(receiver.url, HEADERS, b"a=1")
    assert (got.status, got.body) == (200, b"x" * MOST)
    assert (await fetch.post(receiver.url, HEADERS, b"b=2")).body == b"so it is\n"
    assert [each.body for each in receiver.got] == [b"a=1", b"b=2"]
    assert receiver.got[0].headers["user-agent"] == "chatd/test"


@pytest_twisted.ensureDeferred
async def test_a_redirect_is_an_answer_and_is_not_followed(
    receiver: Receiver, fetchers: Fetchers
) -> None:
    receiver.plan = [status(302, location=receiver.url + "/elsewhere")]
    assert (await fetchers().post(receiver.url, HEADERS, b"")).status == 302
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (says(b"x" * (MOST + 1)), "more than 262144 bytes"),
        (endless, "more than 262144 bytes"),
        (half, "did not come whole"),
        (drops, "localhost:[0-9]+: "),
        (hangs, "no answer within 0.5 s"),
        (unfinished, "did not come whole"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_is_huge_slow_or_broken_is_given_up(
    receiver: Receiver, fetchers: Fetchers, behaviour: Any, words: str
) -> None:
    receiver.plan = [behaviour]
    began = time.monotonic()
    with pytest.raises(Unfetched, match=words):
        await fetchers(seconds=0.5).post(receiver.url, HEADERS, b"")
    assert time.monotonic() - began < 3
    await receiver.until(lambda: not receiver.connections)


@pytest_twisted.ensureDeferred
async def test_others_than_the_named_server_are_not_reached_where_they_are_private(
    receiver: Receiver, fetchers: Fetchers
) -> None:
    elsewhere = fetchers("https://id.example.org")
    with pytest.raises(Unfetched, match="no address of it may be reached: provider.test.networks"):
        await elsewhere.post(receiver.url, HEADERS, b"")
    # Nor is another port of the one that was named.
    with pytest.raises(Unfetched, match="no address of it may be reached"):
        await fetchers("https://localhost:1").post(receiver.url, HEADERS, b"")
    assert receiver.got == []
    allowed = fetchers("https://id.example.org", "127.0.0.0/8", "::1/128")
    assert (await allowed.post(receiver.url, HEADERS, b"")).status == 204


@pytest_twisted.ensureDeferred
async def test_a_certificate_for_another_host_or_of_another_authority_is_no_answer(
    receiver: Receiver, fetchers: Fetchers
) -> None:
    url = receiver.url.replace("localhost", "127.0.0.2")
    with pytest.raises(Unfetched):
        await fetchers(url).post(url, HEADERS, b"")
    stranger = HomeFetcher(reactor, SystemClock(), receiver.url, [], "", "", 5.0, "chatd/test")
    with pytest.raises(Unfetched, match="its certificate is not one for this host"):
        await stranger.post(receiver.url, HEADERS, b"")
    await stranger.stop()
    assert receiver.got == []


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.org/",
        "https:///x",
        "https://a@id.example.org/",
        "https://id.example.org/#x",
        "https://id.example.org:0/",
        "https://id.example.org:x/",
        "https://id.example.org/ x",
        "https://id.example.org\\@localhost/",
        "https://ïd.example.org/",
        "file:///etc/passwd",
        "",
    ],
)
@pytest_twisted.ensureDeferred
async def test_what_is_no_plain_https_address_is_not_gone_to(fetchers: Fetchers, url: str) -> None:
    assert https_host(url) is None
    with pytest.raises(Unfetched, match="does not begin with https://"):
        await fetchers().get(url, {})


def test_the_port_of_https_is_said_or_not() -> None:
    assert https_host("https://Id.Example.org/x") == ("id.example.org", 443)
    assert https_host("https://id.example.org:443") == ("id.example.org", 443)
