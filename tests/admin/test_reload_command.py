"""`chatctl reload`: what changed or would change, setting by setting, and never a secret."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatd.admin import local_ca
from tests.admin.commands import At
from tests.daemon import Daemon, with_settings

HOOK = "https://hooks.example.org/services/T000/B000/in-the-address"
WHSEC = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5"


class Server:
    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.at = At(daemon.config)
        self.text = daemon.config.read_text("utf-8")

    def write(self, section: str, **values: object) -> None:
        text = self.daemon.config.read_text("utf-8")
        self.daemon.config.write_text(with_settings(text, section, values), "utf-8")

    def changes(self, *words: str) -> dict[str, bool]:
        """What is told, each with whether a reload is enough."""
        done = self.at.json("reload", *words).done
        return {each["setting"]: each["reload"] for each in done["changes"]}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("server")) as daemon:
        yield daemon


@pytest.fixture
def server(daemon: Daemon) -> Iterator[Server]:
    """As it was at the start, and is again afterwards."""
    made = Server(daemon)
    yield made
    daemon.config.write_text(made.text, "utf-8")
    assert made.at("reload").code == 0


def test_nothing_new_is_said_to_be_nothing(server: Server) -> None:
    assert "would change nothing" in server.at("reload", "--dry-run").out
    assert "nothing is another" in server.at("reload").out


def test_a_dry_run_tells_and_a_reload_does(server: Server) -> None:
    server.write("limits", rooms_open=7)
    server.write("server", name="Tea")
    before = server.daemon.log().count("reloaded: ")
    told = server.at("reload", "--dry-run").out
    assert "A reload would change:" in told and "limits.rooms_open 100 -> 7" in told
    assert "A start would change (systemctl restart chatd):" in told
    assert 'server.name  "chatd" -> "Tea"' in told
    both = {"limits.rooms_open": True, "server.name": False}
    assert server.changes("--dry-run") == both
    assert server.daemon.log().count("reloaded: ") == before
    assert server.changes() == both
    assert server.daemon.log().count("reloaded: ") == before + 1
    assert server.changes("--dry-run") == {"server.name": False}, "it waits for the start"


def test_a_provider_that_comes_and_goes(server: Server) -> None:
    section = '\n[provider.tea]\nissuer = "https://id.example.org"\nclient_id = "chatd"\n'
    server.daemon.config.write_text(server.text + section, "utf-8")
    assert '(none) -> "https://id.example.org"' in server.at("reload").out
    server.daemon.config.write_text(server.text + section + "create_users = true\n", "utf-8")
    assert server.changes() == {"provider.tea.create_users": True}
    server.daemon.config.write_text(server.text, "utf-8")
    assert '"https://id.example.org" -> (none)' in server.at("reload").out


def test_no_secret_is_shown_nor_what_may_hold_one(server: Server) -> None:
    secret = server.daemon.folder / "secrets" / "hook"
    secret.touch(0o600)
    secret.write_text(WHSEC)
    server.write("webhook", url=HOOK, secret_file=str(secret))
    for words in (("reload", "--dry-run"), ("--json", "reload", "--dry-run")):
        said = server.at(*words)
        assert said.code == 0 and "webhook.url" in said.out
        assert "in-the-address" not in said.out and "whsec" not in said.out
    assert "is another (not shown)" in server.at("reload", "--dry-run").out


def test_a_renewed_certificate_is_told_by_its_file(server: Server) -> None:
    tls = server.daemon.folder / "tls"
    (tls / "server.pem").unlink()
    (tls / "server.key").unlink()
    local_ca.ensure(tls, ["localhost"], datetime.now(UTC))
    told = {"tls.certificate": True, "tls.key": True}
    assert server.changes("--dry-run") == told
    assert server.changes() == told
    assert server.changes("--dry-run") == {}


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        ("limits", {"rooms_open": 0}, "right would be a number from 1"),
        ("server", {"proxies": ["0.0.0.0/0"]}, "everybody could then claim any address"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_why(
    server: Server, section: str, values: dict[str, object], words: str
) -> None:
    server.write("page", name="Tea House")
    server.write(section, **values)
    refused(server, words)
    server.daemon.config.write_text(server.text, "utf-8")
    server.write("page", name="Tea House")
    assert server.changes("--dry-run") == {"page.name": True}, "nothing of it was taken over"


def test_a_wrong_key_changes_nothing_and_says_why(server: Server) -> None:
    server.write("page", name="Tea House")
    key = server.daemon.folder / "tls" / "server.key"
    right = key.read_bytes()
    key.write_bytes(b"no key at all")
    try:
        refused(server, f"The private key {key} is no readable PEM key")
    finally:
        key.write_bytes(right)
    assert server.changes("--dry-run") == {"page.name": True}


def test_a_wrong_setting_keeps_nobody_from_the_daemon_that_runs(server: Server) -> None:
    server.write("limits", rooms_open=0)
    assert server.at("status").code == 0
    assert server.at("user", "list").code == 0
    assert server.at("check").code == 3
    server.daemon.config.write_text("[server\n", "utf-8")
    assert server.at("status").code == 3, "nothing tells where the socket is"


def refused(server: Server, words: str) -> None:
    for line in (("reload", "--dry-run"), ("reload",)):
        said = server.at(*line)
        assert said.code == 3 and said.out == "" and words in said.err
    assert server.at.json("reload").refused["code"] == "configuration"


def test_without_a_daemon_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    stopped = Daemon(tmp_path)
    said = At(stopped.config)("reload", "--dry-run")
    assert said.code == 4 and "the daemon is not running" in said.err
