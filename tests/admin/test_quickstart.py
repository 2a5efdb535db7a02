"""`chatctl quickstart`: made once, kept for ever, and a sentence for whatever is in the way."""

import socket
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatd.admin.banner import banner
from chatd.admin.main import main
from chatd.admin.quickstart import Quickstart, QuickstartError, quickstart, render, shown
from chatd.config.reading import load
from chatd.config.safety import unsafe

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def start(folder: Path, port: int | None = None, now: datetime = NOW) -> Quickstart:
    return quickstart(folder, port, now=now, names=["localhost", "tea.example"])


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def server(made: Quickstart) -> dict[str, object]:
    return tomllib.loads(made.config.read_text())["server"]


def test_the_first_run_makes_folder_configuration_and_certificate(tmp_path, port):
    made = start(tmp_path / "var", port)
    assert sorted(files(tmp_path / "var")) == [
        "chatd.toml",
        "secrets/server.key",
        "tls/ca.key",
        "tls/ca.pem",
        "tls/server.key",
        "tls/server.pem",
    ]
    assert len(made.notes) == 2


def test_everything_in_the_folder_is_private(tmp_path, port):
    start(tmp_path / "var", port)
    folders = [tmp_path / "var", *(path for path in (tmp_path / "var").iterdir() if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert (tmp_path / "var/chatd.toml").stat().st_mode & 0o777 == 0o600


def test_the_second_run_changes_and_says_nothing(tmp_path, port):
    start(tmp_path, port)
    before = files(tmp_path)
    assert start(tmp_path).notes == ()
    assert start(tmp_path, port).notes == ()
    assert files(tmp_path) == before


def test_what_the_operator_wrote_into_the_configuration_stays(tmp_path, port):
    made = start(tmp_path, port)
    text = made.config.read_text() + '\n[rooms]\nwelcome = "tea"\n'
    made.config.write_text(text)
    start(tmp_path)
    assert made.config.read_text() == text


def test_the_daemon_reads_the_configuration_and_finds_it_safe(tmp_path, port):
    settings = load(start(tmp_path, port).config)
    assert unsafe(settings) == []
    named = [settings.tls.certificate, settings.tls.key, settings.store.path]
    assert all(Path(name).is_relative_to(tmp_path) for name in named)


def test_every_folder_gets_a_secret_of_its_own(tmp_path, port):
    for name in ("one", "two"):
        start(tmp_path / name, port)
    read = {(tmp_path / name / "secrets/server.key").read_bytes() for name in ("one", "two")}
    assert len(read) == 2


def test_it_listens_on_loopback_only(tmp_path, port):
    listen = server(start(tmp_path, port))["listen"]
    assert f"127.0.0.1:{port}" in listen
    assert set(listen) <= {f"127.0.0.1:{port}", f"[::1]:{port}"}


def test_the_port_is_8443_unless_said_otherwise():
    assert tomllib.loads(render(8443))["server"]["public_url"] == "https://localhost:8443"


def test_another_port_moves_addresses_and_url_and_nothing_else(tmp_path, port):
    made = start(tmp_path, port)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        other = probe.getsockname()[1]
    before = made.config.read_text()
    moved = start(tmp_path, other)
    assert moved.config.read_text() == before.replace(f":{port}", f":{other}")
    assert len(moved.notes) == 1


def test_addresses_of_the_operators_own_are_not_rewritten(tmp_path, port):
    made = start(tmp_path, port)
    text = made.config.read_text().replace('"127.0.0.1:', '"192.0.2.7:')
    made.config.write_text(text)
    with pytest.raises(QuickstartError, match="change the port there"):
        start(tmp_path, port + 1)
    assert made.config.read_text() == text


def test_a_taken_port_is_one_sentence_with_the_fix_and_is_not_written_down(tmp_path, taken_port):
    with pytest.raises(QuickstartError, match=f"port {taken_port} is taken.*PORT=9443"):
        start(tmp_path, taken_port)
    assert not (tmp_path / "chatd.toml").exists()


@pytest.mark.parametrize(
    "text", ["", "server = 1", "[server]\nlisten = 5", '[server]\nlisten = "x"\npublic_url = []']
)
def test_what_the_daemon_will_object_to_is_left_for_it_to_say(tmp_path, port, text):
    made = start(tmp_path, port)
    made.config.write_text(text)
    assert start(tmp_path).notes == ()
    assert made.config.read_text() == text


def test_a_number_that_is_no_port_is_refused(tmp_path):
    for number in (0, -1, 65536):
        with pytest.raises(QuickstartError, match="1 to 65535"):
            start(tmp_path, number)


def test_a_configuration_that_is_not_toml_is_said_with_its_line(tmp_path, port):
    made = start(tmp_path, port)
    made.config.write_text("[server]\nlisten = \n")
    with pytest.raises(QuickstartError, match="line 2"):
        start(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, port):
    (tmp_path / "file").write_text("")
    with pytest.raises(QuickstartError, match="must be yours to write"):
        start(tmp_path / "file" / "var", port)


def test_a_renewed_certificate_is_said(tmp_path, port):
    start(tmp_path, port)
    notes = start(tmp_path, now=NOW + timedelta(days=380)).notes
    assert [note.split()[0] for note in notes] == ["Renewed"]


def test_the_command_says_what_it_made_and_then_keeps_quiet(tmp_path, port, capsys):
    assert main(["quickstart", str(tmp_path), "--port", str(port)]) == 0
    assert capsys.readouterr().err.count("chatd: ") == 2
    assert main(["quickstart", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("", "")


def test_the_command_fails_with_one_line(tmp_path, taken_port, capsys):
    assert main(["quickstart", str(tmp_path), "--port", str(taken_port)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert [line[:9] for line in said.err.splitlines()][-1] == "chatctl: "


def test_paths_are_shown_as_one_types_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "var" / "chatd.toml") == "var/chatd.toml"
    assert shown(Path("/elsewhere/ca.pem")) == "/elsewhere/ca.pem"


def lines(first_administrator: str | None, has_administrator: bool = True) -> list[str]:
    folder = Path("/srv/chatd")
    return banner(
        public_url="https://localhost:8443",
        config=folder / "chatd.toml",
        state=folder / "state",
        authority=folder / "ca.pem",
        first_administrator=first_administrator,
        has_administrator=has_administrator,
    ).splitlines()


def test_the_banner_fits_a_terminal_with_the_link_on_a_line_of_its_own():
    link = "https://localhost:8443/#begin=secret"
    said = lines(link)
    assert len([line for line in said if line]) <= 12
    assert [line for line in said if len(line) > 80 and link not in line] == []
    assert [line.split()[-1] for line in said if "secret" in line] == [link]


def test_the_banner_names_no_link_when_there_is_an_administrator():
    said = "\n".join(lines(None))
    assert "administrator" not in said
    assert "wss://localhost:8443/ws" in said


def test_without_link_and_administrator_the_banner_says_how_to_get_one() -> None:
    assert any("chatctl setup-link" in line for line in lines(None, has_administrator=False))
    assert not any("setup-link" in line for line in lines(None))
