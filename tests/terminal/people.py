"""People with a home each, and `chat` as they run it from a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from chatd.terminal.profiles import Profile, Profiles, profile_name
from tests.daemon import Daemon

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


class Person:
    """Signed in at the daemon with a token."""

    def __init__(self, daemon: Daemon, folder: Path, name: str) -> None:
        self.name = name
        self.home = folder / name
        self.home.mkdir(parents=True)
        self.profile = Profile(
            profile_name(name, daemon.url), daemon.url, name, str(daemon.ca), daemon.token(name)
        )
        Profiles({"XDG_CONFIG_HOME": str(self.home)}).keep(self.profile)

    def run(self, *arguments: str, text: str = "", **environment: str) -> tuple[int, str, str]:
        """Exit code, output, errors."""
        done = subprocess.run(
            command(*arguments),
            input=text,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            cwd=ROOT,
            env=surroundings(self.home, **environment),
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def ok(self, *arguments: str, text: str = "") -> str:
        code, out, errors = self.run(*arguments, text=text)
        assert code == 0, errors
        return out

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ok(*arguments, "--json").splitlines()]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "chatd.terminal.main", *arguments]


def surroundings(home: Path, **environment: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/bin"),
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **environment,
    }
