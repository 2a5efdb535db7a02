"""The virtual environment .venv, built from pinned requirements; a stamp says what is in it."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

# Whoever has the first file's packages has the others' too.
INCLUDES = {"dev.txt": ("dev.txt", "run.txt"), "run.txt": ("run.txt",)}
BUILD = "build.txt"
PROJECT = ("pyproject.toml", "setup.py", "chatd/__init__.py")
SPACE_NEEDED = {"run.txt": 200 * 2**20, "dev.txt": 500 * 2**20}

# What pip's wall of text means, first match wins: (words in it, the sentence for people).
CAUSES = (
    (("No space left on device",), "the disk is full: free some space and run this again"),
    (
        ("DO NOT MATCH THE HASHES",),
        "a downloaded package differs from the pinned one: do not use it; "
        "if your package index is a mirror that rebuilds packages, use the original",
    ),
    (
        (
            "name resolution",
            "Name or service not known",
            "Failed to establish a new connection",
            "Network is unreachable",
            "Read timed out",
            "ConnectTimeout",
            "Cannot connect to proxy",
            "Connection refused",
            "Connection reset",
        ),
        "the Python package index cannot be reached: check the network "
        "(behind a proxy set HTTPS_PROXY) and run this again",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "the package index shows a certificate this machine does not trust: "
        "install ca-certificates, or name your authority in PIP_CERT",
    ),
    (
        ("No matching distribution found", "Could not find a version"),
        "a pinned package has no ready-made build for this Python and processor: "
        "use CPython 3.11 to 3.13 on x86-64 or ARM64 (PYTHON=/path/to/python3 make ...)",
    ),
)


class SetupError(Exception):
    """One sentence for people: what failed and what to do."""


Run = Callable[[Sequence[str], Path, TextIO], int]
"""Runs a command in a folder, its output into the open log; returns the exit code."""


def run_logged(command: Sequence[str], folder: Path, output: TextIO) -> int:
    # PYTHON* of the caller would reach into the new environment.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=output, stderr=output, check=False
    ).returncode


@dataclass(frozen=True)
class Stamp:
    """What .venv holds: folders as they were, digests of the files it was built from."""

    root: str
    python: str
    project: str
    requirements: dict[str, str]


class Environment:
    """`root`/.venv; one process at a time builds it, a build cut short is built anew."""

    def __init__(
        self, root: Path, *, log_path: Path, say: Callable[[str], None], run: Run = run_logged
    ) -> None:
        self._root = root
        self._say = say
        self._run = run
        self._log_path = log_path
        self._log: TextIO | None = None
        self._folder = root / ".venv"
        self._stamp = self._folder / "chatd-stamp.json"
        self._python = self._folder / "bin" / "python"

    def is_ready(self, requirements: str) -> bool:
        have = self._read_stamp()
        return (
            have is not None
            and have.project == self._digest(*PROJECT)
            and have.requirements.get(requirements) == self._requirements_digest(requirements)
        )

    def build(self, requirements: str) -> None:
        """Bring .venv to what `requirements` says, or raise SetupError."""
        with self.log():
            self._wait_for_turn()
            if self.is_ready(requirements):
                return
            started = time.monotonic()
            self._check_space(requirements)
            have = self._read_stamp()
            # No stamp while we work: a build cut short is then begun from nothing.
            self._stamp.unlink(missing_ok=True)
            installed = {} if have is None else have.requirements
            if have is None:
                self._create()
            if installed.get(requirements) != self._requirements_digest(requirements):
                self._install(requirements)
                names = INCLUDES[requirements]
                installed = {name: self._requirements_digest(name) for name in names}
            self._install_project()
            self._write_stamp(installed)
            self._say(f"the environment is ready ({time.monotonic() - started:.0f} s)")

    def log(self) -> TextIO:
        if self._log is None or self._log.closed:
            # What lies under var/ is private: the daemon's secrets will live there.
            (self._root / "var").mkdir(mode=0o700, exist_ok=True)
            self._log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._log = self._log_path.open("a", encoding="utf-8")
        return self._log

    def _wait_for_turn(self) -> None:
        try:
            fcntl.flock(self.log(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._say("another set-up is at work here; waiting for it")
            fcntl.flock(self.log(), fcntl.LOCK_EX)

    def _check_space(self, requirements: str) -> None:
        free = shutil.disk_usage(self._root).free
        needed = SPACE_NEEDED[requirements]
        if free < needed:
            raise SetupError(
                f"{self._root} has {free >> 20} MB free and the environment may take "
                f"{needed >> 20} MB: free some space and run this again"
            )

    def _create(self) -> None:
        version = ".".join(map(str, sys.version_info[:3]))
        self._say(f"creating .venv with Python {version}")
        command = [sys.executable, "-m", "venv", "--clear", str(self._folder)]
        self._must(command, "the virtual environment could not be created")

    def _install(self, requirements: str) -> None:
        files = [self._root / "requirements" / name for name in (requirements, BUILD)]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        self._say(f"installing {text.count('==')} pinned packages (details: {self._shown_log()})")
        options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--retries", "2"]
        named = [word for file in files for word in ("-r", str(file))]
        self._pip([*options, *named], "the packages could not be installed")

    def _install_project(self) -> None:
        # Offline: setuptools is in the environment, and the dependencies are.
        options = ["--no-deps", "--no-build-isolation", "--no-index", "--editable"]
        self._pip([*options, str(self._root)], "chatd itself could not be installed")
        # Fills Twisted's plugin cache, which halves every later start; best effort.
        self._run([str(self._folder / "bin" / "twistd"), "--help"], self._root, self.log())

    def _pip(self, arguments: Sequence[str], failure: str) -> None:
        options = ["--quiet", "--no-input", "--disable-pip-version-check"]
        self._must([str(self._python), "-m", "pip", "install", *options, *arguments], failure)

    def _must(self, command: Sequence[str], failure: str) -> None:
        output = self.log()
        print("$", *command, file=output, flush=True)
        before = self._log_path.stat().st_size
        if self._run(command, self._root, output) != 0:
            with self._log_path.open(encoding="utf-8", errors="replace") as text:
                text.seek(before)
                raise SetupError(self._explain(failure, text.read()))

    def _explain(self, failure: str, output: str) -> str:
        for words, sentence in CAUSES:
            if any(word in output for word in words):
                return f"{failure}: {sentence} (details: {self._shown_log()})"
        return f"{failure}: the reason is at the end of {self._shown_log()}"

    def _shown_log(self) -> Path:
        return self._log_path.relative_to(self._root)

    def _requirements_digest(self, name: str) -> str:
        return self._digest(f"requirements/{name}", f"requirements/{BUILD}")

    def _digest(self, *names: str) -> str:
        digest = hashlib.sha256()
        for name in names:
            digest.update((self._root / name).read_bytes() + b"\0")
        return digest.hexdigest()

    def _read_stamp(self) -> Stamp | None:
        """What is installed, or None when .venv is absent, half built, moved or its Python gone."""
        try:
            stamp = Stamp(**json.loads(self._stamp.read_text(encoding="utf-8")))
            same_python = stamp.python == str(self._python.resolve(strict=True))
        except (OSError, ValueError, TypeError):
            return None
        return stamp if same_python and stamp.root == str(self._root) else None

    def _write_stamp(self, requirements: dict[str, str]) -> None:
        python, project = str(self._python.resolve()), self._digest(*PROJECT)
        stamp = Stamp(str(self._root), python, project, requirements)
        fresh = self._stamp.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
        fresh.replace(self._stamp)
