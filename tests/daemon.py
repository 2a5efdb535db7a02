"""The real daemon as a child process, for every test that needs one.

`Daemon(folder)` makes the folder ready (settings, local authority, secret), `start` launches
`twistd chatd` there (see `tests.forked`) and returns once it serves. Nothing outlives the test:
used as a context manager it ends its child by pid, whatever happened.

    with Daemon(tmp_path) as daemon:
        token = daemon.token("alice")
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from chatd.admin.control import ask
from chatd.admin.quickstart import quickstart
from tests.forked import Forked, parent

REPOSITORY = Path(__file__).resolve().parent.parent
#: Far beyond any honest start or stop, in seconds; a hung daemon fails the test, not the suite.
LONGEST_START = 20.0
LONGEST_STOP = 10.0
READY = "ready: https://"

Sections = Mapping[str, Mapping[str, object]]
#: `make stock`: every daemon of every test serves with Twisted's own TLS, the reference.
STOCK_TLS = os.environ.get("CHATD_TESTS_TLS") == "stock"
#: For tests of something else than the limits: nobody meets one.
GENEROUS: Sections = {
    "limits": {
        "messages_per_second": 1e6,
        "messages_burst": 1e6,
        "bytes_per_second": 1e9,
        "bytes_burst": 1e9,
        "user_messages_per_second": 1e6,
        "user_messages_burst": 1e6,
        "commands_in_flight": 1024,
        "connections_per_user": 1000,
        "connections_per_address": 10000,
    }
}


class WentWrong(Exception):
    """The daemon did not do as asked; the message carries the end of its log."""


class Daemon:
    """One chatd in ``folder``, on loopback. ``sections`` go on top of the quickstart's settings, as
    ``{"limits": {"rooms_open": 3}}``; ``command`` stands before twistd (strace, for example);
    ``program`` replaces twistd's own: it is given ``--config PATH``; ``descriptors`` stay open in
    it."""

    def __init__(
        self,
        folder: Path,
        *sections: Sections,
        port: int | None = None,
        command: Sequence[str] = (),
        program: Sequence[str] = (),
        descriptors: Sequence[int] = (),
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"https://localhost:{self.port}"
        self.ws_url = f"wss://localhost:{self.port}/ws"
        self.config = folder / "chatd.toml"
        self.state = folder / "state"
        self.ca = folder / "tls" / "ca.pem"
        self._log = folder / "log" / "chatd.log"
        self._control = self.state / "control.sock"
        self._process: Forked | subprocess.Popen[bytes] | None = None
        self._arguments = ["--nodaemon", "--pidfile=", "chatd", "--config", str(self.config)]
        self._usual = not program
        own = [*twistd(), *self._arguments]
        self._program = [*program, "--config", str(self.config)] if program else own
        self.launched_by(command, descriptors)
        self._furnish(sections)

    def __enter__(self) -> Daemon:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def launched_by(self, command: Sequence[str], descriptors: Sequence[int] = ()) -> Daemon:
        """Another ``command`` in front, and other descriptors, from the next start on."""
        self._command = [*command, *self._program]
        self._descriptors = descriptors
        self._forks = self._usual and not command and not descriptors
        return self

    # ---- its life -------------------------------------------------------------------------------

    @property
    def pid(self) -> int:
        """Of the process launched: of ``command`` where one was given."""
        assert self._process is not None, "the daemon was not started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> Daemon:
        """Launches it and returns when it serves."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Launches it and returns at once."""
        assert not self.running, "it runs already"
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        with self._log.open("ab") as log:
            self._began_at = log.tell()
            # A library that is to be preloaded must be there from the first moment.
            if self._forks and "LD_PRELOAD" not in environment:
                self._process = parent().fork(self._arguments, environment, self._log)
                return
            self._process = subprocess.Popen(
                self._command,
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=self._descriptors,
            )

    def wait_until_ready(self) -> None:
        self.wait_for(READY)

    def wait_for(self, words: str) -> None:
        """Until it has said so since its last start."""
        deadline = time.monotonic() + LONGEST_START
        while words not in self.log():
            if not self.running:
                raise WentWrong(f"chatd ended instead of serving:\n{self._tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise WentWrong(f"chatd did not serve in {LONGEST_START} s:\n{self._tail()}")
            time.sleep(0.01)

    def stop(self) -> int | None:
        """Ends it as an operator would; its exit status. Harmless if it does not run."""
        if self._process is None:
            return None
        if self.running:
            # To all of it: a strace in front keeps the signal from what it traces.
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(LONGEST_STOP)
            except subprocess.TimeoutExpired:
                self.kill()
                raise WentWrong(f"chatd did not stop:\n{self._tail()}") from None
        return self._process.returncode

    def kill(self) -> None:
        """SIGKILL to it and whatever it started: no word, no last commit."""
        if self._process is not None:
            if self.running:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "the daemon was not started"
        self._process.send_signal(number)

    def log(self) -> str:
        """What it has said since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._began_at)
            return log.read().decode("utf-8", "replace")

    # ---- administration -------------------------------------------------------------------------

    def ask(self, action: str, **arguments: Any) -> Any:
        """What `chatctl` would do with ``action``, through the control socket."""
        answer = ask(self._control, action, arguments)
        if "refused" in answer:
            raise WentWrong(f"{action}: {answer['refused']['message']}")
        return answer["done"]

    def user(self, name: str, password: str | None = None, admin: bool = False) -> str:
        """Makes an account; its id."""
        return str(self.ask("user_add", name=name, password=password, admin=admin)["user"])

    def token(self, name: str) -> str:
        """A bearer token of an account, which is made if there is none."""
        if name not in {row["name"] for row in self.ask("user_list")}:
            self.user(name)
        return str(self.ask("token_create", name=name)["token"])

    # ---- inside ---------------------------------------------------------------------------------

    def _furnish(self, sections: Sequence[Sections]) -> None:
        done = quickstart(self.folder, self.port, now=datetime.now(UTC), names=("localhost",))
        text = done.config.read_text(encoding="utf-8")
        # A full disk is a test of its own and must not spoil the others.
        settings: dict[str, dict[str, object]] = {"store": {"free_bytes": 0, "free_percent": 0.0}}
        if STOCK_TLS:
            settings["tls"] = {"stock": True}
        for more in sections:
            for section, values in more.items():
                settings.setdefault(section, {}).update(values)
        for section, values in settings.items():
            text = with_settings(text, section, values)
        done.config.write_text(text, encoding="utf-8")

    def _tail(self, lines: int = 40) -> str:
        return "\n".join(self.log().splitlines()[-lines:])


def with_settings(text: str, section: str, values: Mapping[str, object]) -> str:
    """The TOML ``text`` with the values in its section, replacing those of the same name."""
    head = f"[{section}]"
    before, found, rest = text.partition(head + "\n")
    if not found:
        before, rest = text.rstrip("\n") + "\n\n", ""
    kept = rest.split("\n[", 1)
    lines = [line for line in kept[0].splitlines() if line.partition("=")[0].strip() not in values]
    lines += [f"{name} = {toml(value)}" for name, value in values.items()]
    after = f"\n[{kept[1]}" if len(kept) == 2 else ""
    return f"{before}{head}\n" + "\n".join(line for line in lines if line) + f"\n{after}"


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(name)} = {toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return repr(value)


def free_port() -> int:
    """A port that nobody has on loopback just now, over IPv4 nor IPv6."""
    while True:
        with socket.socket(socket.AF_INET) as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            port: int = four.getsockname()[1]
            try:
                six.bind(("::1", port))
            except OSError as error:
                if error.errno in (97, 99):  # no IPv6 here: EAFNOSUPPORT, EADDRNOTAVAIL
                    return port
                continue
            return port


def twistd() -> list[str]:
    """twistd of the running Python, wherever its scripts lie."""
    return [sys.executable, "-c", "from twisted.scripts.twistd import run; run()"]
