"""Fetching a document from a real server over TLS: whole, bounded, and from nowhere inside."""

import json
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import Any

import pytest
import pytest_twisted
from twisted.web.server import Request

from chatd.hooks.fetch import Fetcher
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.reach import allowing
from chatd.parts import SystemClock
from tests.hooks.loopback import Behaviour, hangs, reactor, status
from tests.hooks.receiver import Receiver, drops, half, unfinished

KEYS = json.dumps({"keys": []}).encode()


def says(body: bytes) -> Behaviour:
    def behave(request: Request) -> bytes:
        request.setHeader("content-type", "application/json")
        return body

    return behave


class Stage:
    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.fetchers: list[Fetcher] = []
        # What is fetched is asked for with GET; the receiver of webhooks knows POST.
        receiver.render_GET = self.answer  # type: ignore[attr-defined]
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Any:
        self.asked.append(request)
        behave = self.receiver.plan.pop(0) if self.receiver.plan else says(KEYS)
        return behave(request)

    def fetcher(self, *networks: str, authority: str | None = None) -> Fetcher:
        made = Fetcher(
            reactor,
            SystemClock(),
            allowing([ip_network(each) for each in networks]),
            2.0,
            str(self.receiver.authority) if authority is None else authority,
            "chatd/test",
            "site.jwks_networks",
        )
        self.fetchers.append(made)
        return made

    async def get(self, most: int = 1000) -> bytes:
        return await self.fetcher("127.0.0.0/8", "::1/128").get(self.receiver.url, most)


@pytest_twisted.async_yield_fixture
async def stage(receiver: Receiver) -> AsyncIterator[Stage]:
    made = Stage(receiver)
    yield made
    for fetcher in made.fetchers:
        await fetcher.stop()


async def no_answer(fetching: Any) -> str:
    with pytest.raises(NoAnswer) as caught:
        await fetching
    return str(caught.value)


@pytest_twisted.ensureDeferred
async def test_a_document_is_brought_whole(stage: Stage) -> None:
    stage.receiver.plan = [says(b"x" * 1000)]
    assert await stage.get(1000) == b"x" * 1000
    (asked,) = stage.asked
    assert asked.requestHeaders.getRawHeaders("user-agent") == ["chatd/test"]
    assert asked.requestHeaders.getRawHeaders("accept") == ["application/json"]


@pytest_twisted.ensureDeferred
async def test_more_than_is_wanted_is_not_read(stage: Stage) -> None:
    stage.receiver.plan = [says(b"x" * 1001), says(b"x" * 10_000_000)]
    for _ in range(2):
        assert "more than 1000 bytes" in await no_answer(stage.get(1000))


@pytest_twisted.ensureDeferred
async def test_half_a_document_is_none(stage: Stage) -> None:
    stage.receiver.plan = [half, unfinished]
    for _ in range(2):
        assert "did not come whole" in await no_answer(stage.get())


@pytest_twisted.ensureDeferred
async def test_a_server_that_does_not_answer_is_left(stage: Stage) -> None:
    stage.receiver.plan = [hangs, drops]
    assert await no_answer(stage.get()) == "no answer within 2 s"
    await no_answer(stage.get())


@pytest.mark.parametrize("code", [301, 302, 307, 308, 204, 404, 500])
@pytest_twisted.ensureDeferred
async def test_a_redirect_and_any_other_answer_is_no_document(stage: Stage, code: int) -> None:
    stage.receiver.plan = [status(code, location=stage.receiver.url + "/elsewhere")]
    assert await no_answer(stage.get()) == f"it answered {code}"
    assert len(stage.asked) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f000001"])
@pytest_twisted.ensureDeferred
async def test_nothing_inside_is_asked_unless_that_is_allowed(stage: Stage, host: str) -> None:
    url = stage.receiver.url.replace("localhost", host)
    await no_answer(stage.fetcher("10.0.0.0/8").get(url, 1000))
    assert stage.asked == []
    said = await no_answer(stage.fetcher().get(stage.receiver.url, 1000))
    assert said == "no address of it may be reached: site.jwks_networks"


@pytest_twisted.ensureDeferred
async def test_a_host_that_proves_nothing_is_told_nothing(stage: Stage) -> None:
    strangers = stage.fetcher("127.0.0.0/8", "::1/128", authority="")
    assert "its certificate is not one for this host" in await no_answer(
        strangers.get(stage.receiver.url, 1000)
    )
    for url in (stage.receiver.url.replace("https", "http"), "file:///etc/passwd", "gopher://x"):
        assert "https://" in await no_answer(stage.fetcher("127.0.0.0/8").get(url, 1000))
    assert stage.asked == []
