"""Firefox's older door, Marionette. The long-term release before 153 lets nobody who comes by
WebDriver BiDi alone run what Firefox's own code can do.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

from __future__ import annotations

import itertools
import json
import socket
from pathlib import Path
from typing import Any

from tests.ui.page import PageError

ARGUMENTS = ("--marionette",)
#: A free port, which it writes into its folder.
PREFERENCES = {"marionette.port": 0}
#: Seconds for one answer.
PATIENCE = 60.0


class Marionette:
    """Of the Firefox with this ``port``; in its chrome from the beginning. ``address`` is where the
    same session goes on by WebDriver BiDi."""

    def __init__(self, port: int, capabilities: dict[str, Any]) -> None:
        self._ids = itertools.count(1)
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")
        self._told()  # who it is
        wanted = {**capabilities, "webSocketUrl": True}
        begun = self._ask("WebDriver:NewSession", wanted)
        self.address: str = begun["capabilities"]["webSocketUrl"]
        self._ask("Marionette:SetContext", {"value": "chrome"})

    def run(self, script: str) -> None:
        """Where Firefox's own code runs."""
        asked = {"script": script, "args": [], "sandbox": "system"}
        self._ask("WebDriver:ExecuteScript", asked)

    def quit(self) -> None:
        """The end of Firefox."""
        self._ask("Marionette:Quit", {"flags": ["eForceQuit"]})

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def _ask(self, name: str, parameters: dict[str, Any]) -> Any:
        body = json.dumps([0, next(self._ids), name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(body), body))
        _, _, error, result = self._told()
        if error is not None:
            raise PageError(f"{name}: {error['message']}")
        return result

    def _told(self) -> Any:
        """The next message: its length in decimal digits, a colon, JSON."""
        digits = b""
        while (one := self._file.read(1)) != b":":
            if not one:
                raise PageError("Firefox went away.")
            digits += one
        return json.loads(self._file.read(int(digits)))


def port(folder: Path) -> int | None:
    """Where it listens whose profile is in ``folder``, None as long as it does not."""
    try:
        return int((folder / "MarionetteActivePort").read_text())
    except (FileNotFoundError, ValueError):
        return None
