"""The load generator: C sources beside this file, driven by lines."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.cores import pinned
from bench.town import Person


class LoadError(Exception):
    """The load generator ended early; a sentence for people."""


class Load:
    """One running load generator, with a client for each of `people`. `chatd`: they speak its
    protocol; `server`: the process whose time is counted."""

    def __init__(
        self,
        program: Path,
        port: int,
        *,
        chatd: bool,
        people: Sequence[Person],
        listed: Path,
        core: int,
        server: int,
    ) -> None:
        listed.touch(mode=0o600)
        listed.write_text("".join(person.line() for person in people))
        self._process = subprocess.Popen(
            [program, "127.0.0.1", str(port), "chatd" if chatd else "plain", listed, str(server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(core),
        )

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def tell(self, *words: object) -> dict[str, Any]:
        """One command and its answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise LoadError(f"the load generator ended with code {self._process.wait(10)}")
        answer: dict[str, Any] = json.loads(line)
        return answer
