"""A shell for the lines of the documents: bash in a folder like a checkout, beside a daemon.

Nothing of a block is changed but words that are examples there (`Machine.instead`), and lines that
would go on for ever, which Ctrl-C ends. The commands are this checkout's; for `wscat`, which is
npm's, stands a client with its options, and for a browser's starter nothing.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.daemon import REPOSITORY, Daemon
from tests.handbook.reading import typed

#: The longest that the lines of one test may take, in seconds.
LONGEST = 60
#: What goes on until Ctrl-C.
ENDLESS = "chat follow"
PROGRAMS = {
    "chatctl": "chatd.admin.main",
    "chat": "chatd.terminal.main",
    "interrupted": "tests.handbook.interrupted",
    "wscat": "tests.handbook.wscat",
}
MARK = "=== the next block ==="


class Machine:
    """Of somebody whose home is ``folder``, at which ``daemon`` serves."""

    def __init__(self, daemon: Daemon, folder: Path) -> None:
        self.daemon = daemon
        self.folder = folder
        self.backups = folder / "backups"
        self.checkout = folder / "chatd"
        commands = self.checkout / ".venv" / "bin"
        commands.mkdir(parents=True)
        (self.checkout / "var").symlink_to(daemon.folder)
        self._path = f"{commands}:{os.environ['PATH']}"
        for name, module in PROGRAMS.items():
            self.stand_in(name, f'exec {shlex.quote(sys.executable)} -m {module} "$@"')

    def stand_in(self, name: str, line: str) -> None:
        """A command of that name."""
        command = self.checkout / ".venv" / "bin" / name
        command.write_text(f"#!/bin/bash\n{line}\n")
        command.chmod(0o755)

    def instead(self) -> Mapping[str, str]:
        """Words of the documents, and what they are on this machine."""
        host = f"localhost:{self.daemon.port}"
        return {
            "https://chat.example.org": f"https://{host}",
            "https://www.example.org/": f"https://{host}/",
            "localhost:8443": host,
            "/etc/chatd": str(self.daemon.folder),
            "/var/lib/chatd": str(self.daemon.state),
            "/var/backups/chatd": str(self.backups),
            "/etc/bash_completion.d": str(self.folder),
        }

    def here(self, text: str) -> str:
        for word, here in self.instead().items():
            text = text.replace(word, here)
        return re.sub(rf"^{ENDLESS} ", f"interrupted {ENDLESS} ", text, flags=re.MULTILINE)

    def type(
        self,
        *names: str,
        text: str = "",
        words: Mapping[str, str] | None = None,
        **environment: str,
    ) -> list[str]:
        """What each of the blocks printed, typed into one shell one after the other. ``text`` is
        what their commands can read; ``words`` are further examples, and what stands for them."""
        scripts = [self.here(typed()[name].text) for name in names]
        for word, here in (words or {}).items():
            assert any(word in script for script in scripts), f"{word!r} is in none of {names}"
            scripts = [script.replace(word, here) for script in scripts]
        code, printed = self.run(f"\necho '{MARK}'\n".join(scripts), text, **environment)
        assert code == 0, f"{names} ended with {code}:\n{printed}"
        parts = [part.strip() for part in printed.split(f"{MARK}\n")]
        assert len(parts) == len(names)
        return parts

    def environment(self) -> dict[str, str]:
        return {
            "PATH": self._path,
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            # This machine trusts the daemon's authority.
            "CURL_CA_BUNDLE": str(self.daemon.ca),
            "SSL_CERT_FILE": str(self.daemon.ca),
        }

    def run(self, script: str, text: str = "", **environment: str) -> tuple[int, str]:
        """Exit code, and what was printed on both outputs."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.checkout,
            env={**self.environment(), **environment},
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        return done.returncode, done.stdout
