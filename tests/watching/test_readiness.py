"""Why the daemon is not ready: each reason by itself, and a real one short of disk or memory."""

import http.client
import signal
import socket
import ssl
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatd.watching.readiness import REASONS, Readiness, resident
from tests.daemon import Daemon, with_settings
from tests.edge.site_rig import handshake


class Asker:
    """Asks /readyz of a daemon on one connection that stays open."""

    def __init__(self, daemon: Daemon, token: str | None = None) -> None:
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        trust = ssl.create_default_context(cafile=str(daemon.ca))
        self._connection = http.client.HTTPSConnection(
            "localhost", daemon.port, timeout=10, context=trust
        )

    def again(self) -> None:
        """The next request opens the connection anew."""
        self._connection.close()

    def ask(self) -> tuple[int, bytes]:
        self._connection.request("GET", "/readyz", headers=self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def watcher(daemon: Daemon) -> Asker:
    daemon.user("watcher", admin=True)
    made = daemon.ask("token_create", name="watcher", scopes=["metrics:read"])
    return Asker(daemon, made["token"])


def readiness(**differs: Any) -> Readiness:
    store: Any = SimpleNamespace(**{"trouble": None, "short_of_disk": None, **differs})
    made = Readiness(
        lambda: store,
        lambda: 1000,
        lambda: int(differs.get("memory", 1000)),
        lambda: differs.get("files"),
    )
    made.phase = differs.get("phase")
    return made


def test_nothing_is_in_the_way_of_one_that_serves() -> None:
    assert readiness().reasons() == {}


@pytest.mark.parametrize(
    ("name", "differs"),
    [
        ("starting", {"phase": "starting"}),
        ("draining", {"phase": "draining"}),
        ("commit", {"trouble": "the store failed and is being reopened"}),
        ("disk", {"short_of_disk": "the disk is nearly full"}),
        ("disk", {"files": "the disk of files is nearly full"}),
        ("memory", {"memory": 1001}),
    ],
)
def test_each_reason_has_its_name(name: str, differs: dict[str, Any]) -> None:
    assert list(readiness(**differs).reasons()) == [name]
    assert name in REASONS


def test_the_memory_of_this_process_is_read() -> None:
    assert 10**7 < resident() < 10**10


def test_a_daemon_short_of_disk_says_so_and_why_to_administrators(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        told = watcher(daemon)
        assert told.ask()[0] == 200
        daemon.stop()
        text = daemon.config.read_text()
        daemon.config.write_text(with_settings(text, "store", {"free_bytes": 2**50}))
        daemon.start()
        told.again()
        status, body = told.ask()
        assert status == 503 and b'"disk":"the disk is nearly full"' in body
        status, body = Asker(daemon).ask()
        assert status == 503 and b'"Not ready."' in body and b"disk" not in body


def test_a_mark_of_memory_holds_from_a_reload_on(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        told = watcher(daemon)
        assert told.ask()[0] == 200
        text = daemon.config.read_text()
        daemon.config.write_text(with_settings(text, "health", {"memory_bytes": 1_000_000}))
        daemon.signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while told.ask()[0] == 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert b"more than 1000000" in told.ask()[1]


def test_a_daemon_that_stops_is_not_ready_while_it_waits_for_its_people(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        told, token = watcher(daemon), daemon.token("alice")
        assert told.ask()[0] == 200
        trust = ssl.create_default_context(cafile=str(daemon.ca))
        opened = socket.create_connection(("localhost", daemon.port))
        with trust.wrap_socket(opened, server_hostname="localhost") as silent:
            # It never joins in the closing handshake, so the stop waits for it.
            host, proof = f"localhost:{daemon.port}", f"Bearer {token}"
            silent.sendall(handshake(Host=host, Authorization=proof))
            assert b"101" in silent.recv(4096)
            daemon.signal(signal.SIGTERM)
            deadline = time.monotonic() + 3
            while (answer := told.ask())[0] == 200:
                assert time.monotonic() < deadline
            assert answer[0] == 503 and b'"draining"' in answer[1]
