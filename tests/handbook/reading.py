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
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)
#: What begins a command in a sentence. (Not one that only names the program.)
PROGRAMS = (
    "chatctl", "chat", "systemctl", "journalctl", "curl", "fuser", "vmstat", "iostat", "ss",
    "make", "python -m", "npm", "runuser", "apt-get", "certbot", "sqlite3", "gpg",
)  # fmt: skip
INLINE = re.compile(r"(?<!`)`((?:\(umask |\.venv/bin/)?(?:%s) [^`]+)`" % "|".join(PROGRAMS))


@dataclass(frozen=True)
class Block:
    name: str
    language: str
    text: str


@cache
def blocks() -> dict[str, Block]:
    """Every fenced block of every document, by its name."""
    return {block.name: block for path in DOCUMENTS for block in blocks_of(path)}


def typed() -> dict[str, Block]:
    """Those of them that are typed."""
    return {name: block for name, block in blocks().items() if block.language in TYPED}


def blocks_of(path: Path) -> Iterator[Block]:
    text = path.read_text("utf-8")
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
        name = f"{called(path)}#{slug(above[-1])}"
        counted[name] = counted.get(name, 0) + 1
        place = f"/{counted[name]}" if counted[name] > 1 else ""
        indent, language, lines = fence.groups()
        yield Block(name + place, language, re.sub(f"^{indent}", "", lines, flags=re.MULTILINE))


def inline(path: Path) -> list[str]:
    """The commands in the sentences and tables of a document, each once, in their order."""
    text = FENCE.sub("", path.read_text("utf-8"))
    found = [" ".join(line.replace(r"\|", "|").split()) for line in INLINE.findall(text)]
    return list(dict.fromkeys(found))


def called(path: Path) -> str:
    """``operating.md``, ``decisions/traces.md``, ``README.md``, ``examples/php/README.md``."""
    docs = ROOT / "docs"
    return str(path.relative_to(docs if docs in path.parents else ROOT))


def slug(heading: str) -> str:
    """A heading as links name it."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"`", "", heading).lower())
    return kept.strip().replace(" ", "-")
