"""A Chromium process, and those that a run of the tests keeps.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.ui.process import Kept, Process, find

PROGRAMS = ("chromium", "chromium-browser")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--lang=en-GB",
    # Names of servers that are no localhost (RFC 6761 §6.2).
    "--host-resolver-rules=MAP *.example.test 127.0.0.1",
    # A mouse, which a machine without a screen does not have.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,"
    "primaryPointerType=4,availablePointerTypes=4",
    "--remote-debugging-port=0",
)


def find_chromium() -> str | None:
    return find(PROGRAMS)


def spki_hash(certificate: Path) -> str:
    """What --ignore-certificate-errors-spki-list takes: base64 of SHA-256 of the public key."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


class Hears(Protocol):
    def heard(self, method: str, params: dict[str, Any]) -> None: ...


class Chromium(Process):
    """``trusted``: certificates whose keys are believed, whoever signed them. ``windows``: who
    hears what is told, by session."""

    programs = PROGRAMS

    def __init__(self, trusted: Sequence[Path] = ()) -> None:
        self._trusted = trusted
        self.windows: dict[str, Hears] = {}
        super().__init__()

    def arguments(self) -> list[str]:
        flags = [*FLAGS, f"--user-data-dir={self.folder}"]
        if self._trusted:
            hashes = ",".join(spki_hash(path) for path in self._trusted)
            flags.append(f"--ignore-certificate-errors-spki-list={hashes}")
        return [*flags, "about:blank"]

    def listens(self) -> str | None:
        told = self.folder / "DevToolsActivePort"
        lines = told.read_text().split() if told.exists() else []
        return f"ws://127.0.0.1:{lines[0]}{lines[1]}" if len(lines) == 2 else None

    def begin(self) -> None:
        pass

    def outcome(self, answer: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        return answer.get("result"), answer.get("error", {}).get("message", "")

    def heard(self, told: dict[str, Any]) -> None:
        window = self.windows.get(told.get("sessionId", ""))
        if window is not None and "method" in told:
            window.heard(told["method"], told["params"])

    def leave(self) -> None:
        self.call("Browser.close")

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        return self.ask(method, params, **({"sessionId": session} if session else {}))

    def crash(self, session: str) -> None:
        """Kills the renderer of a window; its answer never comes."""
        self.tell("Page.crash", {}, sessionId=session)
        for told in self.answers("Page.crash"):
            if (told.get("method"), told.get("sessionId")) == ("Inspector.targetCrashed", session):
                return


class Chromiums(Kept[Chromium]):
    """One is enough for all tests, each in profiles of its own; after one that died comes another.

    ``trusted`` as `Chromium` has it, which is told once, at its start.
    """

    def __init__(self, *trusted: Path) -> None:
        super().__init__(lambda: Chromium(trusted))
