"""The traces of the real daemon, as a collector on loopback gets them."""

import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet.threads import deferToThread
from twisted.web.server import Request

from tests.daemon import GENEROUS, Daemon, with_settings
from tests.hooks.loopback import Loopback, hangs, status
from tests.hooks.otlp.test_encode import read
from tests.hooks.test_daemon import asked, room, say
from tests.scenarios.wss import WssWorld
from tests.signed import Signed

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
WORDS = "nobody but us reads this"


class Collector(Loopback[tuple[dict[str, str], dict[str, Any]]]):
    """Takes OTLP/JSON; ``got`` has headers and contents."""

    def render_POST(self, request: Request) -> Any:
        headers = {
            name.decode().lower(): values[0].decode()
            for name, values in request.requestHeaders.getAllRawHeaders()
        }
        assert request.path == b"/v1/traces"
        return self.took((headers, json.loads(request.content.read())), request, status(200))

    def spans(self) -> list[dict[str, Any]]:
        return [
            {**span, "attributes": {each["key"]: each["value"] for each in span["attributes"]}}
            for _, told in self.got
            for span in told["resourceSpans"][0]["scopeSpans"][0]["spans"]
        ]

    def named(self, *names: str) -> list[dict[str, Any]]:
        return [span for span in self.spans() if span["name"] in names]

    async def one(self, name: str) -> dict[str, Any]:
        await self.until(lambda: bool(self.named(name)))
        return self.named(name)[0]

    def below(self, span: dict[str, Any]) -> set[str]:
        return {each["name"] for each in self.spans() if each.get("parentSpanId") == span["spanId"]}


@pytest_twisted.async_yield_fixture
async def collector(tmp_path: Path) -> AsyncIterator[Collector]:
    started = Collector(tmp_path / "ca").start()
    yield started
    await started.stop()


def daemon_with(collector: Collector, tmp_path: Path, **more: Any) -> Daemon:
    folder = tmp_path / "chatd"
    folder.mkdir()
    header = tmp_path / "collector.header"
    header.touch(mode=0o600)
    header.write_text("Authorization: Bearer hush\n")
    settings = {
        "endpoint": f"{collector.origin}/v1/traces",
        "header_file": str(header),
        "ca_file": str(collector.authority),
        "ratio": 1.0,
        **more,
    }
    return Daemon(folder, GENEROUS, {"traces": settings})


async def reload(daemon: Daemon) -> None:
    before = daemon.log().count("] reloaded: ")
    daemon.signal(signal.SIGHUP)
    while daemon.log().count("] reloaded: ") == before:
        await deferToThread(daemon.ask, "status")


@pytest_twisted.ensureDeferred
async def test_commands_and_requests_are_told_of_without_a_word_of_theirs(
    collector: Collector, tmp_path: Path
) -> None:
    with daemon_with(collector, tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        tea = await room(link)
        await say(link, tea, WORDS)
        refused = await link.command({"type": "send", "key": "k", "room": "#none", "text": WORDS})
        assert refused["code"] == "not-found"
        program = Signed(
            daemon,
            Authorization=f"Bearer {await asked_token(daemon)}",
            traceparent=f"00-{TRACE}-{SPAN}-01",
        )
        path = f"/api/v1/rooms/{tea}/messages"
        said, _ = await deferToThread(program.ask, "POST", path, {"text": WORDS})
        assert said == 201

        posted = await collector.one("POST /api/v1/rooms/{room}/messages")
        assert (posted["traceId"], posted["parentSpanId"]) == (TRACE, SPAN)
        sent, missed = collector.named("send")
        assert "parentSpanId" not in sent and sent["traceId"] != TRACE
        assert missed["attributes"]["chatd.outcome"] == {"stringValue": "not-found"}
        for span in (sent, posted):
            assert collector.below(span) == {"commit", "fan-out"}
        assert collector.below(missed) == set()
        connection = sent["attributes"]["chatd.connection"]["stringValue"]
        assert f"as {connection}" in daemon.log()
        headers, told = collector.got[0]
        assert headers["authorization"] == "Bearer hush"
        resource = {
            each["key"]: each["value"]["stringValue"]
            for each in told["resourceSpans"][0]["resource"]["attributes"]
        }
        assert resource["service.instance.id"] == f"localhost:{daemon.port}"
        for _, each in collector.got:
            assert read(each).resource_spans
            for word in (WORDS, "alice", "tea", tea, "hush"):
                assert word not in json.dumps(each)
        await world.stop()
        page = await deferToThread(metrics, daemon)
        assert f'chatd_trace_spans_total{{outcome="sent"}} {len(collector.spans())}.0' in page
        await deferToThread(daemon.stop)


@pytest_twisted.ensureDeferred
async def test_a_reload_begins_ends_and_changes_it(collector: Collector, tmp_path: Path) -> None:
    with daemon_with(collector, tmp_path, endpoint="") as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        await link.command({"type": "rooms"})
        text = daemon.config.read_text()
        there = {"endpoint": f"{collector.origin}/v1/traces"}
        daemon.config.write_text(with_settings(text, "traces", there))
        await reload(daemon)
        await link.command({"type": "invited"})
        await collector.one("invited")
        assert collector.named("rooms") == []
        (tmp_path / "collector.header").write_text("Authorization: Bearer another\n")
        await reload(daemon)
        await link.command({"type": "rooms"})
        await collector.one("rooms")
        assert collector.got[-1][0]["authorization"] == "Bearer another"
        before = len(collector.spans())
        daemon.config.write_text(text)
        await link.command({"type": "invited"})
        await reload(daemon)
        # What waited is still sent; nothing is recorded any more.
        await collector.until(lambda: len(collector.spans()) > before)
        await link.command({"type": "rooms"})
        await world.stop()
        await deferToThread(daemon.stop)
        assert collector.named("invited")[-1:] == collector.spans()[-1:]
        assert "Bearer" not in daemon.log()


@pytest_twisted.ensureDeferred
async def test_a_collector_that_does_not_answer_keeps_nobody_waiting(
    collector: Collector, tmp_path: Path
) -> None:
    collector.plan = [hangs] * 9
    with daemon_with(collector, tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        tea = await room(link)
        await collector.count(1)
        assert (await say(link, tea, WORDS))["seq"]
        await world.stop()
        began = time.monotonic()
        await deferToThread(daemon.stop)
        assert time.monotonic() - began < 6


async def asked_token(daemon: Daemon) -> str:
    """Of a program of alice's."""
    return str((await asked(daemon, "token_create", name="alice"))["token"])


def metrics(daemon: Daemon) -> str:
    daemon.user("keeper", admin=True)
    keeper = Signed(daemon, Authorization=f"Bearer {daemon.token('keeper')}")
    status, page = keeper.raw("GET", "/metrics")
    assert status == 200
    return page.decode()
