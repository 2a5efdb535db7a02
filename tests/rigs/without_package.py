"""The same service without the package, from a checkout: docs/operating.md as it stands. Tried in
the box of tests/rigs/installed.py, which has no network: pip finds there what this machine fetched.
"""

import re
import subprocess
import sys
from pathlib import Path

from tests.handbook.reading import blocks
from tests.rigs.box import Box
from tests.rigs.handbook import block
from tests.rigs.seen import CONFIG, must, until_ready

ROOT = Path(__file__).parents[2]
FETCHED = "env PIP_NO_INDEX=1 PIP_FIND_LINKS=/shared/wheels PIP_DISABLE_PIP_VERSION_CHECK=1"


def prepared(shared: Path) -> None:
    """The last commit as a checkout, and the wheels that it is built from and runs with."""
    checkout = shared / "checkout"
    checkout.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", checkout], input=archive.stdout, check=True)
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    named = re.findall(r"-r (requirements/\S+)", blocks()["operating.md#without-the-package"].text)
    for pins in (*named, "requirements/build.txt"):
        pinned = ["--require-hashes", "-r", ROOT / pins]
        subprocess.run([*fetch, "--dest", shared / "wheels", *pinned], check=True)


def from_environment(inside: Box) -> None:
    inside.run("cp", "-a", "/shared/checkout", "/root/checkout")
    *made, would, install = block("operating.md#without-the-package").splitlines()
    typed = "cd /root/checkout\n{}"
    inside.run(*FETCHED.split(), "sh", "-ec", typed.format("\n".join(made)))
    told = inside.run("sh", "-ec", typed.format(would))
    must("Nothing was changed." in told, "install-service tells first what it would do", told)
    there = inside.status("ls", "/etc/systemd/system/chatd.service")
    must(there != 0, "and does nothing of it", "")
    told = inside.run("sh", "-ec", typed.format(install))
    must("setup-link" in told, "then it does, and tells three next steps", told)
    until_ready(inside, chatctl="/usr/local/bin/chatctl")
    state = inside.run("systemctl", "show", "chatd", "-p", "ActiveState,User,ExecStart")
    must("User=chatd" in state and "/opt/chatd/bin" in state, "the service runs", state)
    seen = inside.run("systemd-analyze", "security", "chatd.service", "--no-pager")
    level = float(seen.rsplit("chatd.service:", 1)[1].split()[0])
    must(level <= 1.5, f"its exposure is {level}, of at most 1.5", seen[-300:])
    timer = inside.run("systemctl", "cat", "chatd-backup.timer", "chatd-backup.service")
    must("/opt/chatd/bin/chatctl" in timer, "the timer of backups is there as well", timer)
    inside.run("/opt/chatd/bin/chatctl", "install-service", "--remove")
    gone = inside.status("systemctl", "cat", "chatd.service")
    kept = inside.run("ls", CONFIG, "/var/lib/chatd/chatd.db")
    must(gone != 0 and "chatd.db" in kept, "removed, it leaves configuration and data", kept)
