"""The real daemon under something that behaves as systemd does."""

import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon import Daemon, WentWrong, free_port
from tests.systemd.manager import Manager, handing_over


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path)
    yield manager
    manager.close()


def listening(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.bind((host, port))
    opened.listen(100)
    return opened


def healthy(daemon: Daemon, port: int) -> bool:
    """Whether it answers at this port, over TLS and with the right certificate."""
    context = ssl.create_default_context(cafile=str(daemon.ca))
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        wrapped = context.wrap_socket(raw, server_hostname="localhost")
        wrapped.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while data := wrapped.recv(4096):
            answer += data
        wrapped.close()
    return answer.startswith(b"HTTP/1.1 200")


def test_systemd_is_told_when_it_serves_reloads_and_stops(tmp_path: Path, manager: Manager) -> None:
    with Daemon(tmp_path, command=manager.environment()) as daemon:
        manager.until("READY")
        daemon.signal(signal.SIGHUP)
        manager.until("RELOADING")
        manager.until("READY")
    manager.until("STOPPING")


def test_the_status_tells_of_connections(tmp_path: Path, manager: Manager) -> None:
    with Daemon(tmp_path, command=manager.environment(watchdog=0.9)):
        status = manager.until("STATUS")
        assert status.startswith("Serving: 0 connections, 0 rooms in view; chatd ")


def test_signs_of_life_come_while_it_works_and_leave_nothing_behind(
    tmp_path: Path, manager: Manager
) -> None:
    with Daemon(tmp_path, command=manager.environment(watchdog=0.6)) as daemon:
        manager.until("READY")
        for _ in range(8):
            manager.until("WATCHDOG", seconds=3)
        status = daemon.ask("status")
        assert status["opened"] >= 5, "each came in by the front door"
        assert status["connections"] <= 1
        assert daemon.ask("user_list") == []
    assert "refused" not in daemon.log() and "No sign of life" not in daemon.log()


def test_a_stopped_process_gives_no_sign_of_life(tmp_path: Path, manager: Manager) -> None:
    with Daemon(tmp_path, command=manager.environment(watchdog=0.6)) as daemon:
        manager.until("WATCHDOG")
        daemon.signal(signal.SIGSTOP)
        try:
            time.sleep(0.3)
            manager.hear()
            manager.heard.clear()
            with pytest.raises(AssertionError, match="was not said"):
                manager.until("WATCHDOG", seconds=1)
        finally:
            daemon.signal(signal.SIGCONT)
        manager.until("WATCHDOG")


def test_sockets_kept_over_a_restart_let_people_wait_instead_of_refusing_them(
    tmp_path: Path, manager: Manager
) -> None:
    port = free_port()
    with Daemon(tmp_path, port=port, command=manager.environment()) as daemon:
        manager.until("READY")
        assert f"kept.127.0.0.1.{port}" in manager.kept
    # Nobody accepts, and nobody is refused.
    waiting = socket.create_connection(("127.0.0.1", port), timeout=5)
    kept = list(manager.kept.values())
    command = [*manager.environment(), *handing_over(kept, list(manager.kept))]
    numbers = [opened.fileno() for opened in kept]
    with daemon.launched_by(command, numbers):
        context = ssl.create_default_context(cafile=str(daemon.ca))
        context.wrap_socket(waiting, server_hostname="localhost").close()
        assert healthy(daemon, port)


def test_a_kept_socket_that_the_configuration_does_not_name_any_more_is_let_go(
    tmp_path: Path, manager: Manager
) -> None:
    old = listening()
    name = f"kept.127.0.0.1.{old.getsockname()[1]}"
    manager.kept[name] = old
    command = [*manager.environment(), *handing_over([old], [name])]
    with Daemon(tmp_path, command=command, descriptors=[old.fileno()]) as daemon:
        manager.until("READY")
        assert name not in manager.kept
        assert healthy(daemon, daemon.port)


def test_a_socket_unit_takes_the_place_of_the_addresses(tmp_path: Path, manager: Manager) -> None:
    given = listening()
    command = [*manager.environment(0.6), *handing_over([given], ["chatd.socket"])]
    with Daemon(tmp_path, command=command, descriptors=[given.fileno()]) as daemon:
        manager.until("WATCHDOG")
        assert healthy(daemon, given.getsockname()[1])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", daemon.port), timeout=5)
        assert manager.kept == {}
    given.close()


def test_a_socket_unit_with_a_path_is_refused_in_words(tmp_path: Path, manager: Manager) -> None:
    given = socket.socket(socket.AF_UNIX)
    given.bind(str(tmp_path / "chatd.sock"))
    given.listen()
    command = [*manager.environment(), *handing_over([given], ["chatd.socket"])]
    daemon = Daemon(tmp_path / "d", command=command, descriptors=[given.fileno()])
    with pytest.raises(WentWrong):
        daemon.start()
    said = daemon.log()
    assert f"chatd.socket listens on the path {tmp_path / 'chatd.sock'}" in said
    assert "ListenStream=" in said and "Traceback" not in said
    given.close()


def test_a_socket_unit_on_a_public_address_is_judged_as_the_configuration_is(
    tmp_path: Path, manager: Manager
) -> None:
    given = listening(host="0.0.0.0")
    command = [*manager.environment(), *handing_over([given], ["chatd.socket"])]
    daemon = Daemon(
        tmp_path,
        {"server": {"public_url": ""}},
        command=command,
        descriptors=[given.fileno()],
    )
    with pytest.raises(WentWrong):
        daemon.start()
    assert "public_url is missing while chatd listens on 0.0.0.0" in daemon.log()
    given.close()
