"""/metrics of the real daemon: who may read it, what it says, and how much."""

import ssl
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_twisted
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families as plain_text
from prometheus_client.samples import Sample
from twisted.internet.threads import deferToThread

from chatd import features
from chatd.core.codes import Close, Code
from chatd.core.meters import Commits, Meters, Uploads
from chatd.edge.connections import Connections
from chatd.edge.door_budget import Places
from chatd.edge.door_shared import DoorCounters
from chatd.fanout.books import Books
from chatd.hooks.otlp.sender import Counters as TraceCounters
from chatd.watching.lag import Lag
from chatd.watching.metrics import Metrics, Sources
from tests.daemon import REPOSITORY, Daemon
from tests.fakes.clock import FakeClock
from tests.scenarios.wss import WssWorld

DOCS = REPOSITORY / "docs" / "metrics.md"
#: A page may have so many lines at the most, whatever is connected.
MOST_SERIES = 400
KEYS = [f"key-{number:022}" for number in range(2)]


class Scraper:
    """Asks as Prometheus does."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._trust = ssl.create_default_context(cafile=str(daemon.ca))
        self.type = ""

    def get(self, token: str | None, accept: str = "") -> str:
        headers = {"Accept": accept} if accept else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        asked = urllib.request.Request(self._daemon.url + "/metrics", headers=headers)
        with urllib.request.urlopen(asked, context=self._trust, timeout=10) as answer:
            self.type = answer.headers["Content-Type"]
            return str(answer.read().decode())

    def refused(self, token: str | None) -> int:
        with pytest.raises(urllib.error.HTTPError) as refused:
            self.get(token)
        refused.value.close()
        return refused.value.code


def metrics_token(daemon: Daemon, name: str, admin: bool = True) -> str:
    daemon.user(name, admin=admin)
    return str(daemon.ask("token_create", name=name, scopes=["metrics:read"])["token"])


def samples(text: str) -> Iterator[Sample]:
    for family in plain_text(text):
        yield from family.samples


def value(text: str, name: str, **labels: str) -> float:
    found = [each.value for each in samples(text) if each.name == name and each.labels == labels]
    assert len(found) == 1, f"{name} {labels}: {found}"
    return float(found[0])


def test_only_an_administrators_token_with_the_scope_reads_the_metrics(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        scraper = Scraper(daemon)
        good = metrics_token(daemon, "prometheus")
        assert value(scraper.get(good), "chatd_ready") == 1
        assert scraper.refused(None) == 401
        assert scraper.refused("chatd_pat_nothing") == 401
        assert scraper.refused(metrics_token(daemon, "mallory", admin=False)) == 403
        other = daemon.ask("token_create", name="prometheus", scopes=["chat"])["token"]
        assert scraper.refused(other) == 403


@pytest_twisted.ensureDeferred
async def test_what_people_do_shows_in_the_metrics(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        token, scraper = metrics_token(daemon, "prometheus"), Scraper(daemon)
        world = WssWorld(daemon)
        await world.person("alice")
        alice = await world.connect("alice", 0)
        asked = {"type": "create_room", "name": "Tea", "key": KEYS[0]}
        room = (await alice.command(asked))["room"]
        await alice.command({"type": "open", "room": room})
        await alice.command({"type": "send", "room": room, "text": "a secret word", "key": KEYS[1]})
        await alice.command({"type": "open", "room": "r_nothing"})
        text = await deferToThread(scraper.get, token)
        await world.stop()
        after = await deferToThread(scraper.get, token)
    assert value(text, "chatd_connections") == 1
    assert value(text, "chatd_rooms_open") == 1
    assert value(text, "chatd_command_seconds_count", type="send") == 1
    assert value(text, "chatd_command_kind_seconds_count", kind="write") == 2
    assert value(text, "chatd_errors_total", code="not-found") == 1
    assert value(text, "chatd_commit_seconds_count") >= 2
    assert value(text, "chatd_tls_handshakes_total", kind="full") >= 1
    assert value(text, "chatd_fanout_writes_total") >= 1
    assert value(after, "chatd_connections") == 0
    assert sum(each.value for each in samples(after) if "connections_closed" in each.name) == 1
    assert "secret" not in text
    assert "alice" not in text


def everything() -> Sources:
    """Every label that there can be has been counted."""
    meters, site, door = Meters(), SimpleNamespace(answered=Counter()), DoorCounters()
    for feature in features.ALL:
        for row in feature.rows:
            meters.command(str(row.command.__struct_config__.tag), row.kind, 0.001)
    for code in Code:
        meters.error(code)
    connections = Connections(1)
    for close in range(5000):
        for closer in ("client", "network"):
            connections.count_closed(closer, close)
    for ours in Close:
        connections.count_closed("server", ours)
    for status in (200, 201, 204, 304, *range(400, 432), *range(500, 512)):
        site.answered[status] = 1
    for reason in (*Places.__dataclass_fields__, "proxy_header", "descriptors"):
        door.refuse(reason)
    none = SimpleNamespace(pages=0, failed=0, poisoned=0)
    hub = SimpleNamespace(position=1, turn=SimpleNamespace(writes=0), books=Books(0))
    lanes = [{"follower": f"webhook:{each}", "behind": 0, "failures": 0} for each in "ma"]
    sender = SimpleNamespace(taken=0, failed=0, skipped=0, gone=0)
    store = SimpleNamespace(progress=(0, False), trouble=None, commits=Commits())
    clock = FakeClock()
    made = {
        "edge": SimpleNamespace(
            connections=connections, site=site, files=SimpleNamespace(uploads=Uploads())
        ),
        "door": SimpleNamespace(counters=door),
        "node": SimpleNamespace(**vars(none), hub=hub),
        "store": store,
        "meters": meters,
        "lag": Lag(clock, clock),
        "webhook": SimpleNamespace(status=lambda: lanes),
        "push": SimpleNamespace(sender=sender),
        "certificates": SimpleNamespace(until=datetime.now(UTC)),
        "renewal": SimpleNamespace(keeper=None),
        "not_ready": dict,
        "traces": TraceCounters(),
    }
    return Sources(**made)


def test_a_page_on_which_everything_was_counted_is_still_short() -> None:
    text, _ = Metrics(everything()).page("")
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    assert len(lines) <= MOST_SERIES


def test_tries_that_brought_no_certificate_are_counted() -> None:
    sources = replace(everything(), renewal=SimpleNamespace(keeper=SimpleNamespace(failures=3)))
    assert "\nchatd_acme_failures 3.0\n" in Metrics(sources).page("")[0].decode()
    assert "\nchatd_acme_failures 0.0\n" in Metrics(everything()).page("")[0].decode()


def test_both_formats_are_read_by_their_parsers(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        token, scraper = metrics_token(daemon, "prometheus"), Scraper(daemon)
        plain = {family.name for family in plain_text(scraper.get(token))}
        assert scraper.type.startswith("text/plain")
        opened = scraper.get(token, "application/openmetrics-text; version=1.0.0")
        assert scraper.type.startswith("application/openmetrics-text")
        assert {family.name for family in open_metrics(opened)} == plain


def test_the_documentation_has_every_metric_and_no_other(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        text = Scraper(daemon).get(metrics_token(daemon, "prometheus"))
    told = []
    for family in plain_text(text):
        if family.name.startswith("chatd_"):
            name = family.name + ("_total" if family.type == "counter" else "")
            told.append(f"| `{name}` | {family.type} | {family.documentation} |")
    documented = [line for line in DOCS.read_text().splitlines() if line.startswith("| `chatd_")]
    assert documented == told, "docs/metrics.md should have:\n" + "\n".join(told)
