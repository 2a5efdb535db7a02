"""The lines that documents tell people to type, for rigs that type them; and which of them were.

Names are those of tests/handbook/register.py, which says what is registered to which rig.
"""

from tests.handbook import register
from tests.handbook.reading import blocks, commands

#: What is an example in the documents.
WORDS = {
    "repository": "https://packages.example.org/apt",
    "version": "0.1.0",
    "copy": "chatd-before-schema-9.db",
    "key": "0123456789ABCDEF0123456789ABCDEF01234567",
    "moment": "2026-11-29 18:30",
    "libraries": "/usr/share/doc/chatd/libraries.txt",
    "reference": "REFERENCE",
}
#: By their names, those that were handed out to be typed.
_typed: set[str] = set()


def block(name: str, **instead: str) -> str:
    """The lines of a fenced block. ``instead``: what stands for each of the words in `WORDS`."""
    return _with(name, blocks()[name].text, instead)


def command(text: str, **instead: str) -> str:
    """A command of a sentence or table, as it stands there."""
    assert text in commands(), f"no document has {text!r}"
    return _with(text, text, instead)


def left(rig: str) -> set[str]:
    """What is registered to the rig and was not typed."""
    return register.of(rig) - _typed


def _with(name: str, lines: str, instead: dict[str, str]) -> str:
    _typed.add(name)
    for word, here in instead.items():
        assert WORDS[word] in lines, f"{WORDS[word]!r} is not in {name}"
        lines = lines.replace(WORDS[word], here)
    return lines
