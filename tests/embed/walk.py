"""docs/embed.md as somebody follows it: its blocks in order, run or written down as they stand.

The names of the document become those of a site and a chat server on this machine; the commands
that only a real server has (systemctl, a browser's starter) are stood in for. Nothing else is
changed, so what works here works as it is written.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.daemon import REPOSITORY, Daemon, free_port

DOCUMENT = REPOSITORY / "docs" / "embed.md"
EXAMPLE = REPOSITORY / "examples" / "php"
STEP = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHAT, SITE = "https://chat.example.org", "https://www.example.org"


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    #: the file that the step's heading names, for what is not run
    file: str | None


def steps(document: Path = DOCUMENT) -> list[tuple[str, list[Block]]]:
    """Every step with its heading and its blocks."""
    text = document.read_text("utf-8").split("\n---\n")[0]
    found = list(STEP.finditer(text))
    ends = [one.start() for one in found[1:]] + [len(text)]
    return [
        (one[2], list(blocks_of(one[2], text[one.end() : end])))
        for one, end in zip(found, ends, strict=True)
    ]


def blocks_of(heading: str, text: str) -> Iterator[Block]:
    named = re.search(r"`([^`]+)`", heading)
    for language, content in BLOCK.findall(text):
        yield Block(language, content, named[1] if named and language != "sh" else None)


class Php:
    """PHP's own server: the site, on an origin that is not the chat's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._log = (self.folder / "php.log").open("ab")
        self._process = subprocess.Popen(
            # The edited file counts at once: PHP looks for changes every two seconds only.
            [
                "php",
                "-d",
                "opcache.enable=0",
                "-S",
                f"127.0.0.1:{self.port}",
                "-t",
                str(self.folder / "public"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PHP_CLI_SERVER_WORKERS": "3"},
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log()
            try:
                urllib.request.urlopen(self.url, timeout=5).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"PHP does not serve:\n{self.log()}")

    def log(self) -> str:
        return (self.folder / "php.log").read_text("utf-8", "replace")

    def stop(self) -> None:
        if self._process is not None:
            # Its workers are of its group, which is ours alone.
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(10)
            self._log.close()


class Walk:
    """Somebody at both machines. ``site`` has the example without its chat page."""

    def __init__(self, daemon: Daemon, site: Php, shims: Path) -> None:
        self.daemon = daemon
        self.site = site
        self.edited: set[Path] = set()
        self.opened: list[str] = []
        self._shims = shims
        self._told = shims / "told"
        self._make_shims()

    def walk(self) -> None:
        for _, blocks in steps():
            for block in blocks:
                self.do(block)

    def do(self, block: Block) -> None:
        if block.file is None:
            assert block.language == "sh", f"what is to be done with {block}?"
            done = self.run(block.text)
            assert done.returncode == 0, f"{block.text}\n{done.stdout}{done.stderr}"
        else:
            self.write(block.file, self.here(block.text))

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """As a shell on the server does; a restart it asks for has happened afterwards."""
        self._told.write_text("")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.here(script)],
            env={
                **os.environ,
                "PATH": f"{self._shims}:{os.environ['PATH']}",
                "CURL_CA_BUNDLE": str(self.daemon.ca),
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        for line in self._told.read_text().splitlines():
            if line == "systemctl restart chatd":
                self.daemon.restart()
            else:
                self.opened.append(line.removeprefix("xdg-open "))
        return done

    def write(self, name: str, text: str) -> None:
        """Settings are added to their file; a page is written anew."""
        path = self.daemon.config if name.endswith(".toml") else self.site.folder / name
        before = path.read_text("utf-8") + "\n" if name.endswith(".toml") else ""
        path.write_text(before + text, "utf-8")
        self.edited.add(path)

    def here(self, text: str) -> str:
        """The document's names replaced by those of this machine."""
        for there, here in (
            (CHAT, self.daemon.url),
            (SITE, self.site.url),
            ("/etc/chatd", str(self.daemon.folder)),
            ("/srv/site", str(self.site.folder)),
        ):
            text = text.replace(there, here)
        return text

    def set(self, setting: str, value: str) -> None:
        """Another value for a setting of [site], and a restart."""
        text = self.daemon.config.read_text("utf-8")
        head, _, section = text.partition("[site]\n")
        kept = [line for line in section.splitlines() if not line.startswith(f"{setting} =")]
        section = "\n".join([f"{setting} = {value}", *kept])
        self.daemon.config.write_text(f"{head}[site]\n{section}\n", "utf-8")
        self.daemon.restart()

    def _make_shims(self) -> None:
        self._shims.mkdir()
        self._told.write_text("")
        chatctl = (
            f'export PYTHONPATH="{REPOSITORY}" CHATD_CONFIG="{self.daemon.config}"\n'
            f'exec "{sys.executable}" -m chatd.admin.main "$@"'
        )
        told = f'echo "${{0##*/}} $*" >> "{self._told}"'
        for name, line in (("chatctl", chatctl), ("systemctl", told), ("xdg-open", told)):
            shim = self._shims / name
            shim.write_text(f"#!/bin/bash\n{line}\n")
            shim.chmod(0o755)
