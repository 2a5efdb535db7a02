"""The daemon as its operator meets it: starting, refusing to start, stopping."""

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from chatd.client.connection import trust_root
from chatd.client.http import Api
from chatd.config.reading import load
from chatd.config.settings import Settings
from chatd.edge.build import Edge
from chatd.service import ChatService
from chatd.supervision import Supervision
from tests.daemon import Daemon, WentWrong, free_port
from tests.scenarios.wss import WssWorld


@pytest.fixture
def daemon(tmp_path: Path) -> Daemon:
    return Daemon(tmp_path)


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        (
            {"server": {"public_url": "http://localhost:8443"}},
            "toml:6: `public_url` is 'http://localhost:8443'; right would be https://",
        ),
        ({"server": {"listen": ["0.0.0.0:0"], "public_url": ""}}, "public_url is missing"),
        ({"server": {"origins": ["*"]}}, "wildcard"),
        ({"tls": {"certificate": "", "key": ""}}, "tls.certificate and tls.key are missing"),
        ({"tls": {"certificate": "no.pem"}}, "no.pem"),
        ({"limits": {"json_depth": 1000}}, "`json_depth` is 1000; right would be a number from 3"),
        ({"accounts": {"secret_file": "no.key"}}, "/dev/urandom"),
        ({"server": {"origins": ["https://shop.example.org:99999"]}}, "which is no origin"),
        ({"server": {"control": "x" * 120}}, "the path of a Unix socket has at most 107 bytes"),
        ({"store": {"path": "no/such/folder"}}, "its parent folder is missing"),
    ],
)
def test_a_start_that_cannot_be_right_ends_in_one_sentence(
    tmp_path: Path, sections: dict[str, dict[str, object]], says: str
) -> None:
    daemon = Daemon(tmp_path, sections)
    with pytest.raises(WentWrong):
        daemon.start()
    assert says in daemon.log()
    assert "Traceback" not in daemon.log()


def test_a_start_that_fails_late_ends_the_daemon(daemon: Daemon) -> None:
    # Else it would hold the ports and let everybody wait who connects.
    (daemon.state / "control.sock").mkdir(parents=True)
    with pytest.raises(WentWrong, match="ended instead of serving"):
        daemon.start()
    assert "chatd cannot start" in daemon.log()
    assert daemon.stop() == 1


def test_a_port_that_is_taken_is_named_with_the_fix(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    port = free_port()
    second = Daemon(tmp_path / "b", port=port)
    with Daemon(tmp_path / "a", port=port):
        with pytest.raises(WentWrong):
            second.start()
        assert f"127.0.0.1:{port} is taken by another program" in second.log()
        assert "Traceback" not in second.log()


def test_a_second_daemon_on_the_same_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with Daemon(tmp_path) as first:
        second = Daemon(tmp_path / "b", {"store": {"path": str(first.state)}})
        with pytest.raises(WentWrong):
            second.start()
        assert f"{first.pid}" in second.log()
        assert "Traceback" not in second.log()


def test_a_key_that_others_can_read_is_refused(daemon: Daemon) -> None:
    (daemon.folder / "tls" / "server.key").chmod(0o644)
    with pytest.raises(WentWrong):
        daemon.start()
    assert "chmod 600" in daemon.log()


def test_it_stops_cleanly_and_starts_again_with_everything(daemon: Daemon) -> None:
    with daemon:
        daemon.user("alice")
        daemon.restart()
        assert [row["name"] for row in daemon.ask("user_list")] == ["alice"]
        daemon.stop()
        assert "stopped; everything acknowledged is on disk" in daemon.log()
        assert "Traceback" not in daemon.log()


@pytest_twisted.ensureDeferred
async def test_a_stop_tells_everyone_when_to_come_back(daemon: Daemon) -> None:
    with daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        daemon.signal(15)
        await link.wait(lambda: bool(link.frames))
        bye = link.frames.popleft()
        assert (bye["type"], bye["code"]) == ("bye", 1012)
        assert 0 < bye["retry_after"] <= 10
        daemon.stop()


@pytest_twisted.ensureDeferred
async def test_the_first_administrator_comes_by_the_setup_link_once(daemon: Daemon) -> None:
    with daemon:
        api = Api(reactor, daemon.url, trust_root(daemon.ca))
        link = daemon.ask("setup_link")["link"]
        secret = link.partition("#setup=")[2]
        login = await api.setup(secret, "alice", "a good long password")
        assert login.name == "alice"
        with pytest.raises(Exception, match="invitation|administrator"):
            await api.setup(secret, "bob", "a good long password")
        assert secret not in daemon.log()
        with pytest.raises(WentWrong, match="administrator already"):
            daemon.ask("setup_link")


@pytest_twisted.ensureDeferred
async def test_a_disabled_account_is_out_at_once(daemon: Daemon) -> None:
    with daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 1)
        daemon.ask("user_disable", name="alice")
        await link._lost
        with pytest.raises(Exception, match="401"):
            await world.connect("alice", 1)


def chatctl(daemon: Daemon, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    import sys

    return subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "--config", str(daemon.config), *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_chatctl_works_with_and_without_the_daemon(daemon: Daemon) -> None:
    assert chatctl(daemon, "check").returncode == 0
    made = chatctl(daemon, "user", "add", "alice", "--password", stdin="a good long password\n")
    assert made.returncode == 0, made.stderr
    with daemon:
        listed = chatctl(daemon, "--json", "user", "list")
        assert [row["name"] for row in json.loads(listed.stdout)["done"]] == ["alice"]
        token = chatctl(daemon, "token", "create", "alice", "--label", "bot", "--days", "1")
        assert token.stdout.startswith("chatd_t_")
        assert "bot" in chatctl(daemon, "token", "list", "alice").stdout
        assert "/#invitation=" in chatctl(daemon, "invite").stdout
        again = chatctl(daemon, "user", "add", "alice")
        assert again.returncode == 1
        assert "Traceback" not in again.stderr
        assert chatctl(daemon, "status").stdout.count("\n") >= 5


def test_chatctl_verify_tells_sound_from_damaged_and_waits_for_the_daemon(daemon: Daemon) -> None:
    with daemon:
        daemon.user("alice")
        busy = chatctl(daemon, "verify")
        assert (busy.returncode, "Traceback" in busy.stderr) == (1, False)
        assert str(daemon.pid) in busy.stderr
    assert chatctl(daemon, "verify").stdout.endswith("nothing wrong.\n")
    database = daemon.state / "chatd.db"
    content = bytearray(database.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    database.write_bytes(content)
    damaged = chatctl(daemon, "verify")
    assert damaged.returncode == 1
    assert "restore the last backup" in damaged.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write where others own")
def test_chatctl_as_root_leaves_another_users_store_alone(daemon: Daemon) -> None:
    os.chown(daemon.state, 65534, 65534)
    done = chatctl(daemon, "user", "add", "alice")
    assert done.returncode == 5
    assert "sudo -u nobody chatctl" in done.stderr
    assert not (daemon.state / "chatd.db").exists()


def test_chatctl_names_what_is_wrong(daemon: Daemon) -> None:
    daemon.config.write_text("[server]\nlisten = 1\n")
    done = chatctl(daemon, "check")
    assert done.returncode == 3
    assert ":2: `listen` is 1; right would be a list of texts" in done.stderr
    missing = chatctl(daemon, "token", "create", "nobody")
    assert missing.returncode == 3


@pytest.mark.logs_errors("the stop failed")
@pytest_twisted.ensureDeferred
async def test_a_stop_that_fails_on_the_way_still_stops_the_store(tmp_path: Path) -> None:
    stopped = []

    class Stuck:
        def stopListening(self) -> None:
            raise OSError("boom")

    class Parts:
        async def stop(self) -> None:
            stopped.append("store")

    service = ChatService(reactor, Settings(), tmp_path / "chatd.toml", Supervision())
    service._ports = [Stuck()]  # type: ignore[list-item]
    service.parts = Parts()  # type: ignore[assignment]
    await service.stopService()
    assert stopped == ["store"]


@pytest.mark.parametrize("step", ["the log is asked", "blocks are asked for"])
@pytest_twisted.ensureDeferred
async def test_a_stop_while_it_starts_opens_nothing_and_leaves_nothing(
    daemon: Daemon, step: str
) -> None:
    reached: Deferred[None] = Deferred()
    go_on: Deferred[None] = Deferred()

    async def waits(answer: Any) -> Any:
        reached.callback(None)
        await go_on
        return await answer

    class Starting(ChatService):
        def startService(self) -> None:
            super().startService()
            if step == "the log is asked":
                asked = self.parts.store.position
                self.parts.store.position = lambda: waits(asked())  # type: ignore

        def _site(self) -> Edge:
            edge = super()._site()
            if step == "blocks are asked for":
                asked = edge.blocking.refresh
                edge.blocking.refresh = lambda: waits(asked())  # type: ignore
            return edge

    service = Starting(reactor, load(daemon.config), daemon.config, Supervision())
    service.privilegedStartService()
    service.startService()
    await reached
    stopping = service.stopService()
    go_on.callback(None)
    await stopping
    assert not (daemon.state / "control.sock").exists()
    assert service.readiness.phase == "draining"
    with socket.create_server(("127.0.0.1", daemon.port)):
        pass
