"""chatctl token-debug: every check with its verdict, from the settings alone."""

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chatd.admin import main as chatctl
from tests.auth.test_site_tokens import signed

KEY = b"0123456789abcdefghijklmnopqrstuvwxyz"
HEADER = b'{"alg":"HS256","typ":"JWT"}'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of a server that does not run and has no store."""
    key = tmp_path / "site.key"
    key.write_bytes(KEY + b"\n")
    key.chmod(0o600)
    path = tmp_path / "chatd.toml"
    path.write_text(
        '[server]\npublic_url = "https://chat.example.org"\n'
        '[site]\nkey_file = "site.key"\nissuer = "https://www.example.org"\n'
    )
    return path


def token(key: bytes = KEY, **claims: Any) -> str:
    said = {
        "iss": "https://www.example.org",
        "aud": "https://chat.example.org",
        "exp": int(time.time()) + 300,
        "sub": "42",
        **claims,
    }
    return signed(HEADER, json.dumps(said).encode(), key)


def debug(config: Path, text: str, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    return chatctl.main(["--config", str(config), "token-debug", *more])


def test_a_good_token_is_taken(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert debug(config, token() + "\n", monkeypatch) == 0
    said = capsys.readouterr().out
    assert "✗" not in said and "This token is accepted." in said
    assert 'iss       "https://www.example.org"' in said
    assert " UTC)" in said, "times are shown as people read them"


def test_what_the_site_answers_may_be_given_whole(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert debug(config, json.dumps({"token": token()}), monkeypatch) == 0


def test_a_file_may_be_named(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text(token())
    assert debug(config, "", monkeypatch, str(file)) == 0
    assert debug(config, "", monkeypatch, str(tmp_path / "none")) == 1


def test_everything_wrong_is_told_with_what_to_do(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert debug(config, token(aud="x", exp=1, sub=42), monkeypatch) == 1
    said = capsys.readouterr().out
    wrong = [line.split()[1] for line in said.splitlines() if line.startswith("✗")]
    assert wrong == ["aud", "exp", "sub"]
    assert "site.audience" in said and "NTP" in said and 'takes quotes: "42"' in said
    assert "This token is refused: 3 things are wrong with it." in said


def test_with_another_key_the_claims_are_shown_all_the_same(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert debug(config, token(b"x" * 40), monkeypatch) == 1
    said = capsys.readouterr().out
    assert "✗ signature" in said and "site.key_file" in said
    assert "✓ iss" in said
    assert "1 thing is wrong" in said
    assert KEY.decode() not in said


@pytest.mark.parametrize("text", ["", "not a token", "\x1b[31m.a.b", '{"token": 1}', "x" * 20000])
def test_what_is_no_token_is_said_to_be_none(
    config: Path,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert debug(config, text, monkeypatch) == 1
    said = capsys.readouterr().out
    assert "✗ token" in said and "\x1b" not in said


def test_a_claim_that_a_terminal_would_obey_is_shown_harmless(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    debug(config, token(**{"name\x1b[2J": "\u202e", "iss": "\x9b31m"}), monkeypatch)
    said = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\u202e"} & set(said)


def test_without_a_key_file_the_setting_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('[server]\npublic_url = "https://chat.example.org"\n')
    assert debug(config, token(), monkeypatch) == 3
    assert "site.key_file, site.keys and site.jwks_url are empty" in capsys.readouterr().err


def test_a_key_that_others_can_read_is_refused_here_too(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "site.key").chmod(0o644)
    assert debug(config, token(), monkeypatch) == 3
    assert "chmod 600" in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["{}", '{"token": ""}', "", "\n"])
def test_an_answer_without_a_token_is_told_from_a_bad_token(
    answer: str, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answer"
    file.write_text(answer)
    assert chatctl.main(["-c", str(config), "token-debug", str(file)]) == 1
    assert "✗ token     There is no token in this" in capsys.readouterr().out
