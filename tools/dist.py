"""Wheel and sdist of the commit that is checked out, into dist/; the same bytes wherever it is done.

    .venv/bin/python -m tools.dist            (make dist)

Built twice, in folders and under umasks that differ, and refused unless both are the same. File
times are that of the commit, or SOURCE_DATE_EPOCH
(https://reproducible-builds.org/specs/source-date-epoch/). Prints each file's SHA-256.
"""

import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.deb import CannotBuild, commit_time, run

ROOT = Path(__file__).parents[1]


def source(folder: Path) -> Path:
    """What is committed, and nothing else that lies about."""
    tree = folder / "tree"
    archive = subprocess.run(
        ["git", "archive", "--format=tar", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        members.extractall(tree, filter="data")
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return tree


def built(folder: Path, epoch: int) -> dict[str, bytes]:
    """By name: the wheel and the sdist."""
    out = folder / "out"
    words = ("-m", "build", "--no-isolation", "--skip-dependency-check", "--outdir", out)
    for kind in ("--wheel", "--sdist"):
        run(sys.executable, *words, kind, source(folder / kind), SOURCE_DATE_EPOCH=str(epoch))
    found = {}
    for path in sorted(out.iterdir()):
        content = path.read_bytes()
        found[path.name] = packed_anew(content, epoch) if path.suffix == ".gz" else content
    return found


def packed_anew(archive: bytes, epoch: int) -> bytes:
    """A tar.gz without whose and when it was: setuptools writes the hour of the build."""
    made = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as before,
        tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as after,
    ):
        for member in sorted(before.getmembers(), key=lambda member: member.name):
            member.mtime, member.pax_headers = epoch, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            after.addfile(member, before.extractfile(member) if member.isfile() else None)
    return gzip.compress(made.getvalue(), 9, mtime=0)


def main() -> int:
    epoch = commit_time()
    results = []
    try:
        for umask in (0o022, 0o077):
            before = os.umask(umask)
            try:
                with tempfile.TemporaryDirectory() as folder:
                    results.append(built(Path(folder), epoch))
            finally:
                os.umask(before)
        if results[0] != results[1]:
            others = [name for name in results[0] if results[0][name] != results[1].get(name)]
            raise CannotBuild(f"two builds of one commit differ: {', '.join(others)}")
    except CannotBuild as lack:
        print(f"chatd: {lack}", file=sys.stderr)
        return 1
    target = ROOT / "dist"
    target.mkdir(exist_ok=True)
    for name, content in results[0].items():
        (target / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  dist/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
