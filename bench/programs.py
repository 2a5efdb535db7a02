"""The C programs of the bench, built when their sources changed."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LOAD = tuple(sorted((HERE / "load").glob("*.c")))
FLOOR = (HERE / "peers" / "floor.c",)


class BuildError(Exception):
    """A program could not be built; a sentence for people."""


def build(program: Path, sources: tuple[Path, ...]) -> Path:
    """`program`, made from `sources` unless it is there and newer than all beside them."""
    newest = max(path.stat().st_mtime for path in sources[0].parent.glob("*.[ch]"))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-o", str(program)]
    command += [*map(str, sources), "-lssl", "-lcrypto"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise BuildError("gcc is missing; type: apt-get install gcc libc6-dev libssl-dev") from None
    if done.returncode:
        raise BuildError(f"{program.name} does not compile:\n{done.stderr}")
    return program
