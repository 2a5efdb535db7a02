"""A machine with a real systemd, in a container that is gone afterwards.

systemd-nspawn boots the tree of tests/rigs/tree.py under an overlay in less than a second, with
nothing but a loop-back network of its own. Control groups are version 1 where this was measured;
what an earlier box left in them would keep the next from booting.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.rigs.tree import CannotBuild, build, check_machine

GROUPS = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "pids", "cpu")
NAME = "chatdbox"
#: Of the processor, in times what any other process of this machine gets: what is measured in the
#: box is the daemon's, whatever else runs here.
SHARES = 32 * 1024
VARIABLES = ("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8")


class Failed(AssertionError):
    """A command in the box did not do what it should."""


class Box:
    """``shared``: a folder of this machine that the box sees, read-only, as /shared."""

    def __init__(self, tree: Path, shared: Path, log: Path) -> None:
        self._tree = tree
        self._shared = shared
        self._log = log
        self._nspawn: subprocess.Popen[bytes] | None = None
        self.leader = 0

    def up(self) -> None:
        _clean()
        for name in CONTROLLERS:
            (GROUPS / name / NAME).mkdir(parents=True, exist_ok=True)
        (GROUPS / "cpu" / NAME / "cpu.shares").write_text(str(SHARES))
        with self._log.open("wb") as log:
            self._nspawn = subprocess.Popen(
                [
                    *("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot"),
                    *("-D", str(self._tree), "--link-journal=no", "--private-network"),
                    *("--console=pipe", "--volatile=overlay"),
                    f"--bind-ro={self._shared}:/shared",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_join_groups,
            )
        deadline = time.monotonic() + 60
        while not self._booted():
            if self._nspawn.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"the box did not boot:\n{self._log.read_text('utf-8', 'replace')}")
            time.sleep(0.1)
        for name in CONTROLLERS:
            # Without it systemd in there could set no limits, and would not say so.
            self._enter("mount", "-o", "remount,bind,rw", f"/sys/fs/cgroup/{name}", check=False)
        self.run("systemctl", "daemon-reexec")

    def _booted(self) -> bool:
        assert self._nspawn is not None
        found = subprocess.run(
            ["pgrep", "-P", str(self._nspawn.pid)], capture_output=True, text=True, check=False
        )
        if not found.stdout.strip():
            return False
        self.leader = int(found.stdout.split()[0])
        state = self._enter("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def run(self, *command: str, check: bool = True, seconds: float = 120) -> str:
        """What a command in the box printed."""
        return self._enter(*command, check=check, seconds=seconds).stdout

    def status(self, *command: str) -> int:
        """The exit code of a command in the box."""
        return self._enter(*command, check=False).returncode

    def _enter(
        self, *command: str, check: bool = True, seconds: float = 120
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "env", "-i", *VARIABLES, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )  # fmt: skip
        if check and done.returncode != 0:
            raise Failed(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start_here(self, *command: str, stdin: int | None = None) -> subprocess.Popen[str]:
        """A command of this machine in the network of the box, with its share of the processor."""
        return subprocess.Popen(
            ["nsenter", "-t", str(self.leader), "-n", *command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_join_groups,
        )

    def down(self) -> None:
        if self._nspawn is not None:
            if self._nspawn.poll() is None:
                self._enter("systemctl", "poweroff", check=False)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._nspawn.wait(20)
            if self._nspawn.poll() is None:
                os.killpg(self._nspawn.pid, signal.SIGKILL)
                self._nspawn.wait()
        _clean()


@contextlib.contextmanager
def box(shared: Path, folder: Path) -> Iterator[Box]:
    """A booted box; `CannotBuild` where this machine cannot have one."""
    check_machine()
    if shutil.which("systemd-nspawn") is None:
        raise CannotBuild(
            "systemd-nspawn is missing: apt-get install -y --no-install-recommends"
            " systemd-container"
        )
    made = Box(build("box"), shared, folder / "nspawn.log")
    try:
        made.up()
        yield made
    finally:
        made.down()


def _join_groups() -> None:
    for name in CONTROLLERS:
        (GROUPS / name / NAME / "cgroup.procs").write_text(str(os.getpid()))


def _clean() -> None:
    left = [
        *(GROUPS / hierarchy / part for hierarchy in ("unified", "systemd")
          for part in ("payload", "supervisor")),
        *(GROUPS / name / NAME for name in CONTROLLERS),
    ]  # fmt: skip
    for top in left:
        if top.is_dir():
            for path in sorted(top.rglob("*"), reverse=True):
                if path.is_dir():
                    with contextlib.suppress(OSError):
                        path.rmdir()
            with contextlib.suppress(OSError):
                top.rmdir()
