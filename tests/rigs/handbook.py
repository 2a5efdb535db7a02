"""The lines that a document tells people to type, for rigs that type them."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def block(document: str, heading: str, place: int = 0, **instead: str) -> str:
    """The block of shell lines in that ``place`` below the heading. ``instead``: what stands for
    each of the words in `WORDS`, which are examples there."""
    text = (DOCS / document).read_text("utf-8")
    _, found, below = text.partition(f"\n## {heading}\n")
    assert found, f"{document} has no part {heading!r}"
    part = re.split(r"^## ", below, maxsplit=1, flags=re.MULTILINE)[0]
    lines = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)[place]
    for name, word in instead.items():
        assert WORDS[name] in lines, f"{WORDS[name]!r} is not in that block of {document}"
        lines = lines.replace(WORDS[name], word)
    return str(lines)


#: What is an example in the documents.
WORDS = {
    "repository": "https://packages.example.org/apt",
    "version": "0.1.0",
    "copy": "chatd-before-schema-9.db",
}
