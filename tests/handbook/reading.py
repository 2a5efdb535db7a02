"""What the documents tell people to type: fenced blocks of shell lines, and commands in a sentence
or a table.

A block is named by its document, the heading above it and, from the second on below the same
heading, its place: ``operating.md#install``, ``operating.md#install/2``. A command in a sentence is
named by its own text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "examples" / "php" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)
#: The languages of fences whose lines are typed.
TYPED = ("sh", "console")
FENCE = re.compile(r"^( {0,3})```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)
#: For whom nothing is installed: they build chatd, or read why it is as it is.
DEVELOPERS = re.compile(
    r"decisions/|(architecture|durability|page|performance|protocol|schema|security-tests"
    r"|session-states|laravel)\.md"
)
#: What begins a command in a sentence. (One that stands alone names the program.)
PROGRAMS = (
    "chatctl", "chat", "systemctl", "journalctl", "curl", "fuser", "vmstat", "iostat", "ss",
    "runuser", "apt-get", "certbot", "chown",
)  # fmt: skip
INLINE = re.compile(rf"(?<!`)`((?:\.venv/bin/)?(?:{'|'.join(PROGRAMS)}) [^`]+)`")


@dataclass(frozen=True)
class Block:
    name: str
    language: str
    text: str


@cache
def blocks() -> dict[str, Block]:
    """Every fenced block of every document, by its name."""
    return {
        block.name: block
        for path in DOCUMENTS
        for block in blocks_of(called(path), path.read_text("utf-8"))
    }


def typed() -> dict[str, Block]:
    """Those of them that are typed."""
    return {name: block for name, block in blocks().items() if block.language in TYPED}


def blocks_of(document: str, text: str) -> Iterator[Block]:
    """Those of the document that is called so and has this text."""
    fences = list(FENCE.finditer(text))
    headings = [
        found
        for found in HEADING.finditer(text)
        # A comment in a fence is no heading.
        if not any(fence.start() < found.start() < fence.end() for fence in fences)
    ]
    counted: dict[str, int] = {}
    for fence in fences:
        above = [found[1] for found in headings if found.start() < fence.start()]
        name = f"{document}#{slug(above[-1])}"
        counted[name] = counted.get(name, 0) + 1
        place = f"/{counted[name]}" if counted[name] > 1 else ""
        indent, language, lines = fence.groups()
        yield Block(name + place, language, re.sub(f"^{indent}", "", lines, flags=re.MULTILINE))


def commands() -> set[str]:
    """The commands in sentences and tables of what operators and users read."""
    found: set[str] = set()
    for path in DOCUMENTS:
        if not DEVELOPERS.match(called(path)):
            text = FENCE.sub("", path.read_text("utf-8"))
            found |= {" ".join(one.replace(r"\|", "|").split()) for one in INLINE.findall(text)}
    return found


def called(path: Path) -> str:
    """``operating.md``, ``decisions/traces.md``, ``README.md``, ``examples/php/README.md``."""
    docs = ROOT / "docs"
    return str(path.relative_to(docs if docs in path.parents else ROOT))


def slug(heading: str) -> str:
    """A heading as links name it."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"`", "", heading).lower())
    return kept.strip().replace(" ", "-")
