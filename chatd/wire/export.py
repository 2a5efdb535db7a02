"""Writes what is generated from the wire: `python -m chatd.wire.export`; with `--check` only looks.

docs/protocol.md, docs/openapi.json, docs/session-states.md, chatd/wire/schema.json and
chatd/ui/wire.js. A command for developers; what the daemon itself serves comes from
`chatd.description` and `chatd.edge.api.openapi`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chatd.description import catalogue, protocol_schema, protocol_text
from chatd.edge.api import openapi
from chatd.session import states
from chatd.wire.javascript import javascript

ROOT: Final = Path(__file__).resolve().parents[2]


def generated() -> dict[str, bytes]:
    """Every generated file by its path in the repository."""
    return {
        "docs/openapi.json": openapi.description(),
        "docs/protocol.md": protocol_text(),
        "docs/session-states.md": _states().encode(),
        "chatd/wire/schema.json": protocol_schema(),
        "chatd/ui/wire.js": javascript(catalogue()).encode(),
    }


def _states() -> str:
    return (
        "# The states of a session\n\n"
        "Drawn from the table in `chatd/session/states.py` by `make generate`. What is not listed\n"
        "changes nothing.\n\n" + states.document()
    )


def stale(root: Path = ROOT) -> list[str]:
    """Paths whose file is missing or differs from what would be generated now."""
    return [
        name
        for name, text in generated().items()
        if not (root / name).is_file() or (root / name).read_bytes() != text
    ]


def main(arguments: Sequence[str]) -> int:
    """The exit code: 1 if `--check` found something stale."""
    names = stale()
    if "--check" in arguments:
        for name in names:
            print(f"{name} is out of date: run `make generate`")
        return bool(names)
    for name in names:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(generated()[name])
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
