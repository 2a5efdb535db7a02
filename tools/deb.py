"""Builds the package for Debian 12: chatd with its own environment in /usr/lib/chatd.

    tools/bootstrap deb && .venv/bin/python -m tools.deb

Prints the path of the package. Two builds of the same commit give the same bytes: file times are
that of the commit.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from email.utils import formatdate
from pathlib import Path

from chatd.admin.manual import pages
from chatd.admin.service_files import COMMANDS, PACKAGE, texts
from tools import sbom

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "deb"
#: Debian's own, which the package depends on.
PYTHON = Path("/usr/bin/python3.11")
HOME = Path("usr/lib/chatd")
SOURCES = ROOT / "packaging" / "deb"
#: Of conf/, beside what HAProxy reads.
CONF = ("nginx.conf", "nginx-path.conf", "certbot-deploy-hook", "52chatd-unattended-upgrades")
#: What is of no use in an environment that nobody activates, and programs beside a library.
UNWANTED = ("activate*", "Activate*", "pip*", "python3.11-config")
PROGRAMS = "lib/python3.11/site-packages/apsw/sqlite_extra_binaries"


class CannotBuild(Exception):
    """Something is missing; the message says what, and what to type."""


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**{k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise CannotBuild(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def version() -> str:
    text = (ROOT / "chatd" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "([^"]+)"', text)
    assert found is not None
    return found[1]


def commit_time() -> int:
    return int(os.environ.get("SOURCE_DATE_EPOCH") or run("git", "log", "-1", "--format=%ct"))


def environment(root: Path, epoch: int) -> None:
    """chatd and its pinned libraries below ``root``, for the place where they will lie."""
    home = root / HOME
    run(PYTHON, "-m", "venv", "--without-pip", home)
    pip = (sys.executable, "-m", "pip", "--python", home / "bin" / "python", "--quiet")
    flags = ("install", "--no-compile", "--disable-pip-version-check", "--no-warn-script-location")
    run(*pip, *flags, "--require-hashes", "-r", "requirements/acme.txt")
    wheels = BUILD / "wheel"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", wheels,
        SOURCE_DATE_EPOCH=str(epoch))  # fmt: skip
    [wheel] = wheels.glob("*.whl")
    run(*pip, *flags, "--no-deps", wheel)
    for pattern in UNWANTED:
        for path in (home / "bin").glob(pattern):
            path.unlink()
    shutil.rmtree(home / "share", ignore_errors=True)
    shutil.rmtree(home / PROGRAMS)
    _relocate(home, root)
    # Twisted's list of plugins, which a service without the right to write could not make.
    run(home / "bin" / "python", "-c",
        "from twisted.plugin import getPlugins, IPlugin; list(getPlugins(IPlugin))")  # fmt: skip
    for path in sorted(home.rglob("__pycache__")):
        shutil.rmtree(path)
    # Compiled here and for good: the files' times are no question then (PEP 552).
    run(PYTHON, "-m", "compileall", "-q", "-s", root, "-p", "/",
        "--invalidation-mode", "unchecked-hash", home / "lib")  # fmt: skip


def _relocate(home: Path, root: Path) -> None:
    """No path of this folder stays in what is run: the first lines of scripts name it."""
    for path in (home / "bin").iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        path.write_bytes(content.replace(str(root).encode(), b""))
    config = home / "pyvenv.cfg"
    kept = [line for line in config.read_text("utf-8").splitlines() if "command" not in line]
    config.write_text("\n".join([*kept, ""]), "utf-8")


def furnish(root: Path, epoch: int) -> None:
    """Units, users, commands, completion, manual and documents."""
    for name, text in texts(ROOT, PACKAGE, f"/{HOME}"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    commands = root / PACKAGE.commands
    commands.mkdir(parents=True)
    for name in COMMANDS:
        (commands / name).symlink_to(f"../lib/chatd/bin/{name}")
    pages.write(root / PACKAGE.manual)
    documents = root / "usr/share/doc/chatd"
    documents.mkdir(parents=True)
    for path in sorted((ROOT / "docs").glob("*.md")):
        shutil.copy(path, documents)
    for path in (*sorted((ROOT / "conf").glob("*.cfg")), *(ROOT / "conf" / one for one in CONF)):
        shutil.copy(path, documents)
    shutil.copy(ROOT / "docs" / "chatctl.schema.json", documents)
    shutil.copytree(ROOT / "conf" / "sysctl.d", documents / "sysctl.d")
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md"):
        shutil.copy(path, documents)
    shutil.copy(ROOT / "LICENSE", documents / "copyright")
    (documents / "changelog.gz").write_bytes(gzip.compress(changelog(epoch).encode(), 9, mtime=0))
    shutil.copy(ROOT / "requirements/acme.txt", documents / "libraries.txt")
    made = sbom.document(root / HOME / "bin" / "python", version(), epoch)
    (documents / "sbom.cdx.json").write_text(json.dumps(made, indent=1, sort_keys=True), "utf-8")
    overrides = root / "usr/share/lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copy(SOURCES / "lintian-overrides", overrides / "chatd")


def changelog(epoch: int) -> str:
    """Debian's form of it (deb-changelog(5)), which says where ours is."""
    [maintainer] = re.findall(r"^Maintainer: (.+)$", (SOURCES / "control").read_text(), re.M)
    return (
        f"chatd ({version()}) stable; urgency=medium\n\n"
        "  * What changed is told by CHANGELOG.md, in this folder.\n\n"
        f" -- {maintainer}  {formatdate(epoch, localtime=False, usegmt=False)}\n"
    )


def control(root: Path) -> None:
    """The package's own papers."""
    folder = root / "DEBIAN"
    folder.mkdir()
    size = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
    architecture = run("dpkg", "--print-architecture").strip()
    text = (SOURCES / "control").read_text("utf-8")
    (folder / "control").write_text(
        text.format(version=version(), architecture=architecture, size=size), "utf-8"
    )
    for name in ("postinst", "prerm", "postrm"):
        shutil.copy(SOURCES / name, folder)
        (folder / name).chmod(0o755)
    sums = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()}"
        f"  {path.relative_to(root)}"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and folder not in path.parents
    ]
    (folder / "md5sums").write_text("\n".join([*sums, ""]), "utf-8")


def build() -> Path:
    if not PYTHON.exists():
        raise CannotBuild(f"{PYTHON} is missing: the package is built on Debian 12.")
    shutil.rmtree(BUILD, ignore_errors=True)
    root = BUILD / "root"
    root.mkdir(parents=True)
    epoch = commit_time()
    environment(root, epoch)
    furnish(root, epoch)
    control(root)
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    # Twisted takes its list of plugins for old unless it is newer than all of them.
    for path in root.rglob("*"):
        moment = epoch if path.name == "dropin.cache" else epoch - 60
        os.utime(path, (moment, moment), follow_symlinks=False)
    package = ROOT / "dist" / f"chatd_{version()}_{run('dpkg', '--print-architecture').strip()}.deb"
    package.parent.mkdir(exist_ok=True)
    run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, package,
        SOURCE_DATE_EPOCH=str(epoch))  # fmt: skip
    return package


def main() -> int:
    try:
        print(build().relative_to(ROOT))
    except CannotBuild as lack:
        print(f"chatd: {lack}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
