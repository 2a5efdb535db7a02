"""Daemons that start at once: forked from a process in which everything is loaded already.

Of a start nine tenths are the same each time: Python reads the modules, and the page is joined out
of its files. This process does both once for all daemons of a run. Each is then forked from it as
`twistd` with its own arguments, environment and log: a process of its own in all else.

    python -m tests.forked

is the one they are forked from: a line of JSON for each on its standard input; on its output
``<pid> started`` and, once that has ended, ``<pid> <exit status>``.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import chatd
from chatd.edge.aside import release_aside
from chatd.edge.release import Release, release

ROOT = Path(__file__).parents[1]
#: prctl(2): the signal that comes when the parent ends.
PR_SET_PDEATHSIG = 1
#: What runs in a process of its own and brings libraries along that no daemon loads.
ASIDE = {f"chatd.acme.{name}" for name in ("authority", "failures", "network", "order")}


class Forked:
    """The child as `subprocess.Popen` has it, as far as tests use that."""

    def __init__(self, parent: Parent, pid: int) -> None:
        self._parent = parent
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._ended(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("twistd", timeout)
        return status

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            self.returncode = self._parent.ended(self.pid, seconds)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Parent:
    """The process that daemons are forked from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._told = b""
        self._ended: dict[int, int] = {}
        self._lock = threading.Lock()

    def fork(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Forked:
        """`twistd` with these arguments, in the project's folder; what it says is added to
        ``log``."""
        wanted = {"arguments": arguments, "environment": dict(environment), "log": str(log)}
        assert self._process.stdin is not None
        log.touch()
        with self._lock:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            while True:
                pid, what = self._line(None)
                if what == "started":
                    self._ended.pop(pid, None)
                    return Forked(self, pid)

    def ended(self, pid: int, seconds: float | None) -> int | None:
        """The exit status, negative for a signal; None if it still runs after so many seconds."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            while pid not in self._ended:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if self._line(left) is None:
                    return None
            return self._ended[pid]

    def _line(self, seconds: float | None) -> Any:
        """A pid and what is told of it, or None if nothing is within so many seconds."""
        out = self._process.stdout
        assert out is not None
        while b"\n" not in self._told:
            if not select.select([out], [], [], seconds)[0]:
                return None
            more = out.read(4096)
            assert more, f"tests.forked ended with {self._process.wait()}"
            self._told += more
        line, _, self._told = self._told.partition(b"\n")
        pid, what = line.decode().split()
        if what != "started":
            self._ended[int(pid)] = int(what)
        return int(pid), what

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@cache
def parent() -> Parent:
    """The one of this run; it ends with it."""
    made = Parent()
    atexit.register(made.close)
    return made


# ---- in the process that is forked from ----------------------------------------------------------


class NoReactor(MetaPathFinder):
    """Modules that want the reactor while they are loaded are left to each daemon: one that was
    forked would share its epoll with all others."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        if name == "twisted.internet.reactor":
            raise ImportError(name)


def load() -> None:
    """All that a daemon loads, as far as it can be shared, and the page made of its files."""
    sys.meta_path.insert(0, NoReactor())
    import_module("twisted.scripts.twistd")
    for module in walk_packages(chatd.__path__, "chatd."):
        if module.name not in ASIDE:
            with suppress(ImportError):
                import_module(module.name)
    del sys.meta_path[0]
    pages = import_module("chatd.edge.pages")
    files = pages.ui_files()
    made = release(files)

    def remembered(wanted: Mapping[str, bytes]) -> Release:
        return made if wanted == files else release_aside(wanted)

    pages.release_aside = remembered
    assert threading.active_count() == 1


#: The children that have not ended.
running: set[int] = set()


def reap(*_: object) -> None:
    """Tells of every child that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        running.discard(pid)
        with suppress(BrokenPipeError):
            os.write(1, f"{pid} {os.waitstatus_to_exitcode(status)}\n".encode())


def serve() -> dict[str, Any] | None:
    """What is wanted, in each child; None in the parent, once nothing more is. Then, also where
    whoever ran the tests was killed, no child outlives it."""
    signal.signal(signal.SIGCHLD, reap)
    # With whoever runs the tests: what Ctrl-C means, they say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin.buffer:
        # No end is told before the start.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            found: dict[str, Any] = json.loads(line)
            return found
        # A group of its own, which can be signalled from now on.
        os.setpgid(pid, pid)
        running.add(pid)
        os.write(1, f"{pid} started\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for pid in running:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


def become(wanted: dict[str, Any]) -> None:
    """twistd, as if it had been started like this."""
    # Also where the parent is killed with all its group.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_APPEND)
    for descriptor, now in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, now)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.argv[:] = ["twistd", *wanted["arguments"]]
    from twisted.scripts.twistd import run

    run()


if __name__ == "__main__":
    load()
    mine = serve()
    if mine is not None:
        become(mine)
