"""Who may import whom: the direction of imports and the purity of the pure half are kept here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = ("wire", "core", "engine", "features", "session", "fanout")
#: What each package of ours may import of ours, itself included.
ALLOWED: dict[str, set[str]] = {
    "wire": {"wire", "core"},
    "core": {"core"},
    "engine": {"engine", "core", "wire"},
    "features": {"features", "engine", "core", "wire"},
    "session": {"session", "engine", "core", "wire"},
    "fanout": {"fanout", "engine", "core", "wire"},
    "store": {"store", "engine", "core"},
    "auth": {"auth", "engine", "core"},
    "client": {"client"},
    # "": the version
    "terminal": {"terminal", "client", ""},
    "hooks": {"hooks", "engine", "core", "wire"},
}
OUTSIDE = ("twisted", "autobahn", "apsw", "sqlite3", "OpenSSL", "zope")
#: Looked up nowhere in the pure half: the clock and randomness are passed in.
LOOKED_UP = ("time", "random", "secrets", "datetime", "os", "socket", "threading", "asyncio")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def files(package: str) -> list[Path]:
    # The exporter is a command for developers that happens to stand with what it exports.
    return [
        path
        for path in sorted((ROOT / "chatd" / package).rglob("*.py"))
        if path.name not in {"export.py", "__main__.py"}
    ]


def wrong(package: str, path: Path) -> Iterator[str]:
    for line, name in imports(path):
        head, _, rest = name.partition(".")
        where = f"{path}:{line}: imports {name}"
        if head == "chatd" and package in ALLOWED:
            if rest.split(".")[0] not in ALLOWED[package]:
                yield where
        elif package in PURE and (head in OUTSIDE or head in LOOKED_UP):
            yield where


@pytest.mark.parametrize("package", sorted(set(ALLOWED) | set(PURE)))
def test_a_package_imports_only_what_it_may(package: str) -> None:
    found = [text for path in files(package) for text in wrong(package, path)]
    assert found == []


def test_the_check_finds_what_it_looks_for(tmp_path: Path) -> None:
    path = tmp_path / "fault.py"
    path.write_text("import time\nfrom twisted.internet import defer\nfrom chatd.store import x\n")
    names = [text.rsplit(" ", 1)[1] for text in wrong("engine", path)]
    assert names == ["time", "twisted.internet", "chatd.store"]
