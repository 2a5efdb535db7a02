"""What the documents say is there: links, targets, commands, settings. (That the lines they have
people type do what they say is tried in tests/handbook/.)"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatd.admin import main as chatctl
from chatd.config.settings import describe

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file_that_is_there(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_named_exists(path: Path) -> None:
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = path.read_text("utf-8")
    named = set(re.findall(r"`make ([a-z]+)[^`]*`", text))
    for block in blocks(path, "sh"):
        named |= set(re.findall(r"^make ([a-z]+)", block, re.MULTILINE))
    assert named - made == set()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_chatctl_command_named_is_understood(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = re.findall(r"(?<![\w/])(?:\.venv/bin/)?chatctl ((?:[a-z]+-?[a-z]*)(?: [a-z]+)?)", text)
    for line in lines:
        words = line.split()
        for tried in (words, words[:1]):
            done = understood(tried)
            if done:
                break
        else:
            raise AssertionError(f"{path.name}: chatctl {line}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_and_rig_named_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    missing = [
        f"{file}::{name}"
        for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
        if not re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ]
    rigs = re.findall(r"python -m (tests\.\w+(?:\.\w+)*)", text)
    modules = [(ROOT / rig.replace(".", "/")) for rig in rigs]
    missing += [
        str(module.relative_to(ROOT))
        for module in modules
        if not (module.with_suffix(".py").exists() or (module / "__main__.py").exists())
    ]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_block_of_shell_lines_can_be_typed_as_it_stands(path: Path) -> None:
    for block in blocks(path, "sh"):
        done = subprocess.run(
            ["sh", "-n"], input=block, capture_output=True, text=True, timeout=10, check=False
        )
        assert done.returncode == 0, f"{path.name}:\n{block}{done.stderr}"


def understood(words: list[str]) -> bool:
    try:
        chatctl.main([*words, "--help"])
    except SystemExit as end:
        return end.code == 0
    return False


def test_the_settings_document_is_what_the_program_says() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "settings"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert said.stdout.strip() == describe().strip()
