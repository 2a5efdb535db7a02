"""Tries chatd as a stranger would: a bare Debian 12, the README's lines, a first message.

    sudo python3 -m tests.rigs.fresh_machine

The machine is an overlay on the tree of tests/rigs/tree.py with its own processes, mounts and
name; it shares the network, because pip needs one. An ordinary user there types what
first_minute.py reads from README.md and nothing else; then first_message.py, run by the Python
that those lines have installed, logs two people in and passes a message between them. What is
cloned is this checkout's last commit. Everything is gone afterwards.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.rigs.first_minute import Newcomer, WentWrong, cloned_from, commands
from tests.rigs.passed_on import environment, pass_on
from tests.rigs.tree import CannotBuild, build, check_machine

ALLOWED = 180.0  # seconds from the first line typed to the first message read
PATIENCE = 2 * ALLOWED  # then a slow machine is given up; until then it is told how slow it was
HOSTNAME = "fresh"
USER = "newcomer"
BANNER = f"/home/{USER}/make-run.log"
STAND_IN = "/srv/chatd.git"
DRIVER = f".venv/bin/python -m tests.rigs.first_message {BANNER}"


def outside(repository: Path, port: int) -> int:
    """Build the tree, take a copy of the last commit, and go on within new namespaces."""
    check_machine()
    tree = build("fresh")
    scratch = Path(tempfile.mkdtemp(prefix="chatd-fresh-", dir=tree.parent))
    try:
        subprocess.run(
            ["git", "-c", "safe.directory=*", "clone", "--quiet", "--bare", "--no-hardlinks",
             str(repository), str(scratch / "chatd.git")],
            check=True,
        )  # fmt: skip
        again = [sys.executable, "-m", "tests.rigs.fresh_machine", "--inside", str(tree),
                 str(scratch), "--port", str(port)]  # fmt: skip
        apart = ["unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child"]
        return subprocess.run([*apart, *again], check=False).returncode
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def furnish(tree: Path, scratch: Path, typed: list[str]) -> Path:
    """The machine's root folder: an overlay (or a copy, where there are none), made ready."""
    root, upper, work = (scratch / name for name in ("root", "upper", "work"))
    for folder in (root, upper, work):
        folder.mkdir()
    layers = f"lowerdir={tree},upperdir={upper},workdir={work}"
    overlaid = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(root)],
        capture_output=True,
        check=False,
    )
    if overlaid.returncode != 0:
        subprocess.run(["cp", "-a", "--reflink=auto", f"{tree}/.", str(root)], check=True)
    subprocess.run(["mount", "-t", "proc", "proc", str(root / "proc")], check=True)
    subprocess.run(["mount", "--rbind", "/dev", str(root / "dev")], check=True)
    socket.sethostname(HOSTNAME)
    pass_on(root, HOSTNAME)
    shutil.move(scratch / "chatd.git", root / STAND_IN.lstrip("/"))
    config = "[safe]\n\tdirectory = *\n"
    if address := cloned_from(typed):
        config += f'[url "file://{STAND_IN}"]\n\tinsteadOf = {address}\n'
    (root / "etc/gitconfig").write_text(config, encoding="utf-8")
    subprocess.run(["chroot", str(root), "useradd", "--create-home", USER], check=True)
    return root


def inside(tree: Path, scratch: Path, port: int) -> int:
    """Within the namespaces: type the README's lines, then let the driver talk."""
    readme = subprocess.run(
        ["git", "-C", str(scratch / "chatd.git"), "show", "HEAD:README.md"],
        capture_output=True,
        text=True,
        check=False,
    )
    typed = commands(readme.stdout)
    root = furnish(tree, scratch, typed)
    if cloned_from(typed) is None:
        typed = [f"git clone {STAND_IN} chatd", "cd chatd", *typed]
    variables = {
        "HOME": f"/home/{USER}",
        "USER": USER,
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        **environment(),
        **({"PORT": str(port)} if port else {}),
    }
    person = ["chroot", f"--userspec={USER}:{USER}", str(root)]
    shell = ["env", "-i", *(f"{name}={value}" for name, value in variables.items()),
             "bash", "--noprofile", "--norc"]  # fmt: skip
    newcomer = Newcomer([*person, *shell], BANNER, root / BANNER.lstrip("/"))
    newcomer.type("cd", 0)
    started = time.monotonic()
    printed = ""
    patience = threading.Timer(PATIENCE, newcomer.interrupt)
    patience.start()
    try:
        for line in [*typed, DRIVER]:
            printed = newcomer.type(line, started + PATIENCE)
            print(f"{newcomer.steps[-1][1]:6.1f} s  {line}", flush=True)
        took = time.monotonic() - started
    finally:
        patience.cancel()
        newcomer.close()
    print(printed.rstrip())
    print(f"{took:6.1f} s  from the first line typed to the first message (allowed: {ALLOWED:.0f})")
    return int(took > ALLOWED)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--port", type=int, default=0, help="another port than 8443 for make run")
    parser.add_argument("--inside", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    try:
        if options.inside:
            return inside(*options.inside, options.port)
        return outside(options.repository.resolve(), options.port)
    except (CannotBuild, WentWrong) as trouble:
        print(trouble, file=sys.stderr)
        return 1


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
