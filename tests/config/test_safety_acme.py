"""What makes certificates by ACME impossible is refused before the start, with its mend."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from chatd.config.reading import load
from chatd.config.safety import unsafe
from chatd.config.settings_acme import CURRENT, FOLDER
from tests.daemon import toml

SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"
GOOD: dict[str, dict[str, Any]] = {
    "server": {"listen": ["0.0.0.0:443"], "public_url": "https://chat.example.org"},
    "accounts": {"secret_file": "server.key"},
    "acme": {"domains": ["chat.example.org"], "agree_to_terms": True},
}


def said(folder: Path, **sections: dict[str, Any]) -> str:
    secret = folder / "server.key"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    made = {**GOOD, **{name: {**GOOD.get(name, {}), **each} for name, each in sections.items()}}
    config = folder / "chatd.toml"
    lines = []
    for name, each in made.items():
        lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in each.items())]
    config.write_text("\n".join(lines))
    return "\n".join(unsafe(load(config)))


def test_names_and_the_terms_are_enough(tmp_path: Path) -> None:
    assert said(tmp_path) == ""
    settings = load(tmp_path / "chatd.toml")
    own = str(tmp_path / "state" / FOLDER / CURRENT)
    assert (settings.tls.certificate, settings.tls.key) == (own, own)


@pytest.mark.parametrize(
    ("section", "values", "mend"),
    [
        ("acme", {"agree_to_terms": False}, "set agree_to_terms = true"),
        ("acme", {"domains": ["*.example.org", "chat.example.org"]}, "no wildcard"),
        ("acme", {"domains": ["192.0.2.7", "chat.example.org"]}, "no address"),
        ("acme", {"domains": ["Chat.example.org", "chat.example.org"]}, "small letters"),
        ("acme", {"domains": ["chat.example.org"] * 2}, "a name twice"),
        ("acme", {"domains": ["other.example.org"]}, "lacks chat.example.org"),
        ("acme", {"contact": "ops"}, 'contact = "ops@example.org"'),
        ("acme", {"contact": "a@example.org, b@example.org"}, "one mail address"),
        ("acme", {"directory": "http://ca.example.org/dir"}, "must be the https:// address"),
        ("acme", {"directory": "https://me:pass@ca.example.org/"}, "must be the https:// address"),
        ("acme", {"ca_file": "nowhere.pem"}, "cannot be read"),
        ("tls", {"certificate": "a.pem", "key": "a.key"}, "take these two out"),
        ("tls", {"terminated": True}, "the proxy has the certificate"),
    ],
)
def test_what_cannot_be_is_refused_with_its_mend(
    tmp_path: Path, section: str, values: dict[str, Any], mend: str
) -> None:
    assert mend in said(tmp_path, **{section: values})


def test_without_the_library_its_line_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'chatd[acme]'" in said(tmp_path)


def test_without_names_nothing_else_of_it_matters(tmp_path: Path) -> None:
    pair = {"certificate": "a.pem", "key": "server.key"}
    assert said(tmp_path, acme={"domains": [], "directory": "nonsense"}, tls=pair) == ""
