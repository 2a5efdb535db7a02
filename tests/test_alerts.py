"""The alerts and the dashboard: every metric exists; an alert is explained, fires and is calm."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import REPOSITORY

ALERTS = REPOSITORY / "conf" / "prometheus-alerts.yml"
DASHBOARD = REPOSITORY / "conf" / "grafana-dashboard.json"
DOCS = REPOSITORY / "docs"
#: Beside ours: what Prometheus and its library for Python tell of every target.
OTHERS = {
    "up",
    "process_open_fds",
    "process_max_fds",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "process_cpu_seconds_total",
}
#: Words of PromQL, labels and their values that look like a metric.
NO_METRIC = re.compile(r'"[^"]*"|\{[^}]*\}|\[[^]]*\]|by \([^)]*\)|on \([^)]*\)')
JOB = 'job="chatd", instance="chat.example.org:443"'

#: For each alert: series that make it fire and such that do not, in promtool's notation, one value
#: a minute, and after how many minutes it is looked at.
CASES: dict[str, tuple[dict[str, str], dict[str, str], int]] = {
    "ChatdDown": ({"up": "0x10"}, {"up": "1 0 1x10"}, 5),
    "ChatdNotReady": ({"chatd_ready": "0x10"}, {"chatd_ready": "0 0 1x10"}, 7),
    "ChatdCannotCommit": ({"chatd_store_trouble": "1x10"}, {"chatd_store_trouble": "0x10"}, 5),
    "ChatdDiskNearlyFull": (
        {'chatd_not_ready{reason="disk"}': "1x10"},
        {'chatd_not_ready{reason="memory"}': "1x10"},
        5,
    ),
    "ChatdMuchMemory": (
        {'chatd_not_ready{reason="memory"}': "1x20"},
        {'chatd_not_ready{reason="memory"}': "1x5 0x15"},
        15,
    ),
    "ChatdMistakes": (
        {'chatd_http_answers_total{status="500"}': "0x5 1x10"},
        {
            'chatd_errors_total{code="internal"}': "3x15",
            'chatd_errors_total{code="gone"}': "0+1x15",
        },
        10,
    ),
    "ChatdEventLoopLate": (
        {
            'chatd_event_loop_lag_seconds_bucket{le="0.25"}': "0+200x20",
            'chatd_event_loop_lag_seconds_bucket{le="1.0"}': "0+240x20",
            'chatd_event_loop_lag_seconds_bucket{le="+Inf"}': "0+240x20",
        },
        {
            'chatd_event_loop_lag_seconds_bucket{le="0.25"}': "0+240x20",
            'chatd_event_loop_lag_seconds_bucket{le="1.0"}': "0+240x20",
            'chatd_event_loop_lag_seconds_bucket{le="+Inf"}': "0+240x20",
        },
        18,
    ),
    "ChatdCommitsSlow": (
        {
            'chatd_commit_seconds_bucket{le="0.25"}': "0+90x20",
            'chatd_commit_seconds_bucket{le="1.0"}': "0+100x20",
            'chatd_commit_seconds_bucket{le="+Inf"}': "0+100x20",
        },
        {
            'chatd_commit_seconds_bucket{le="0.25"}': "0+96x20",
            'chatd_commit_seconds_bucket{le="1.0"}': "0+100x20",
            'chatd_commit_seconds_bucket{le="+Inf"}': "0+100x20",
        },
        18,
    ),
    "ChatdWebhookStuck": (
        {
            'chatd_webhook_failures{follower="messages"}': "5x30",
            'chatd_webhook_behind{follower="messages"}': "7x30",
        },
        {
            'chatd_webhook_failures{follower="messages"}': "5x30",
            'chatd_webhook_behind{follower="away"}': "7x30",
        },
        20,
    ),
    "ChatdPushesFail": (
        {
            'chatd_pushes_total{outcome="failed"}': "0+3x90",
            'chatd_pushes_total{outcome="taken"}': "0+1x90",
        },
        {
            'chatd_pushes_total{outcome="failed"}': "0+1x90",
            'chatd_pushes_total{outcome="taken"}': "0+3x90",
        },
        80,
    ),
    "ChatdCertificateEnds": (
        {"chatd_tls_certificate_expiry_timestamp_seconds": f"{13 * 86400}x90"},
        {"chatd_tls_certificate_expiry_timestamp_seconds": f"{15 * 86400}x90"},
        80,
    ),
    "ChatdCertificateNotRenewed": (
        {"chatd_acme_failures": "3x90"},
        {"chatd_acme_failures": "2x90"},
        80,
    ),
    "ChatdRefusesConnections": (
        {'chatd_refused_total{reason="connections_per_address"}': "0+90x20"},
        {'chatd_refused_total{reason="connections_per_address"}': "0+30x20"},
        18,
    ),
    "ChatdConnectionsLost": (
        {"chatd_connections": "100x10 30x10"},
        {"chatd_connections": "12x10 3x10"},
        15,
    ),
    "ChatdSlowReaders": (
        {"chatd_slow_readers_total": "0+60x30"},
        {"chatd_slow_readers_total": "0+6x30"},
        25,
    ),
    "ChatdFewDescriptors": (
        {"process_open_fds": "900x10", "process_max_fds": "1024x10"},
        {"process_open_fds": "100x10", "process_max_fds": "1024x10"},
        8,
    ),
    "ChatdRestarts": (
        {"process_start_time_seconds": "1x5 2x5 3x5 4x10"},
        {"process_start_time_seconds": "1x5 2x20"},
        20,
    ),
}


def alerts() -> list[str]:
    return re.findall(r"- alert: (\w+)", ALERTS.read_text())


def expressions() -> list[str]:
    """Every expression of the alerts and of the dashboard."""
    rules = ALERTS.read_text()
    found = re.findall(r"expr: (?:>-\n)?(.*?)\n {8}(?:for|labels):", rules, re.DOTALL)
    assert len(found) == len(alerts())
    dashboard = json.loads(DASHBOARD.read_text())
    return found + [
        target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())
    ]


def metrics(expression: str) -> set[str]:
    """The names of series in an expression."""
    return set(re.findall(r"\b(?:chatd|process)_\w+|\bup\b", NO_METRIC.sub(" ", expression)))


def documented() -> set[str]:
    """Every series that docs/metrics.md promises."""
    table = re.findall(r"^\| `(chatd_\w+)` \| (\w+) \|", (DOCS / "metrics.md").read_text(), re.M)
    assert len(table) > 30
    endings = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count")}
    return {name + end for name, kind in table for end in endings.get(kind, ("",))} | OTHERS


def test_every_metric_that_is_asked_for_exists() -> None:
    known = documented()
    for expression in expressions():
        found = metrics(expression)
        assert found, expression
        assert found <= known, expression


def test_a_metric_that_does_not_exist_is_found() -> None:
    assert metrics('rate(chatd_nothing_total{code="chatd_x"}[5m]) > up') == {
        "chatd_nothing_total",
        "up",
    }
    assert "chatd_nothing_total" not in documented()


def test_every_alert_has_a_chapter_and_every_chapter_an_alert() -> None:
    chapters = re.findall(r"^## (\w+)$", (DOCS / "alerts.md").read_text(), re.M)
    assert chapters == alerts()
    named = re.findall(r"runbook: docs/alerts\.md#(\w+)", ALERTS.read_text())
    assert named == [name.lower() for name in alerts()]


def test_the_dashboard_has_no_panel_on_another_and_no_id_twice() -> None:
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))


def test_every_alert_has_its_cases() -> None:
    assert list(CASES) == alerts()


@pytest.mark.promtool
def test_prometheus_understands_the_rules() -> None:
    done = subprocess.run(
        ["promtool", "check", "rules", str(ALERTS)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.promtool
@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_when_it_should_and_only_then(alert: str, tmp_path: Path) -> None:
    loud, calm, minutes = CASES[alert]
    assert fires(alert, loud, minutes, tmp_path)
    assert not fires(alert, calm, minutes, tmp_path)


def fires(alert: str, series: dict[str, str], minutes: int, folder: Path) -> bool:
    """Whether the alert is on after so many minutes; any other answer of promtool is an error."""
    told = [False, True]
    for on in told:
        passed = judged(alert, series, minutes, folder, on)
        if passed:
            return on
    raise AssertionError(f"promtool takes {alert} neither for firing nor for calm")


def judged(alert: str, series: dict[str, str], minutes: int, folder: Path, on: bool) -> bool:
    """What promtool says of the claim that a recording of the alert's state is this."""
    sample = {"labels": f'{{__name__="ALERTS", alertname="{alert}", alertstate="firing"}}'}
    tested = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": labelled(name), "values": values} for name, values in series.items()
                ],
                "promql_expr_test": [
                    {
                        "expr": "max by (__name__, alertname, alertstate)"
                        f' (ALERTS{{alertname="{alert}", alertstate="firing"}})',
                        "eval_time": f"{minutes}m",
                        "exp_samples": [{**sample, "value": 1}] if on else [],
                    }
                ],
            }
        ],
    }
    path = folder / "test.yml"  # JSON is YAML
    path.write_text(json.dumps(tested))
    done = subprocess.run(
        ["promtool", "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert "error" not in done.stderr.lower() or "exp:" in done.stderr, done.stderr
    return done.returncode == 0


def labelled(name: str) -> str:
    """A series with job and instance among its labels."""
    name, brace, rest = name.partition("{")
    return f"{name}{{{JOB}, {rest}" if brace else f"{name}{{{JOB}}}"
