"""Which process runs where: the server on one core, the load on another."""

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path


def cores() -> tuple[int, int]:
    """The cores for server and load; the same one twice where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[min(1, len(usable) - 1)]


def pinned(core: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the child runs on `core`, with all the descriptors it may have."""

    def prepare() -> None:
        os.sched_setaffinity(0, {core})
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    return prepare


def private_bytes(pid: int) -> int:
    """Memory that is this process's own, in bytes."""
    total = 0
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup:
            if line.startswith(("Private_Clean:", "Private_Dirty:")):
                total += int(line.split()[1]) * 1024
    return total


class Company:
    """How much of a core others take while the server of `pid` runs on it: without them the figures
    would be better, and no two of them were taken in the same company."""

    def __init__(self, core: int, pid: int) -> None:
        self._core = core
        self._pid = pid
        self._began = time.monotonic()
        self._busy = self._core_ticks()
        self._own = self._own_ticks()

    def share(self) -> float:
        """Others' part of the core since the start, 0 to 1."""
        busy = self._core_ticks() - self._busy - (self._own_ticks() - self._own)
        elapsed = (time.monotonic() - self._began) * os.sysconf("SC_CLK_TCK")
        return min(max(busy / elapsed, 0.0), 1.0)

    def _core_ticks(self) -> int:
        """User, nice, system and stolen: interrupts serve the load's own packets."""
        for line in Path("/proc/stat").read_text().splitlines():
            if line.startswith(f"cpu{self._core} "):
                fields = [int(word) for word in line.split()[1:]]
                return fields[0] + fields[1] + fields[2] + fields[7]
        raise LookupError(f"the kernel counts no core {self._core}")

    def _own_ticks(self) -> int:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])
