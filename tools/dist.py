"""Wheel and sdist of the commit that is checked out, into dist/; the same bytes everywhere.

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
import time
import zipfile
from pathlib import Path

from tools.deb import CannotBuild, commit_time, run

ROOT = Path(__file__).parents[1]
#: A zip knows no time before 1980.
FIRST = 315_532_800


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
        found[path.name] = (tarred if path.suffix == ".gz" else zipped)(content, epoch)
    return found


def tarred(archive: bytes, epoch: int) -> bytes:
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


def zipped(wheel: bytes, epoch: int) -> bytes:
    """A wheel without the modes that the builder's umask gave what was made for it."""
    made = io.BytesIO()
    moment = time.gmtime(max(epoch, FIRST))[:6]
    with (
        zipfile.ZipFile(io.BytesIO(wheel)) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as after,
    ):
        for info in before.infolist():
            named = zipfile.ZipInfo(info.filename, moment)
            named.create_system = 3
            named.external_attr = (0o100755 if info.external_attr >> 22 & 1 else 0o100644) << 16
            after.writestr(named, before.read(info), zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


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
