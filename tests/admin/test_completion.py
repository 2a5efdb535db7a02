"""What a shell proposes, asked of real ones."""

import shutil
import subprocess
from pathlib import Path

import pytest

from chatd.admin.parser import parser
from chatd.admin.parser_tree import commands_of
from tests.admin.commands import chatctl

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_chatctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        (folder / shell).write_text(chatctl("completion", shell).out)
    return folder


def run(*line: object) -> str:
    done = subprocess.run(
        list(map(str, line)), capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def proposed(scripts: Path, *words: str) -> list[str]:
    """By bash, for the last word."""
    return run("bash", "-c", ASK, "bash", scripts / "bash", "chatctl", *words).split()


def test_bash_completes_commands_options_and_choices(scripts: Path) -> None:
    assert proposed(scripts, "us") == ["user"]
    assert proposed(scripts, "user", "d") == ["delete", "disable"]
    assert "--dry-run" in proposed(scripts, "user", "delete", "ann", "--")
    assert proposed(scripts, "token", "create", "ann", "--scope", "me") == [
        "messages:read", "messages:write", "metrics:read",
    ]  # fmt: skip
    assert proposed(scripts, "completion", "") == ["bash", "zsh", "fish"]
    assert proposed(scripts, "user", "delete", "") == [], "names are nobody's to know"


def test_bash_is_not_misled_by_what_belongs_to_an_option(scripts: Path) -> None:
    assert proposed(scripts, "--config", "user", "user", "l") == ["list"]
    assert proposed(scripts, "--json", "-c", "x", "prov") == ["provider"]


def test_bash_completes_names_of_files_with_spaces_in_them(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "a file.toml").touch()
    line = [scripts / "bash", "chatctl", "--config", f"{tmp_path}/a"]
    assert run("bash", "-c", ASK, "bash", *line) == f"{tmp_path}/a file.toml\n"


def test_bash_knows_every_command(scripts: Path) -> None:
    for words, _ in commands_of(parser()):
        assert words[-1] in proposed(scripts, *words[:-1], words[-1][:2])


@pytest.mark.shells
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_others_take_their_scripts(scripts: Path, shell: str) -> None:
    assert shutil.which(shell)
    run(shell, "-n", scripts / shell)


@pytest.mark.shells
def test_fish_completes_with_what_it_does(scripts: Path, tmp_path: Path) -> None:
    def told(line: str) -> list[str]:
        source = f"source {scripts / 'fish'}; complete -C '{line}'"
        home = f"HOME={tmp_path}"
        return run("env", home, "fish", "--no-config", "-c", source).splitlines()

    assert told("chatctl user d") == [
        "delete\tdelete an account for good",
        "disable\tshut somebody out, at once",
    ]
    assert told("chatctl -c x completion z") == ["zsh"]
    assert [line.split("\t")[0] for line in told("chatctl token end a b --d")] == ["--dry-run"]
