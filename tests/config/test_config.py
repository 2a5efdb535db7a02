"""Every mistake in the configuration is named with its file, line and mend."""

from pathlib import Path

import pytest

from chatd.config.reading import ConfigError, load, parse
from chatd.config.settings import Settings, describe

FILE = Path("/etc/chatd/chatd.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[server\n", "chatd.toml:1: this is not TOML"),
        ('[server]\n\nlisten = "x"\n', "chatd.toml:3: `listen` is 'x'; right would be a list"),
        ('[server]\nlisten = ["x"]\n', "chatd.toml:2: `listen` is ['x']; right would be addresses"),
        (
            "[limits]\n\njson_depth = " + "9" * 5_000,
            ":3: this number has too many digits.",
        ),
        (
            "[limits]\njson_depth = 0x" + "f" * 5_000,
            ":2: `json_depth` is too large a number; r",
        ),
        ("[limits]\nreader_seconds = 1" + "0" * 400, "chatd.toml:2: `reader_seconds` is 1000"),
        (
            "[server]\nlisten = " + "[" * 5_000,
            ":2: this nests lists or tables too deeply.",
        ),
        (
            '[store]\npath = "a\\u0000b"\n',
            ":2: `path` is 'a\\x00b'; right would be without the",
        ),
        ('[server]\nlisten = ["a\\u0000b"]\n', "right would be without the character \\u0000."),
        ("[server]\nlisten = []\n", "right would be at least one address"),
        ('[server]\nnam = "a"\n', "unknown setting `nam` in [server]; did you mean `name`?"),
        ("[limit]\nx = 1\n", "unknown section [limit]; did you mean `limits`?"),
        ("x = 1\n", "chatd.toml:1: unknown section [x]; known are server, tls"),
        ("[limits]\njson_depth = 100\n", ":2: `json_depth` is 100; right would be a number from 3"),
        ("[limits]\njson_depth = true\n", "right would be a whole number"),
        ("[limits]\njson_depth = 8.5\n", "right would be a whole number"),
        ('[limits]\nreader_seconds = "1"\n', "right would be a number"),
        ("[tls]\nterminated = 1\n", "right would be true or false"),
        ("[tls]\nkey = 1\n", "right would be a text in quotes"),
        ('[accounts]\ninvitations_by = "me"\n', 'right would be one of "admins", "members"'),
        ("server.nam = 1\n", "chatd.toml:1: unknown setting `nam`"),
        ('[page]\naccent = "teal"\n', "chatd.toml:2: `accent` is 'teal'; right would be a colour"),
        ('[page]\nhelp = "http://x.example"\n', "`help` is 'http://x.example'; right would be an"),
        ('[page]\nterms = "javascript:alert(1)"\n', "right would be an https address"),
        ('[page]\nprivacy = "https://a@b.example/"\n', "right would be an https address"),
        ('[page]\nhelp = "https://[::"\n', "right would be an https address"),
        ('[page]\nname = "a\\nb"\n', "right would be at most 60 characters, in one line"),
        ('[page]\nlogin_text = "\\u001b[2J"\n', "right would be at most 500 characters, in lines"),
        (
            '[page]\n\nlogo = "no.svg"\n',
            "chatd.toml:3: `logo`: /etc/chatd/no.svg cannot be read: No",
        ),
    ],
)
def test_a_mistake_is_named_with_line_and_mend(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, FILE)
    assert says in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("[server]\na = 1\nb = 2\n[limits]\njson_depth = 0\n", FILE)
    assert len(str(caught.value).splitlines()) == 3


def test_an_empty_file_means_the_defaults_with_paths_beside_it() -> None:
    settings = parse("", FILE)
    assert settings.limits == Settings().limits
    assert settings.store.path == "/etc/chatd/state"
    assert settings.server.control == "/etc/chatd/state/control.sock"
    assert settings.tls.certificate == ""


def test_a_whole_number_is_taken_where_a_fraction_may_stand() -> None:
    assert parse("[limits]\nreader_seconds = 7\n", FILE).limits.reader_seconds == 7.0


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="chatctl quickstart"):
        load(tmp_path / "no.toml")


def test_the_shipped_file_is_short_and_has_no_mistake() -> None:
    shipped = Path(__file__).parents[2] / "conf" / "chatd.toml"
    assert len(shipped.read_text().splitlines()) <= 40
    load(shipped)


def test_a_logo_that_does_more_than_draw_is_named_with_line_and_mend(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')
    text, file = '[page]\naccent = "#0f6b62"\nlogo = "logo.svg"\n', tmp_path / "chatd.toml"
    with pytest.raises(ConfigError) as caught:
        parse(text, file)
    assert str(caught.value) == (
        f"{file}:3: `logo`: {logo} holds <script>, and a logo only draws: remove it."
    )
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    assert parse(text, file).page.logo == str(logo)


def test_the_description_is_a_file_that_holds_the_defaults() -> None:
    text = describe()
    assert parse(text, FILE) == parse("", FILE)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert "# Silence after which a peer counts as gone. [s]\ndead_seconds = 35.0" in text


def test_a_secret_may_be_one_that_systemd_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[accounts]\nsecret_file = "credential:server.key"\n'
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/chatd@a.service")
    handed_over = parse(text, FILE).accounts.secret_file
    assert handed_over == "/run/credentials/chatd@a.service/server.key"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY")
    looked_up = parse(text, FILE).accounts.secret_file
    assert looked_up == "/run/credentials/chatd.service/server.key"
