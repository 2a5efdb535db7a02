"""The real daemon as a child process, behind a relay that can be cut as a network can."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin.local_ca import host_names
from chatd.admin.quickstart import quickstart
from tests.daemon import STOCK_TLS
from tests.forked import Forked, parent
from tests.ui.relay import Relay

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"https://\S+/#setup=\S+")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Daemon:
    """In ``folder``; ``url`` is where the page is. `start` gives what it printed once ready.

    ``tls``: a folder with the authority and the certificate to serve with, as `local_ca.ensure`
    makes it; without, quickstart makes them for this daemon alone."""

    def __init__(self, folder: Path, tls: Path | None = None) -> None:
        self._var = folder / "var"
        self.state = self._var / "state"
        self._inner = free_port()
        port = free_port()
        self.url = f"https://localhost:{port}"
        #: the same behind the relay, where the network is always whole
        self.inside = f"https://localhost:{self._inner}"
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._tree = ROOT
        if tls is not None:
            shutil.copytree(tls, self._var / "tls")
        quickstart(self._var, port, now=datetime.now(UTC), names=host_names())
        # Quickstart wants to find its port free; the relay takes it afterwards.
        self.relay = Relay(port, self._inner)
        config = self._var / "chatd.toml"
        listen = f'listen = ["127.0.0.1:{self._inner}"]'
        config.write_text(re.sub(r"listen = \[.*\]", listen, config.read_text()))
        if STOCK_TLS:
            self.configure("stock = true", under="tls")
        self.certificate = self._var / "tls" / "server.pem"
        self.authority = self._var / "tls" / "ca.pem"
        self._log = folder / "daemon.log"
        self._process: Forked | subprocess.Popen[bytes] | None = None

    def runs_from(self, tree: Path) -> None:
        """From the next start on it is the chatd of that folder."""
        self._environment["PYTHONPATH"] = str(tree)
        self._tree = tree

    def chatctl(self, *arguments: str) -> str:
        """What `chatctl` printed."""
        return self._run(
            "import sys; from chatd.admin.main import main; sys.exit(main())",
            *("--config", str(self._var / "chatd.toml"), *arguments),
        )

    def configure(self, section: str, under: str | None = None) -> None:
        """One more section of the configuration, or lines `under` one that it has, before the
        start."""
        config = self._var / "chatd.toml"
        if under is None:
            config.write_text(f"{config.read_text()}\n{section}")
        else:
            config.write_text(config.read_text().replace(f"[{under}]", f"[{under}]\n{section}"))

    def _run(self, code: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=self._environment,
            cwd=self._tree,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> str:
        """What it said on the terminal until it was ready."""
        before = self._log.stat().st_size if self._log.exists() else 0
        arguments = ["--nodaemon", "--pidfile=", "chatd"]
        arguments += ["--config", str(self._var / "chatd.toml"), "--quickstart"]
        if self._tree == ROOT:
            self._process = parent().fork(arguments, self._environment, self._log)
        else:
            self._process = self._other(arguments)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            said = self._log.read_text()[before:]
            if "Ctrl-C" in said:
                return said
            assert self._process.poll() is None, said
            time.sleep(0.01)
        raise AssertionError(f"The daemon was not ready within 30 s:\n{said}")

    def _other(self, arguments: list[str]) -> subprocess.Popen[bytes]:
        """The chatd of another folder, for which nothing is loaded."""
        twistd = str(Path(sys.executable).with_name("twistd"))
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [twistd, *arguments],
                env=self._environment,
                cwd=self._tree,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(15)
            finally:
                self._process.kill()
                self._process.wait()
            self._process = None

    def reload(self) -> None:
        """Has it read its configuration anew, and waits until it has."""
        assert self._process is not None
        before = len(self._log.read_text())
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 15
        while "reloaded: " not in self._log.read_text()[before:]:
            assert time.monotonic() < deadline, self._log.read_text()[before:]
            time.sleep(0.05)

    def close(self) -> None:
        self.stop()
        self.relay.close()

    @staticmethod
    def link(said: str) -> str:
        found = LINK.search(said)
        assert found is not None, said
        return found.group()
