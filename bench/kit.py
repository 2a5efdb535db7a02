"""What the peers need, installed below var/bench/ and nowhere else: npm's and pip's packages."""

import contextlib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from bench.programs import FLOOR, LOAD, build

ROOT = Path(__file__).resolve().parent.parent
PEERS = Path(__file__).parent / "peers"
REQUIREMENTS = ROOT / "requirements" / "bench.txt"
BUILD = ROOT / "requirements" / "build.txt"
#: Comes without a ready-made build, but with its library inside.
BUILT_HERE = "socketify"
INSTALL_SECONDS = 300


class Lacking(Exception):
    """A peer cannot run here; half a sentence for people: why."""


class Kit:
    """Each property installs what it names at its first use, or raises Lacking."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._say = say

    @cached_property
    def load(self) -> Path:
        return build(self.folder / "load", LOAD)

    @cached_property
    def floor(self) -> Path:
        return build(self.folder / "floor", FLOOR)

    @cached_property
    def python(self) -> Path:
        """The interpreter of a virtual environment with requirements/bench.txt."""
        folder = self.folder / "python"
        python = folder / "bin" / "python"
        with self._once(folder, REQUIREMENTS) as needed:
            if needed:
                self._say("installing the Python peers")
                self._run([sys.executable, "-m", "venv", str(folder)], "no virtual environment")
                pip = [str(python), "-m", "pip", "install", "--quiet", "--no-input"]
                pip += ["--disable-pip-version-check", "--require-hashes", "--no-deps"]
                pip += ["--no-build-isolation", "--only-binary", ":all:"]
                for words in (
                    ["-r", str(BUILD)],
                    ["--no-binary", BUILT_HERE, "-r", str(REQUIREMENTS)],
                ):
                    self._run([*pip, *words], "its Python packages could not be installed")
        return python

    @cached_property
    def node(self) -> Path:
        """The folder of Node's modules."""
        if shutil.which("node") is None or shutil.which("npm") is None:
            raise Lacking("node and npm are not here (Debian: apt-get install nodejs npm)")
        folder = self.folder / "node"
        with self._once(folder, PEERS / "node" / "package-lock.json") as needed:
            if needed:
                self._say("installing the Node peer")
                for name in ("package.json", "package-lock.json"):
                    shutil.copy(PEERS / "node" / name, folder)
                install = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(folder)]
                self._run(install, "its npm package could not be installed")
        return folder / "node_modules"

    @cached_property
    def ratchet(self) -> Path:
        """The autoloader of Ratchet's vendor folder, which Composer makes."""
        if shutil.which("php") is None:
            raise Lacking("php is not here (Debian: apt-get install php-cli)")
        folder = self.folder / "ratchet"
        loader = folder / "vendor" / "autoload.php"
        if loader.exists():
            return loader
        if shutil.which("composer") is None:
            shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
            raise Lacking(f"no composer here, and no {shown}/vendor made elsewhere")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PEERS / "ratchet" / "composer.json", folder)
        install = ["composer", "install", "--no-interaction", "--quiet", "-d", str(folder)]
        self._run(install, "its Composer packages could not be installed")
        return loader

    @contextlib.contextmanager
    def _once(self, folder: Path, source: Path):  # type: ignore[no-untyped-def]
        """Whether `folder` is to be made; stamped with what it was made from when that is done."""
        if not source.exists():
            raise Lacking(f"{source.name} is missing")
        stamp = folder / "made-from"
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        needed = not stamp.exists() or stamp.read_text() != digest
        if needed:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        yield needed
        stamp.write_text(digest)

    def _run(self, command: Sequence[str], failure: str) -> None:
        log = self.folder / "install.log"
        with log.open("a", encoding="utf-8") as output:
            print("$", *command, file=output, flush=True)
            try:
                done = subprocess.run(
                    command,
                    stdout=output,
                    stderr=output,
                    stdin=subprocess.DEVNULL,
                    timeout=INSTALL_SECONDS,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Lacking(f"{failure}: {error}") from error
        if done.returncode:
            raise Lacking(f"{failure} (the end of {log} says why)")
