"""The load generator: C sources beside this file, built when they changed, driven by lines."""

import json
import subprocess
from pathlib import Path
from typing import Any

from bench.cores import pinned

HERE = Path(__file__).parent
SOURCES = ("main.c", "peer.c")


class LoadError(Exception):
    """The load generator could not be built or ended early; a sentence for people."""


def build(folder: Path) -> Path:
    """The program, made in `folder` unless it is there and newer than its sources."""
    program = folder / "load"
    newest = max(path.stat().st_mtime for path in HERE.glob("*.[ch]"))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    folder.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(program)]
    command += [str(HERE / name) for name in SOURCES] + ["-lssl", "-lcrypto"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LoadError("gcc is missing; type: apt-get install gcc libc6-dev libssl-dev") from None
    if done.returncode:
        raise LoadError(f"the load generator does not compile:\n{done.stderr}")
    return program


class Load:
    """One running load generator, with one of `people` (token, first frames) for each client."""

    def __init__(
        self,
        program: Path,
        port: int,
        *,
        room: str,
        people: list[tuple[str, list[str]]],
        folder: Path,
        core: int,
        server: int,
    ) -> None:
        listed = folder / "people"
        listed.touch(mode=0o600)
        listed.write_text("".join("\t".join((token, *frames)) + "\n" for token, frames in people))
        self._process = subprocess.Popen(
            [program, "127.0.0.1", str(port), room, listed, str(server)],
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
        self._process.wait(10)

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
