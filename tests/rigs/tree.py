"""Debian 12 trees for the rigs, built once by debootstrap into a cache outside the repository.

    sudo python3 tests/rigs/tree.py fresh

Prints the path of the finished tree. A tree is never changed after it was built: rigs put an
overlay on top. The mirror is the one that this machine's own apt reads.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SUITE = "bookworm"
VARIANTS = {
    # What the README asks of a machine before its first line, and nothing else.
    "fresh": ("git", "make", "python3.11", "python3-venv", "ca-certificates"),
    # A whole machine that boots; the package of chatd is installed in it.
    "box": (
        "systemd",
        "systemd-sysv",
        "dbus",
        "python3",
        "adduser",
        "iproute2",
        "procps",
        "unattended-upgrades",
        # What the documents have people type besides: a box has no network to fetch it.
        "ca-certificates",
        "certbot",
        "libnss3-tools",
        "psmisc",
        # For certbot: debootstrap looks no virtual package up.
        "python3-cffi-backend",
        "python3-venv",
        "sudo",
        "sysstat",
    ),
}


class CannotBuild(Exception):
    """This machine lacks something; the message says what, and what to type."""


def cache_folder() -> Path:
    """Where trees lie; XDG_CACHE_HOME is honoured."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "chatd" / "trees"


def mirror() -> str:
    """The address from which this machine's apt reads the suite."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in asked.stdout.splitlines():
        codename, _, address = line.partition(" ")
        if codename == SUITE and address.startswith(("http://", "https://", "file:/")):
            return address
    raise CannotBuild(
        f"apt on this machine names no mirror for Debian {SUITE}; "
        f"a line 'deb MIRROR {SUITE} main' in /etc/apt/sources.list gives it one."
    )


def check_machine() -> None:
    """Raise CannotBuild unless this is root with debootstrap at hand."""
    if os.geteuid() != 0:
        raise CannotBuild(
            "Building a Debian tree needs root (chroot, mount): run it again with sudo."
        )
    if shutil.which("debootstrap") is None:
        raise CannotBuild(
            "debootstrap is not installed: apt-get install -y --no-install-recommends debootstrap"
        )


def recipe_key(variant: str) -> str:
    """Changes whenever the recipe does, so that an old tree is not mistaken for a new one."""
    text = " ".join((SUITE, variant, *VARIANTS[variant]))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def build(variant: str) -> Path:
    """The path of the tree, which is built first if it is not there yet (about a minute)."""
    home = cache_folder()
    tree = home / f"{variant}-{recipe_key(variant)}"
    if tree.is_dir():
        return tree
    check_machine()
    source = mirror()
    home.mkdir(parents=True, exist_ok=True)
    unfinished = home / f".{tree.name}.{os.getpid()}"
    log = home / f"{variant}.log"
    print(f"building the {variant} tree with debootstrap, once; log: {log}", file=sys.stderr)
    started = time.monotonic()
    with log.open("wb") as to:
        done = subprocess.run(
            [
                "debootstrap",
                "--variant=minbase",
                f"--include={','.join(VARIANTS[variant])}",
                SUITE,
                str(unfinished),
                source,
            ],
            stdin=subprocess.DEVNULL,
            stdout=to,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CannotBuild(f"debootstrap failed; the last lines of {log} say why.")
    for package in (unfinished / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    unfinished.rename(tree)
    print(f"{tree} built in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return tree


def main() -> int:
    variant = sys.argv[1] if len(sys.argv) > 1 else "fresh"
    if variant not in VARIANTS:
        print(f"There is no tree {variant!r}; there is {', '.join(VARIANTS)}.", file=sys.stderr)
        return 2
    try:
        print(build(variant))
    except CannotBuild as lack:
        print(lack, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
