"""The virtual environment: built once, kept, and begun anew when it was cut short."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import pytest

from tools.environment import SPACE_NEEDED, Environment, SetupError


class FakeInstaller:
    """Stands for venv and pip: notes what is run, and can fail or be interrupted at pip."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.failure: str | None = None
        self.is_interrupted = False

    def __call__(self, command: Sequence[str], folder: Path, output: TextIO) -> int:
        if "venv" in command:
            self.ran.append("venv")
            shutil.rmtree(folder / ".venv", ignore_errors=True)
            (folder / ".venv/bin").mkdir(parents=True)
            (folder / ".venv/bin/python").symlink_to(sys.executable)
        elif "pip" in command:
            if self.is_interrupted:
                raise KeyboardInterrupt
            if self.failure is not None:
                print(self.failure, file=output, flush=True)
                return 1
            names = [Path(word).name for word in command if word.endswith(".txt")]
            self.ran.append("pip " + " ".join(names) if names else "pip project")
        return 0

    def taken(self) -> list[str]:
        """What was run since the last call."""
        ran, self.ran = self.ran, []
        return ran


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "setup.py", "chatd/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "requirements").mkdir()
    for name in ("run.txt", "dev.txt", "build.txt"):
        (tmp_path / "requirements" / name).write_text(f"{name}==1\n")
    return tmp_path


@pytest.fixture
def installer() -> FakeInstaller:
    return FakeInstaller()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def environment(root: Path, installer: FakeInstaller, said: list[str]) -> Environment:
    return make(root, installer, said)


def make(root: Path, installer: FakeInstaller, said: list[str]) -> Environment:
    log_path = root / "var/log/bootstrap.log"
    return Environment(root, log_path=log_path, say=said.append, run=installer)


def test_the_first_build_makes_everything_and_says_three_lines(environment, installer, said):
    assert not environment.is_ready("run.txt")
    environment.build("run.txt")
    assert installer.taken() == ["venv", "pip run.txt build.txt", "pip project"]
    assert environment.is_ready("run.txt")
    assert len(said) == 3


def test_a_second_build_runs_and_says_nothing(environment, installer, said):
    environment.build("run.txt")
    installer.taken()
    said.clear()
    environment.build("run.txt")
    assert installer.taken() == []
    assert said == []


def test_the_development_environment_serves_to_run_but_not_the_other_way(environment):
    environment.build("run.txt")
    assert not environment.is_ready("dev.txt")
    environment.build("dev.txt")
    assert environment.is_ready("run.txt")


@pytest.mark.parametrize("changed", ["run.txt", "build.txt"])
def test_changed_pins_are_installed_into_the_same_environment(
    environment, installer, root, changed
):
    environment.build("run.txt")
    installer.taken()
    (root / "requirements" / changed).write_text("other==2\n")
    assert not environment.is_ready("run.txt")
    environment.build("run.txt")
    assert installer.taken() == ["pip run.txt build.txt", "pip project"]


def test_changed_metadata_installs_the_project_alone(environment, installer, root):
    environment.build("run.txt")
    installer.taken()
    (root / "pyproject.toml").write_text("# other\n")
    assert not environment.is_ready("run.txt")
    environment.build("run.txt")
    assert installer.taken() == ["pip project"]


def test_a_build_cut_short_is_begun_anew(environment, installer, root, said):
    installer.is_interrupted = True
    with pytest.raises(KeyboardInterrupt):
        environment.build("run.txt")
    installer.is_interrupted = False
    installer.taken()
    again = make(root, installer, said)
    assert not again.is_ready("run.txt")
    again.build("run.txt")
    assert installer.taken()[0] == "venv"


def test_an_update_cut_short_is_begun_anew(environment, installer, root):
    environment.build("run.txt")
    installer.taken()
    (root / "requirements/run.txt").write_text("other==2\n")
    installer.is_interrupted = True
    with pytest.raises(KeyboardInterrupt):
        environment.build("run.txt")
    (root / "requirements/run.txt").write_text("run.txt==1\n")
    assert not environment.is_ready("run.txt")


def test_a_moved_folder_is_built_anew(environment, installer, root, said, tmp_path_factory):
    environment.build("run.txt")
    moved = tmp_path_factory.mktemp("elsewhere") / "chatd"
    shutil.copytree(root, moved, symlinks=True)
    assert not make(moved, installer, said).is_ready("run.txt")


def test_an_environment_whose_python_is_gone_is_built_anew(environment, root):
    environment.build("run.txt")
    (root / ".venv/bin/python").unlink()
    assert not environment.is_ready("run.txt")
    (root / ".venv/bin/python").symlink_to(root / "nowhere")
    assert not environment.is_ready("run.txt")


def test_a_damaged_stamp_is_as_good_as_none(environment, root):
    environment.build("run.txt")
    for text in ("", "{", "[]", "{}", '{"root": 1}'):
        (root / ".venv/chatd-stamp.json").write_text(text)
        assert not environment.is_ready("run.txt")


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("Temporary failure in name resolution\nNo matching distribution found", "check the net"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "differs from the pinned one"),
        ("ERROR: No matching distribution found for apsw==3.54", "no ready-made build"),
        ("SSLError(CERTIFICATE_VERIFY_FAILED)", "PIP_CERT"),
        ("something unheard of", "at the end of"),
    ],
)
def test_what_pip_says_at_length_is_one_sentence_with_the_fix(
    environment, installer, output, sentence
):
    installer.failure = output
    with pytest.raises(SetupError) as caught:
        environment.build("run.txt")
    said = str(caught.value)
    assert sentence in said
    assert "var/log/bootstrap.log" in said
    assert "\n" not in said


def test_an_old_failure_in_the_log_does_not_explain_a_new_one(environment, installer):
    for output in ("No space left on device", "something unheard of"):
        installer.failure = output
        with pytest.raises(SetupError) as caught:
            environment.build("run.txt")
    assert "disk is full" not in str(caught.value)


def test_too_little_disk_is_said_before_anything_is_begun(environment, installer, monkeypatch):
    monkeypatch.setitem(SPACE_NEEDED, "run.txt", 2**62)
    with pytest.raises(SetupError, match="MB free"):
        environment.build("run.txt")
    assert installer.taken() == []


def test_the_log_and_its_folders_are_private(environment, root):
    environment.build("run.txt")
    assert {(root / name).stat().st_mode & 0o777 for name in ("var", "var/log")} == {0o700}
