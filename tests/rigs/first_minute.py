"""Reads what a stranger is told to type out of README.md, and types it.

The commands stand in the fenced block that follows the comment `<!-- first-minute -->`, one a
line. `make run` serves in the foreground for ever: it is started in the background and awaited
until its banner shows the first administrator's link. Every other line has to end well.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

MARK = "<!-- first-minute -->"
BLOCK = re.compile(re.escape(MARK) + r"\s*^```(?:sh|console|shell)?\n(.*?)^```", re.M | re.S)
SERVES = re.compile(r"^make\b.*\brun\b")
READY = "chatd is ready: "
LINK = re.compile(r"https://\S+#\S+")  # the secret is in the fragment: it never reaches a log
ENDED = "the foreground command ended with"


class WentWrong(Exception):
    """A step failed; the message says which and carries the end of what it printed."""


def commands(readme: str) -> list[str]:
    """The lines to type, continued ones joined; WentWrong if the block is not there."""
    found = BLOCK.search(readme)
    if found is None:
        raise WentWrong(f"README.md has no ```sh block after {MARK}.")
    lines = found.group(1).replace("\\\n", " ").splitlines()
    typed = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not any(SERVES.match(line) for line in typed):
        raise WentWrong("README.md's first minute has no line `make run`.")
    return typed


def cloned_from(typed: list[str]) -> str | None:
    """The address in the line `git clone`, so that this checkout can stand in for it."""
    for line in typed:
        found = re.match(r"git clone\b.*?\s(\w+://\S+|\S+@\S+:\S+|/\S+)", line)
        if found:
            return found.group(1)
    return None


class Newcomer:
    """Somebody at a shell who types lines and answers nothing: every input is /dev/null.

    `shell` is the command of a bash; `banner` the file, as that shell and as we see it, into which
    a serving line writes.
    """

    def __init__(self, shell: list[str], banner: str, banner_here: Path) -> None:
        self.steps: list[tuple[str, float]] = []
        self._banner, self._banner_here = banner, banner_here
        self._bash = subprocess.Popen(
            shell,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def type(self, line: str, deadline: float) -> str:
        """Run one line and wait for its end, or for its banner; answers what it printed."""
        started = time.monotonic()
        if SERVES.match(line):
            self._run(f"{{ {line}\necho {ENDED} $?; }} </dev/null >{self._banner} 2>&1 &")
            printed = self._await_banner(line, deadline)
        else:
            printed, status = self._run(f"{{ {line}\n}} </dev/null")
            if status != 0:
                raise WentWrong(f"`{line}` ended with {status}:\n{tail(printed)}")
        self.steps.append((line, time.monotonic() - started))
        return printed

    def interrupt(self) -> None:
        """End the shell and whatever serves in its background; a line still running fails."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bash.pid, signal.SIGTERM)

    def close(self) -> None:
        self.interrupt()
        self._bash.communicate()

    def _run(self, text: str) -> tuple[str, int]:
        to, out = self._pipes()
        to.write(f"{text}\nprintf '\\n=== %d\\n' $?\n")
        to.flush()
        printed: list[str] = []
        for line in out:
            if line.startswith("=== "):
                return "".join(printed), int(line.split()[1])
            printed.append(line)
        raise WentWrong(f"the shell ended:\n{tail(''.join(printed))}")

    def _await_banner(self, line: str, deadline: float) -> str:
        while time.monotonic() < deadline:
            printed = ""
            if self._banner_here.exists():
                printed = self._banner_here.read_text(encoding="utf-8", errors="replace")
            if ENDED in printed:
                raise WentWrong(f"`{line}` ended instead of serving:\n{tail(printed)}")
            if READY in printed and LINK.search(printed) and printed.endswith("\n"):
                return printed
            time.sleep(0.1)
        raise WentWrong(f"`{line}` showed no first link in time:\n{tail(printed)}")

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        return self._bash.stdin, self._bash.stdout


def tail(text: str, lines: int = 40) -> str:
    return "\n".join(text.splitlines()[-lines:])
