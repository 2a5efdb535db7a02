"""What the tests use of others as it is: where it comes from, and that it still is what it was.

python -m tests.vendored    fetches all of it again by npm and verifies it
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Vendored:
    """``name`` here is ``member`` of npm's package; ``integrity`` is of the package's archive (as
    npm writes it), ``sha256`` of the file."""

    name: str
    package: str
    version: str
    licence: str
    member: str
    integrity: str
    sha256: str

    def intact(self) -> bool:
        return hashlib.sha256((HERE / self.name).read_bytes()).hexdigest() == self.sha256


def all_of_it() -> list[Vendored]:
    return [Vendored(**one) for one in json.loads((HERE / "vendored.json").read_text("utf-8"))]


def text(name: str) -> str:
    """A file's text; AssertionError where it is not what it was taken as."""
    (one,) = (one for one in all_of_it() if one.name == name)
    assert one.intact(), f"{name} was changed: python -m tests.vendored fetches it again"
    return (HERE / name).read_text("utf-8")


def fetch(one: Vendored, folder: Path) -> bytes:
    subprocess.run(
        ["npm", "pack", "--silent", f"{one.package}@{one.version}"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    archive = folder / f"{one.package}-{one.version}.tgz"
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != one.integrity:
        raise ValueError(f"{one.package} {one.version} is another than it was: {digest}")
    with tarfile.open(archive) as opened:
        found = opened.extractfile(one.member)
        assert found is not None
        return found.read()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for one in all_of_it():
            (HERE / one.name).write_bytes(fetch(one, Path(folder)))
            if not one.intact():
                print(f"{one.name} is not what it was", file=sys.stderr)
                return 1
            print(f"{one.name}: {one.package} {one.version}, {one.licence}")
    return 0
