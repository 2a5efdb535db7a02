"""Every block of shell lines in the documents, and every command in their sentences, is typed: here
or by a rig that is named for it. One that is added and typed by nobody is found."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handbook import register
from tests.handbook.reading import DOCUMENTS, ROOT, blocks, blocks_of, commands, typed
from tests.rigs.first_minute import commands as first_minute

HERE = Path(__file__).parent
#: How blocks and commands are typed, by the name of what is called with theirs.
CALLS = {"type", "watch", "block", "command"}
BLOCK = re.compile(r"[\w/]+\.md#[\w/-]+")


def typed_in(path: Path) -> set[str]:
    """The texts that stand in calls which type, and names of blocks wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            name = function.id if isinstance(function, ast.Name) else name
            if name in CALLS:
                found |= {one.value for one in node.args if isinstance(one, ast.Constant)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {node.value} if BLOCK.fullmatch(node.value) else set()
    return found


def by_the_suite() -> set[str]:
    return typed_in(HERE / "test_blocks.py") | typed_in(HERE / "test_commands.py")


def by(typist: str) -> set[str]:
    folder = ROOT / Path(*typist.split(".")[:-1])
    return set().union(*(typed_in(folder / f"{n}.py") for n in register.TYPISTS[typist]))


def test_every_block_is_typed_by_one() -> None:
    known = typed().keys()
    suite = by_the_suite() & known
    assert known - suite - register.BLOCKS.keys() == set(), "nobody types these"
    assert register.BLOCKS.keys() - known == set(), "no document has these"
    assert suite & register.BLOCKS.keys() == set(), "registered, and typed here as well"


def test_every_command_in_a_sentence_is_typed() -> None:
    lines = {line.strip() for block in typed().values() for line in block.text.splitlines()}
    begun = {
        found
        for found in commands()
        if any(re.search(rf"(^|[\s/]){re.escape(found)}(\s|$)", line) for line in lines)
    }
    known = commands() - register.LABELS - begun
    suite = by_the_suite() & known
    assert known - suite - register.COMMANDS.keys() == set(), "nobody types these"
    assert register.COMMANDS.keys() - commands() == set(), "no document has these"
    assert suite & register.COMMANDS.keys() == set(), "registered, and typed here as well"


def test_a_block_that_nobody_types_is_found() -> None:
    text = (
        "# New\n\n## A thing\n\n1. so:\n\n   ```sh\n   # Not a heading\n   chatctl status\n   ```\n"
    )
    [block] = blocks_of("operating.md", text)
    assert (block.name, block.text) == ("operating.md#a-thing", "# Not a heading\nchatctl status\n")
    assert block.name not in by_the_suite() | register.BLOCKS.keys()


@pytest.mark.parametrize("typist", register.TYPISTS)
def test_a_rig_types_what_is_registered_to_it_from_the_documents(typist: str) -> None:
    steps = {name for name in register.of(typist) if re.match(r"embed\.md#\d", name)}
    first = {"README.md#try-it"} & register.of(typist)
    assert register.of(typist) - by(typist) - steps - first == set()


def test_the_walk_takes_every_step_of_embedding() -> None:
    from tests.embed.walk import steps

    walked = {block.text for _, found in steps() for block in found if block.language == "sh"}
    registered = {name for name in register.BLOCKS if re.match(r"embed\.md#\d", name)}
    assert {blocks()[name].text for name in registered} == walked


def test_the_first_minute_is_the_readmes_first_block() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert first_minute(readme) == blocks()["README.md#try-it"].text.splitlines()


def made_of(line: str) -> list[str]:
    """What `make` would run of our own Python for this line, the last command of it, in words."""
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", *shlex.split(line, comments=True)[1:]],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    return shlex.split(done.stdout.splitlines()[-1].removeprefix("exec "))


ARGUED = sorted(
    {
        " ".join(line.partition("#")[0].split())
        for path in DOCUMENTS
        for found in re.findall(
            r"`((?:make [a-z-]+\sARGS=|python -m [a-z._]+\s)[^`]+)`|^(make .*ARGS=.*)$",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
        for line in found
        if line
    }
)


@pytest.mark.parametrize("line", ARGUED)
def test_what_developers_hand_to_a_rig_is_understood(line: str) -> None:
    """An option of no meaning is added; it must be the only one that is not known."""
    words = made_of(line) if line.startswith("make ") else [sys.executable, *line.split()[1:]]
    assert words[1] == "-m", words
    done = subprocess.run(
        [sys.executable, *words[1:], "--of-no-meaning"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("unrecognized arguments: --of-no-meaning")
