"""A real terminal for tests: tmux on a socket of its own, which is ended with all it started."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Seconds within which whatever is waited for must be on the screen.
PATIENCE = 20.0


class Terminal:
    """``chat`` in ``folder`` (its home) at a size. ``environment`` comes on top of a plain one."""

    def __init__(
        self,
        folder: Path,
        home: Path,
        columns: int = 80,
        rows: int = 24,
        arguments: str = "",
        **environment: str,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = folder / "tmux"
        self.size = columns, rows
        known: Mapping[str, str] = {
            "PATH": os.environ.get("PATH", "/usr/bin"),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "TERM": "tmux-256color",
            "TZ": "UTC",
            **environment,
        }
        variables = " ".join(f"{name}={shlex.quote(value)}" for name, value in known.items())
        program = f"{shlex.quote(sys.executable)} -m chatd.terminal.main {arguments}"
        command = f"cd {ROOT}; env -i {variables} {program}; echo ended with $?; exec sleep 600"
        self._tmux("new-session", "-d", "-s", "t", "-x", str(columns), "-y", str(rows), command)
        self._tmux("set-option", "-g", "focus-events", "on")

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """As if its window were closed."""
        self._tmux("kill-server", check=False)

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout

    def text(self) -> str:
        return self._tmux("capture-pane", "-t", "t", "-p")

    def raw(self) -> str:
        """With the escape sequences of colours and the like."""
        return self._tmux("capture-pane", "-t", "t", "-p", "-e")

    def lines(self) -> list[str]:
        return self.text().split("\n")[: self.size[1]]

    def press(self, *keys: str) -> None:
        """Keys by tmux's names, such as "Enter", "C-k", "M-a"."""
        self._tmux("send-keys", "-t", "t", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-t", "t", "-l", text)

    def paste(self, text: str) -> None:
        """As a terminal pastes that was asked to mark it (bracketed paste)."""
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p", "-t", "t")

    def click(self, column: int, row: int, button: int = 0) -> None:
        """Button 0 is the left one, 64 and 65 are the wheel; from 0 on (xterm's SGR reports)."""
        for end in "Mm":
            self.type(f"\x1b[<{button};{column + 1};{row + 1}{end}")

    def resize(self, columns: int, rows: int) -> None:
        self.size = columns, rows
        self._tmux("resize-window", "-t", "t", "-x", str(columns), "-y", str(rows))

    def until(self, holds: Callable[[str], bool], what: str, seconds: float = PATIENCE) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.text()
            if holds(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{what}, within {seconds} s; on the screen is:\n{self.text()}")

    def sees(self, wanted: str, seconds: float = PATIENCE) -> str:
        return self.until(lambda text: wanted in text, f"should see {wanted!r}", seconds)

    def loses(self, unwanted: str) -> str:
        return self.until(lambda text: unwanted not in text, f"should not see {unwanted!r}")

    def row_of(self, wanted: str) -> int:
        return next(number for number, line in enumerate(self.lines()) if wanted in line)

    def go(self, name: str) -> None:
        """To a room, by the switcher."""
        self.press("C-k")
        self.sees("Go to")
        self.type(name)
        self.press("Enter")
        self.loses("Go to")
