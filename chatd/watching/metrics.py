"""The daemon's meters as Prometheus reads them: names, units and help.

Counters that alerts use are there from the start, as 0: otherwise the first one is no increase.
Nothing is counted here: each family reads its numbers where they are kept, when asked. Names follow
https://prometheus.io/docs/practices/naming/; labels have few values, and none that people choose.
docs/metrics.md has the table of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from chatd import __version__
from chatd.chores.renewal import Renewal
from chatd.core.codes import Code
from chatd.core.meters import Histogram, Meters
from chatd.edge.build import Edge
from chatd.edge.door_shared import Door
from chatd.edge.tls import Certificates
from chatd.fanout.node import Node
from chatd.hooks.otlp.sender import Counters
from chatd.hooks.push.push import Push
from chatd.hooks.webhook import Webhook
from chatd.store.store import SqliteStore
from chatd.watching.lag import Lag
from chatd.watching.readiness import REASONS

NO_LABELS: Final[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """What is read. ``not_ready``: why the daemon cannot serve, by name; see `readiness`."""

    edge: Edge
    door: Door
    node: Node
    store: SqliteStore
    meters: Meters
    lag: Lag
    webhook: Webhook
    push: Push | None
    certificates: Certificates | None
    renewal: Renewal
    not_ready: Callable[[], Mapping[str, str]]
    traces: Counters


class Metrics:
    """The page /metrics of one daemon."""

    def __init__(self, sources: Sources) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(DaemonCollector(sources))
        ProcessCollector(registry=self._registry)
        _Collections(registry=self._registry)

    def page(self, accept: str) -> tuple[bytes, str]:
        """The body and its type: OpenMetrics if the Accept header wants it, otherwise the text
        format that everything reads."""
        encode, type_ = choose_encoder(accept)
        return encode(self._registry), type_


class _Collections(GCCollector):
    """Python's garbage collections. Uncollectable objects are left out: since Python 3.4 there are
    none (PEP 442)."""

    def collect(self) -> Iterable[Metric]:
        return [one for one in super().collect() if "uncollectable" not in one.name]


class DaemonCollector(Collector):
    def __init__(self, sources: Sources) -> None:
        self._from = sources

    def describe(self) -> Iterable[Metric]:
        return ()  # asked for at registration, before there is anything to report

    def collect(self) -> Iterator[Metric]:
        yield gauge("chatd_info", "The version that runs.", {(__version__,): 1}, ["version"])
        reasons = self._from.not_ready()
        yield gauge(
            "chatd_ready", "1 where the daemon can serve, as /readyz says.", int(not reasons)
        )
        yield gauge(
            "chatd_not_ready",
            "1 for each reason why not (starting, draining, commit, disk, memory).",
            {(name,): int(name in reasons) for name in REASONS},
            ["reason"],
        )
        yield from self._connections()
        yield from self._door()
        yield from self._commands()
        yield from self._store()
        yield from self._files()
        yield from self._fanout()
        yield from self._followers()
        yield histogram(
            "chatd_event_loop_lag_seconds",
            "How late the event loop was, looked at four times a second.",
            {(): self._from.lag.seconds},
        )

    def _connections(self) -> Iterator[Metric]:
        connections, meters = self._from.edge.connections, self._from.meters
        yield gauge("chatd_connections", "WebSockets that are open.", len(connections))
        yield counter("chatd_connections_opened", "WebSockets opened.", connections.opened)
        yield counter(
            "chatd_connections_closed",
            "WebSockets closed, by who closed (server, client, network) and close code; 4999 stands"
            " for any other code of a client's.",
            {(who, str(code)): count for (who, code), count in connections.closed.items()},
            ["by", "code"],
        )
        yield counter(
            "chatd_resumes",
            "Connections that came back for their rooms: continued (all that was missed in one"
            " answer), paged (too much for one), anew (no cursor of this log).",
            _single(meters.resumes),
            ["outcome"],
        )
        yield gauge("chatd_queued_bytes", "Bytes that wait for slow readers.", meters.queued_bytes)
        yield counter("chatd_slow_readers", "Readers whose queue was dropped.", meters.slow_readers)

    def _door(self) -> Iterator[Metric]:
        counters, site = self._from.door.counters, self._from.edge.site
        yield counter("chatd_accepted", "TCP connections accepted.", counters.accepted)
        yield counter(
            "chatd_refused",
            "TCP connections refused before anything was read, by reason.",
            _single(counters.refused),
            ["reason"],
        )
        full = counters.handshakes - counters.resumed
        yield counter(
            "chatd_tls_handshakes",
            "TLS handshakes that succeeded, by kind (full, resumed).",
            {("full",): full, ("resumed",): counters.resumed},
            ["kind"],
        )
        yield counter(
            "chatd_tls_handshake_failures",
            "TLS handshakes that failed.",
            counters.handshake_failures,
        )
        if self._from.certificates is not None:
            yield gauge(
                "chatd_tls_certificate_expiry_timestamp_seconds",
                "When the server's certificate ends, Unix time.",
                self._from.certificates.until.timestamp(),
            )
        keeper = self._from.renewal.keeper
        yield gauge(
            "chatd_acme_failures",
            "Tries in a row that brought no certificate by ACME.",
            0 if keeper is None else keeper.failures,
        )
        yield counter(
            "chatd_http_answers",
            "Answers over HTTP, among them refused requests for a WebSocket, by status.",
            {(str(status),): count for status, count in {500: 0, **site.answered}.items()},
            ["status"],
        )

    def _commands(self) -> Iterator[Metric]:
        meters = self._from.meters
        by_type = SummaryMetricFamily(
            "chatd_command_seconds",
            "Commands answered over WebSockets, by type: from their turn to their answer.",
            labels=["type"],
        )
        for type_, timed in meters.commands.items():
            by_type.add_metric([type_], timed.count, timed.seconds)
        yield by_type
        yield histogram(
            "chatd_command_kind_seconds",
            "The same, by kind (write, read, passing).",
            _single(meters.kinds),
            ["kind"],
        )
        yield counter(
            "chatd_errors",
            "Error frames, by code. internal is a mistake of ours: the log has its reference.",
            _single({Code.INTERNAL.value: 0, **meters.errors}),
            ["code"],
        )

    def _store(self) -> Iterator[Metric]:
        store = self._from.store
        done, _ = store.progress
        yield counter("chatd_units", "Units of work handed to the store and answered.", done)
        yield histogram(
            "chatd_commit_seconds",
            "Time of a commit: until it is on disk.",
            {(): store.commits.seconds},
        )
        yield histogram(
            "chatd_commit_units",
            "Units of work that one commit held.",
            {(): store.commits.units},
        )
        trouble = int(store.trouble is not None)
        yield gauge("chatd_store_trouble", "1 while nothing can be committed.", trouble)

    def _files(self) -> Iterator[Metric]:
        if (files := self._from.edge.files) is None:
            return
        yield counter(
            "chatd_file_uploads",
            "Files that somebody began to bring, by outcome (stored, failed: refused, which"
            " chatd_http_answers has by status, or lost on the way).",
            _single({"stored": files.uploads.stored, "failed": files.uploads.failed}),
            ["outcome"],
        )
        yield counter("chatd_file_upload_bytes", "Bytes of files stored.", files.uploads.bytes)

    def _fanout(self) -> Iterator[Metric]:
        node = self._from.node
        books = node.hub.books
        yield gauge("chatd_log_position", "The last event that was handed out.", node.hub.position)
        yield counter("chatd_fanout_writes", "Writes to connections.", node.hub.turn.writes)
        rooms = sum(1 for channel in books.channels.values() if channel.open)
        yield gauge("chatd_rooms_open", "Rooms that somebody has open.", rooms)
        yield gauge("chatd_people_connected", "People with a connection.", len(books.people))
        yield counter("chatd_gap_pages", "Pages of the log read to fill gaps.", node.pages)
        yield counter("chatd_gap_failures", "Reads of the log that failed.", node.failed)
        yield counter("chatd_bus_poisoned", "Packets of the bus that made no sense.", node.poisoned)

    def _followers(self) -> Iterator[Metric]:
        lanes = {lane["follower"].rpartition(":")[2]: lane for lane in self._from.webhook.status()}
        yield gauge(
            "chatd_webhook_behind",
            "Events that the webhook has yet to take, by what it tells of (messages, away).",
            {(name,): lane["behind"] for name, lane in lanes.items()},
            ["follower"],
        )
        yield gauge(
            "chatd_webhook_failures",
            "Tries in a row that the webhook's receiver did not take.",
            {(name,): lane["failures"] for name, lane in lanes.items()},
            ["follower"],
        )
        traces = self._from.traces
        yield counter(
            "chatd_trace_spans",
            "Spans of traces: sent, refused by the collector, dropped since it took none.",
            {
                ("sent",): traces.sent,
                ("refused",): traces.refused,
                ("dropped",): traces.dropped,
            },
            ["outcome"],
        )
        if self._from.push is None:
            return
        sender = self._from.push.sender
        yield counter(
            "chatd_pushes",
            "Web Push messages: taken by the push service, tries that failed, given up.",
            {
                ("taken",): sender.taken,
                ("failed",): sender.failed,
                ("skipped",): sender.skipped,
            },
            ["outcome"],
        )
        yield counter("chatd_push_gone", "Browsers that are pushed to no more.", sender.gone)


T = TypeVar("T")
Labelled = Mapping[tuple[str, ...], float]


def _single(by_name: Mapping[str, T]) -> dict[tuple[str, ...], T]:
    return {(name,): value for name, value in by_name.items()}


def gauge(
    name: str, about: str, value: float | Labelled, labels: Sequence[str] = NO_LABELS
) -> Metric:
    return _filled(GaugeMetricFamily(name, about, labels=labels), value)


def counter(
    name: str, about: str, value: float | Labelled, labels: Sequence[str] = NO_LABELS
) -> Metric:
    """Its samples are called ``name``_total."""
    return _filled(CounterMetricFamily(name, about, labels=labels), value)


def histogram(
    name: str,
    about: str,
    values: Mapping[tuple[str, ...], Histogram],
    labels: Sequence[str] = NO_LABELS,
) -> Metric:
    family = HistogramMetricFamily(name, about, labels=labels)
    for words, each in values.items():
        buckets, so_far = [], 0
        for bound, count in zip((*each.bounds, float("inf")), each.counts, strict=True):
            so_far += count
            buckets.append(("+Inf" if bound == float("inf") else str(bound), so_far))
        family.add_metric(words, buckets, each.sum)
    return family


def _filled(family: GaugeMetricFamily | CounterMetricFamily, value: float | Labelled) -> Metric:
    if isinstance(value, Mapping):
        for words, each in value.items():
            family.add_metric(words, each)
    else:
        family.add_metric([], value)
    return family
