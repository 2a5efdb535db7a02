"""The servers that are measured: each started as its own process on its own core."""

import contextlib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.cores import pinned
from chatd.admin.control import NotRunning, ask
from chatd.admin.quickstart import quickstart

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0

#: Ten senders stand for a whole room: what one of them may send.
RAISED = """
[limits]
messages_per_second = 1000000.0
messages_burst = 1000000.0
bytes_per_second = 1000000000.0
bytes_burst = 1000000000.0
user_messages_per_second = 1000000.0
user_messages_burst = 1000000.0
commands_in_flight = 1024
"""


class ServerError(Exception):
    """A server did not start; a sentence for people."""


@dataclass(frozen=True)
class Server:
    """`started`: how many seconds it took until it served."""

    name: str
    pid: int
    port: int
    started: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare_chatd(folder: Path) -> int:
    """A first configuration with raised limits in `folder`; its port."""
    port = free_port()
    made = quickstart(folder, port, now=datetime.now(UTC), names=["localhost"])
    with made.config.open("a", encoding="utf-8") as config:
        config.write(RAISED)
    return port


@contextlib.contextmanager
def chatd(folder: Path, port: int, core: int) -> Iterator[Server]:
    """The real daemon, from a folder that `prepare_chatd` made."""
    log = folder / "log" / "chatd.log"
    command = [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
    command += ["--nodaemon", "--pidfile=", f"--logfile={log}"]
    command += ["chatd", "--config", str(folder / "chatd.toml")]

    def ready() -> bool:
        try:
            return "done" in ask(folder / "state" / "control.sock", "status", {})
        except (NotRunning, OSError):
            return False

    with running("chatd", command, folder / "output", port, core, ready) as server:
        yield server


@contextlib.contextmanager
def peer(
    name: str,
    command: list[str],
    port: int,
    output: Path,
    core: int,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A broadcast server, up once it shakes hands."""

    def ready() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as raw:
            context = ssl._create_unverified_context()
            with context.wrap_socket(raw):
                return True
        return False

    with running(name, command, output, port, core, ready, environment) as server:
        yield server


@contextlib.contextmanager
def running(
    name: str,
    command: list[str],
    said: Path,
    port: int,
    core: int,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    began = time.monotonic()
    with said.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=pinned(core),
        )
    try:
        while not ready():
            if process.poll() is not None or time.monotonic() > began + START_SECONDS:
                words = said.read_text(errors="replace")[-2000:]
                raise ServerError(f"{name} did not start; it said:\n{words}")
            time.sleep(0.02)
        yield Server(name, process.pid, port, time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
