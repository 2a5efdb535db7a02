"""A fault of ours that a stranger can bring about is answered, and does not fill the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from chatd.core.bucket import Rate
from chatd.edge.first_read import hand_over
from chatd.edge.journal import Journal
from chatd.edge.router import Route, Router
from chatd.edge.settings import EdgeSettings
from chatd.edge.site import ChatSite
from tests.fakes.tcp import MemoryTcp

POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
LENGTH = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %s\r\n\r\n" % (b"9" * 4_301)


class Broken(Router):
    """As a parser with a hole: it raises what nobody expects."""

    def find(self, method: str, path: str) -> Route:
        raise KeyError(path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> Iterator[list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    globalLogPublisher.addObserver(lines.append)
    yield lines
    globalLogPublisher.removeObserver(lines.append)


def site_of(clock: Clock, router: Router) -> ChatSite:
    upgrade: Any = None
    journal = Journal(Rate(1, 5), clock.seconds)
    return ChatSite(clock, EdgeSettings("https://a.example"), router, upgrade, journal, bytes)


def answer(site: ChatSite, request: bytes, *, short: bool = True) -> bytes:
    wire = MemoryTcp()
    hand_over(wire, site.buildProtocol(None) if short else site.channel())
    wire.protocol.dataReceived(request)
    return bytes(wire.value())


def tracebacks(seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in seen if line.get("log_failure") is not None]


@pytest.mark.logs_errors("a fault over what came from")
@pytest.mark.parametrize("short", [True, False])
def test_what_makes_a_parser_fail_is_refused_like_any_bad_request(
    clock: Clock, seen: list[dict[str, Any]], short: bool
) -> None:
    site = site_of(clock, Broken(()))
    assert answer(site, POST, short=short).startswith(b"HTTP/1.1 400 ")
    assert site.answered == {400: 1}
    assert len(tracebacks(seen)) == 1


@pytest.mark.logs_errors("a fault over what came from")
def test_the_traceback_of_such_a_fault_is_written_once_a_minute(
    clock: Clock, seen: list[dict[str, Any]]
) -> None:
    site = site_of(clock, Broken(()))
    for _ in range(100):
        answer(site, POST)
    assert len(tracebacks(seen)) == 1 and len(seen) < 10
    clock.advance(61)
    answer(site, POST)
    assert len(tracebacks(seen)) == 2
    assert tracebacks(seen)[1]["untold"] == 99
    assert site.answered == {400: 101}


def test_a_length_beyond_all_bounds_leaves_no_traceback(
    clock: Clock, seen: list[dict[str, Any]]
) -> None:
    site = site_of(clock, Router(()))
    for _ in range(100):
        assert answer(site, LENGTH).startswith(b"HTTP/1.1 413 ")
    assert tracebacks(seen) == [] and len(seen) == 5  # the journal's bucket
