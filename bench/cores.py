"""Which process runs where: the server on one core, the load on another."""

import os
import resource
from collections.abc import Callable


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
