"""A real Prometheus, set up as docs/metrics.md says, sees the daemon, and its alerts fire."""

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.daemon import REPOSITORY, Daemon, free_port

pytestmark = pytest.mark.promtool

PATIENCE = 20
#: What stands in the documents for the operator's own.
TARGET, TOKEN_FILE = "chat.example.org:443", "/etc/prometheus/chatd.token"


class Prometheus:
    def __init__(self, folder: Path, daemon: Daemon) -> None:
        folder.mkdir()
        token = folder / "token"
        made = daemon.ask("token_create", name="root", scopes=["metrics:read"])
        token.write_text(made["token"])
        page = (REPOSITORY / "docs" / "metrics.md").read_text("utf-8")
        [block] = re.findall(r"```yaml\n(scrape_configs:.*?)```", page, re.DOTALL)
        assert TARGET in block and TOKEN_FILE in block
        block = block.replace(TARGET, f"localhost:{daemon.port}").replace(TOKEN_FILE, str(token))
        # Of this machine alone: the daemon's own authority. Two minutes pass in a second.
        block = block.replace(
            "    scheme: https\n", f"    scheme: https\n    tls_config: {{ca_file: {daemon.ca}}}\n"
        )
        rules = (REPOSITORY / "conf" / "prometheus-alerts.yml").read_text("utf-8")
        (folder / "alerts.yml").write_text(re.sub(r"for: \w+", "for: 1s", rules))
        (folder / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
            f"rule_files: [alerts.yml]\n{block}"
        )
        self.url = f"http://127.0.0.1:{free_port()}"
        self._process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={self.url.removeprefix('http://')}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "log").open("w"),
        )

    def found(self, query: str) -> list[dict[str, Any]]:
        asked = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                told = json.load(answer)
        except OSError:
            return []
        return list(told["data"]["result"])

    def until(self, query: str) -> dict[str, Any]:
        """The one series that answers it."""
        deadline = time.monotonic() + PATIENCE
        while not (found := self.found(query)):
            assert self._process.poll() is None, "Prometheus ended"
            assert time.monotonic() < deadline, f"nothing answers {query}"
            time.sleep(0.2)
        [one] = found
        return one

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with Daemon(tmp_path / "server") as daemon:
        daemon.user("root", admin=True)
        yield daemon


@pytest.fixture
def prometheus(tmp_path: Path, daemon: Daemon) -> Iterator[Prometheus]:
    prometheus = Prometheus(tmp_path / "prometheus", daemon)
    yield prometheus
    prometheus.close()


def test_it_scrapes_the_daemon_and_tells_when_it_is_gone(
    daemon: Daemon, prometheus: Prometheus
) -> None:
    prometheus.until('up{job="chatd"} == 1')
    assert prometheus.until("chatd_ready")["value"][1] == "1"
    assert prometheus.until("chatd_connections")["value"][1] == "0"
    assert prometheus.found("ALERTS") == [], "a healthy server alerts nobody"
    daemon.kill()
    firing = prometheus.until('ALERTS{alertname="ChatdDown", alertstate="firing"}')
    assert firing["metric"]["severity"] == "critical"
