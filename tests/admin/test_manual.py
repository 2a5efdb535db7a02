"""The pages of `man`: whole, silent, and 80 columns wide."""

import gzip
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from chatd.admin.manual.pages import PAGES, page, write
from chatd.admin.parser import parser
from chatd.admin.parser_tree import commands_of
from chatd.config.settings import kinds


def shown(path: Path) -> str:
    """As a terminal of 80 columns shows it; nothing may be complained of."""
    done = subprocess.run(
        ["man", "--warnings=w", "-l", path],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env={"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("man")
    return {path.name.removesuffix(".gz"): shown(path) for path in write(folder)}


@pytest.mark.man
def test_every_page_is_silent_and_fits_80_columns(texts: dict[str, str]) -> None:
    assert set(texts) == set(PAGES)
    for text in texts.values():
        assert max(map(len, text.splitlines())) <= 80
        assert text.count("\n") > 40


@pytest.mark.man
def test_every_command_and_every_setting_has_its_place(texts: dict[str, str]) -> None:
    for words, _ in commands_of(parser()):
        assert f"       {' '.join(words)}" in texts["chatctl.8"]
    for section, kind in kinds():
        assert f"\n[{section}]\n" in texts["chatd.toml.5"]
        for item in fields(kind):
            assert f"       {item.name} = " in texts["chatd.toml.5"]


@pytest.mark.man
def test_a_fault_in_a_page_would_be_complained_of(tmp_path: Path) -> None:
    path = tmp_path / "bad.8"
    path.write_text(page("chatd.8") + ".nosuchmacro\n\\fQ\n")
    with pytest.raises(AssertionError):
        shown(path)


def test_the_same_text_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert gzip.decompress(first[0].read_bytes()).startswith(b".TH CHAT 1 ")
