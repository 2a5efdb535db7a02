"""From nothing to a server of this machine, and on to one under a name."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatd.admin import local_ca
from chatd.admin.main import main
from chatd.admin.setup import Means, Place, SetupError, here, opened
from chatd.config.reading import load
from chatd.config.safety import unsafe

HOST = "chat.example.org"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    state = tmp_path / "lib"
    state.mkdir()
    return Place(tmp_path / "etc", state, group=None)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """A certificate and its key, as a person has them somewhere."""
    issued = local_ca.ensure(tmp_path / "own", [HOST], datetime.now(UTC))
    return str(issued.certificate), str(issued.key)


def nobody(question: str) -> str:
    raise AssertionError(f"nobody should be asked: {question}")


def test_the_first_configuration_is_for_this_machine_and_right(place: Place) -> None:
    here(place)
    settings = load(place.config)
    assert unsafe(settings) == []
    assert settings.store.path == str(place.state)
    assert all(address.startswith(("127.", "[::1]")) for address in settings.server.listen)
    before = place.config.read_bytes(), (place.folder / "secrets/server.key").read_bytes()
    assert "was left as it is" in here(place)[0]
    assert before == (place.config.read_bytes(), (place.folder / "secrets/server.key").read_bytes())


def test_a_name_and_a_certificate_open_it_to_others(place: Place, pair: tuple[str, str]) -> None:
    opened(place, HOST, nobody, Means(pair[0], pair[1]))
    settings = load(place.config)
    assert unsafe(settings) == []
    assert settings.server.public_url == f"https://{HOST}"
    assert settings.server.listen == ["0.0.0.0:443", "[::]:443"]
    key = Path(settings.tls.key)
    assert key.read_bytes() == Path(pair[1]).read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_what_is_missing_is_asked_for(place: Place, pair: tuple[str, str]) -> None:
    answers = iter(pair)
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers)

    opened(place, HOST, ask, Means())
    assert len(asked) == 2 and unsafe(load(place.config)) == []


def test_behind_a_web_server_it_stays_on_loopback_without_tls_and_can_go_back(
    place: Place, pair: tuple[str, str]
) -> None:
    opened(place, HOST, nobody, Means(behind_proxy=True))
    settings = load(place.config)
    assert unsafe(settings) == []
    assert settings.tls.terminated and settings.server.listen == ["127.0.0.1:8443"]
    opened(place, HOST, nobody, Means(pair[0], pair[1]))
    assert unsafe(load(place.config)) == [] and not load(place.config).tls.terminated


def test_below_a_path_a_web_server_has_to_take_it_away(place: Place, pair: tuple[str, str]) -> None:
    (said,) = opened(place, f"{HOST}/chat/", nobody, Means(behind_proxy=True))[-1:]
    assert said.endswith(f"will serve https://{HOST}/chat/.")
    settings = load(place.config)
    assert unsafe(settings) == []
    assert settings.server.public_url == f"https://{HOST}/chat/"
    before = place.config.read_bytes()
    with pytest.raises(SetupError, match=r"take it away \(--behind-proxy\)"):
        opened(place, f"{HOST}/chat/", nobody, Means(pair[0], pair[1]))
    with pytest.raises(SetupError, match=f'with a slash at its end, "https://{HOST}/chat/"'):
        opened(place, f"{HOST}/chat", nobody, Means(behind_proxy=True))
    assert place.config.read_bytes() == before


@pytest.mark.parametrize("host", ["localhost", "https://chat.example.org", "-a.example.org", ""])
def test_what_is_no_name_is_refused_before_anything_is_written(place: Place, host: str) -> None:
    with pytest.raises(SetupError, match="no name that a browser could look up"):
        opened(place, host, nobody, Means())
    assert not place.config.exists()


def test_a_certificate_that_is_none_changes_nothing(place: Place, tmp_path: Path) -> None:
    here(place)
    before = place.config.read_bytes()
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    for file in (str(nonsense), str(tmp_path / "nowhere")):
        with pytest.raises(SetupError):
            opened(place, HOST, nobody, Means(file, file))
    assert place.config.read_bytes() == before


def test_settings_that_somebody_wrote_stay(place: Place) -> None:
    here(place)
    with place.config.open("a") as file:
        file.write("\n[limits]\nconnections = 100 # few\n")
    opened(place, HOST, nobody, Means(behind_proxy=True))
    assert "connections = 100 # few" in place.config.read_text()


def test_with_nobody_to_ask_the_command_says_what_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = str(tmp_path / "etc" / "chatd.toml")
    assert main(["--config", config, "setup"]) == 2
    assert main(["--config", config, "setup", HOST, "--quiet"]) == 1
    assert "--behind-proxy" in capsys.readouterr().err


def test_an_instance_has_files_a_port_and_a_unit_of_its_own(tmp_path: Path) -> None:
    made = Place.instance("team-2", 9443)
    assert (str(made.folder), str(made.state)) == ("/etc/chatd/team-2", "/var/lib/chatd-team-2")
    assert made.unit == "chatd@team-2"
    place = Place(tmp_path / "team-2", tmp_path, group=None, port=9443)
    opened(place, HOST, nobody, Means(behind_proxy=True))
    assert load(place.config).server.listen == ["127.0.0.1:9443"]


@pytest.mark.parametrize("name", ["", "Team", "../x", "-x", "a" * 32, "tls", "secrets"])
def test_what_is_no_name_of_an_instance_is_refused(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["setup", "--here", f"--instance={name}"]) == 2
    assert "names no instance" in capsys.readouterr().err


def test_chatd_may_get_its_certificate_by_itself(place: Place) -> None:
    opened(place, HOST, nobody, Means(acme=True, agreed=True, contact="ops@example.org"))
    settings = load(place.config)
    assert unsafe(settings) == []
    assert settings.acme.domains == [HOST] and settings.acme.contact == "ops@example.org"
    assert settings.server.listen == ["0.0.0.0:443", "[::]:443"]
    assert main(["--config", str(place.config), "check"]) == 0


def test_more_names_of_a_certificate_stay_when_it_is_set_up_again(place: Place) -> None:
    means = Means(acme=True, agreed=True)
    opened(place, HOST, nobody, means)
    text = place.config.read_text()
    place.config.write_text(text.replace(f'["{HOST}"]', f'["www.example.org", "{HOST}"]'))
    opened(place, HOST, nobody, means)
    assert load(place.config).acme.domains == ["www.example.org", HOST]


def test_who_is_asked_may_choose_that_and_has_to_agree(place: Place) -> None:
    here(place)
    before = place.config.read_bytes()
    answers = iter(["acme", "", "n"])
    with pytest.raises(SetupError, match="nothing was changed"):
        opened(place, HOST, lambda question: next(answers), Means())
    assert place.config.read_bytes() == before
    answers = iter(["acme", "", "y"])
    opened(place, HOST, lambda question: next(answers), Means())
    assert unsafe(load(place.config)) == [] and load(place.config).acme.agree_to_terms


def test_nobody_agrees_to_terms_unasked(place: Place) -> None:
    with pytest.raises(SetupError, match="--agree-to-terms"):
        opened(place, HOST, None, Means(acme=True))


def test_from_there_back_to_a_file_or_a_web_server(place: Place, pair: tuple[str, str]) -> None:
    by_itself = Means(acme=True, agreed=True)
    for means in (by_itself, Means(*pair), by_itself, Means(behind_proxy=True), by_itself):
        opened(place, HOST, nobody, means)
        settings = load(place.config)
        assert unsafe(settings) == [] and bool(settings.acme.domains) == means.acme


def test_without_the_library_it_is_not_offered(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return ""

    opened(place, HOST, ask, Means())
    assert not any("acme" in question for question in asked)
    with pytest.raises(SetupError, match="pip install"):
        opened(place, HOST, nobody, Means(acme=True, agreed=True))
