"""A user-mode Linux guest whose power can be cut: `kill -9`, and its page cache is gone.

The guest's root is this machine's own file system through hostfs, read-only, so that it runs the
same Python with the same packages and the same checkout; only the disk image is its own. It needs
no root, and boots in about two seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

RIGS = Path(__file__).resolve().parent
REPOSITORY = RIGS.parent.parent
DISK = "/mnt/disk"  # where the guest sees the disk
MEMORY = "384M"
LONGEST_DEATH = 10.0  # seconds from the cut until the last process is gone


class CannotRun(Exception):
    """This machine lacks something; the message says what, and what to type."""


def has_wide_registers() -> bool:
    return " amx_tile" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")


def check_machine() -> None:
    """Raise CannotRun unless guests can run here."""
    needed = {"linux.uml": "user-mode-linux", "mkfs.ext4": "e2fsprogs"}
    if has_wide_registers():
        needed["gcc"] = "gcc libc6-dev"
    lacking = [package for command, package in needed.items() if find(command) is None]
    if lacking:
        raise CannotRun(
            "Power cuts run in user-mode Linux, and a package is missing: "
            f"apt-get install -y --no-install-recommends {' '.join(lacking)}"
        )
    for path in (REPOSITORY, Path(sys.executable)):
        if path.is_relative_to("/mnt"):
            raise CannotRun(f"{path} lies under /mnt, which the guest covers: use another folder.")


def find(command: str) -> str | None:
    return shutil.which(command, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def make_disk(image: Path, megabytes: int = 512) -> None:
    """An empty ext4 disk with 4 KiB blocks, sparse."""
    image.unlink(missing_ok=True)
    with image.open("wb") as blank:
        blank.truncate(megabytes << 20)
    subprocess.run([find("mkfs.ext4") or "mkfs.ext4", "-q", "-b", "4096", str(image)], check=True)


def preload(folder: Path) -> dict[str, str]:
    """The environment in which user-mode Linux bears this processor; compiles where needed."""
    if not has_wide_registers():
        return {}
    library = folder / "wide_registers.so"
    if not library.exists():
        source = RIGS / "wide_registers.c"
        subprocess.run(
            ["gcc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
        )
    return {"LD_PRELOAD": str(library)}


class Guest:
    """One boot: `lines` until it ends or is cut. `folder` holds the plan and the log."""

    def __init__(
        self, folder: Path, image: Path, check: list[str] | None, work: list[str] | None
    ) -> None:
        plan = folder / "plan.json"
        environment = {
            "HOME": "/mnt/home",
            "TMPDIR": "/mnt/tmp",
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        steps = {
            "folder": str(REPOSITORY),
            "environment": environment,
            "report": str(folder),
            "check": check,
            "work": work,
        }
        plan.write_text(json.dumps(steps), encoding="utf-8")
        command = [
            "linux.uml",
            f"ubd0={image}",
            "root=none",
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            f"mem={MEMORY}",
            f"uml_dir={folder}",
            "con=null",
            "con0=null,fd:1",
            "quiet",
            "loglevel=0",
            f"init={sys.executable}",
            "--",
            str(RIGS / "guest_init.py"),
            str(plan),
        ]
        self.cut_because: str | None = None
        self._report = folder / "check"
        self._report.unlink(missing_ok=True)
        self._log: IO[bytes] = (folder / "console.log").open("wb")
        self._process = subprocess.Popen(
            command,
            env={"PATH": os.environ.get("PATH", "/usr/bin"), "HOME": str(folder)} | preload(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )

    def lines(self) -> Iterator[str]:
        """Whole lines of the console as they come; ends when the guest does."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._log.write(line)
            if line.endswith(b"\n"):
                yield line.decode("utf-8", "replace").rstrip("\r\n")

    def report(self) -> Iterator[str]:
        """What the check said, once the console has told that it ended."""
        with self._report.open(encoding="utf-8", errors="replace") as text:
            yield from text

    def cut(self, because: str) -> None:
        """Pull the plug: every process of the guest at once, without a word to any."""
        self.cut_because = self.cut_because or because
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _await_others(self) -> None:
        """The guest's own processes, and its disk's writer, outlive its kernel by moments."""
        deadline = time.monotonic() + LONGEST_DEATH
        with contextlib.suppress(ProcessLookupError):
            while time.monotonic() < deadline:
                os.killpg(self._process.pid, signal.SIGKILL)
                time.sleep(0.01)

    def close(self) -> None:
        """Leave nothing running, whatever happened."""
        if self._process.poll() is None:
            self.cut("the host is done with it")
        self._process.wait()
        self._await_others()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
