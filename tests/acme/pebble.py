"""Pebble, the ACME server that Let's Encrypt tests clients with, and a DNS server for its names.

It comes from Debian (`pebble`) and is independent of the library that chatd uses. It forgets all
with its end, and turns some good nonces down on purpose.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from chatd.admin import local_ca
from tests.daemon import free_port

PATIENCE = 10.0


class Pebble:
    """``tls_port``: where it comes for challenges, instead of 443. All names lead to 127.0.0.1."""

    def __init__(self, folder: Path, tls_port: int, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.tls_port = tls_port
        own = local_ca.ensure(folder / "own", ["localhost"], datetime.now(UTC))
        self.ca = own.certificate.with_name("ca.pem")
        port, self._manage, dns, self._answers = (free_port() for _ in range(4))
        self.directory = f"https://localhost:{port}/dir"
        config = folder / "pebble.json"
        settings = {
            "listenAddress": f"127.0.0.1:{port}",
            "managementListenAddress": f"127.0.0.1:{self._manage}",
            "certificate": str(own.certificate),
            "privateKey": str(own.key),
            "httpPort": free_port(),
            "tlsPort": tls_port,
        }
        config.write_text(json.dumps({"pebble": settings}))
        nobody = [f"-{kind}=" for kind in ("http01", "https01", "tlsalpn01")]
        names = [
            "pebble-challtestsrv",
            f"-dns01=127.0.0.1:{dns}",
            f"-management=127.0.0.1:{self._answers}",
            "-defaultIPv4=127.0.0.1",
            "-defaultIPv6=",
            *nobody,
        ]
        server = ["pebble", f"-config={config}", f"-dnsserver=127.0.0.1:{dns}"]
        self._log = folder / "log"
        self._environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", **environment}
        self._port, self._server = port, server
        self._names = self._begun(names, self._answers)
        self._process = self._begun(server, port)

    def __enter__(self) -> Pebble:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def begin_anew(self) -> None:
        """It forgets its accounts, its orders and its own key."""
        self._process.kill()
        self._process.wait()
        self._process = self._begun(self._server, self._port)

    def root(self) -> str:
        """What to trust for the certificates that it gives (PEM)."""
        context = ssl.create_default_context(cafile=str(self.ca))
        url = f"https://localhost:{self._manage}/roots/0"
        with urllib.request.urlopen(url, timeout=5, context=context) as answer:
            return str(answer.read().decode())

    def stop(self) -> None:
        for process in (self._process, self._names):
            process.kill()
            process.wait()

    def lead(self, name: str, address: str) -> None:
        """From now on ``name`` leads to ``address``."""
        for call in ("clear-a", "add-a"):
            asked = json.dumps({"host": f"{name}.", "addresses": [address]}).encode()
            urllib.request.urlopen(f"http://127.0.0.1:{self._answers}/{call}", asked, 5).close()

    def settings(self, *domains: str) -> Mapping[str, object]:
        """[acme] for a daemon that is to get its certificate here."""
        return {
            "domains": list(domains),
            "agree_to_terms": True,
            "contact": "ops@example.org",
            "directory": self.directory,
            "ca_file": str(self.ca),
        }

    def _begun(self, command: list[str], port: int) -> subprocess.Popen[bytes]:
        """One that listens there."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process
            except OSError:
                assert time.monotonic() < deadline, f"{command[0]} does not begin:\n{self.log()}"
                time.sleep(0.02)


def main(folder: str, tls_port: str) -> None:
    """One for another process: tells in a line of JSON where it is and whom to trust, and runs
    until its input ends."""
    with Pebble(Path(folder), int(tls_port)) as made:
        told = {"directory": made.directory, "ca": made.ca.read_text(), "root": made.root()}
        print(json.dumps(told), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
