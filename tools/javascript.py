"""What looks at the page's JavaScript: ESLint, and TypeScript as a checker of types.

    python -m tools.javascript      both, over the page and the tests of its pure modules

They are npm's and pinned with hashes in tools/js/package-lock.json; they lie in
tools/js/node_modules and nothing of them is needed to run chatd or to build it.
"""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tools.environment import run_logged

ROOT = Path(__file__).resolve().parents[1]
HOME = Path("tools/js")
LOOKED_AT = ("chatd/ui", "tests/ui/units")
WORKER = Path("chatd/ui/worker")
#: npm ci: exactly what the lock file says, each package by its hash; no package runs anything.
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")


def is_ready(root: Path) -> bool:
    """Whether what the lock file says is there, whole."""
    stamp = root / HOME / "node_modules" / "made-from"
    return stamp.is_file() and stamp.read_text(encoding="ascii") == _digest(root)


def build(
    root: Path,
    log: Callable[[], TextIO],
    run: Callable[[Sequence[str], Path, TextIO], int] = run_logged,
) -> bool:
    """Brings tools/js/node_modules to what the lock file says; False where npm could not."""
    if run(INSTALL, root / HOME, log()) != 0:
        return False
    stamp = root / HOME / "node_modules" / "made-from"
    stamp.write_text(_digest(root), encoding="ascii")
    return True


def _digest(root: Path) -> str:
    return hashlib.sha256((root / HOME / "package-lock.json").read_bytes()).hexdigest()


def lint(*words: str, text: str | None = None) -> str:
    """What ESLint complains of, "" for nothing. ``text``: instead of the files named, this."""
    config = ("--config", str(ROOT / HOME / "eslint.config.js"), "--max-warnings", "0")
    return _complaints("eslint/bin/eslint.js", *config, *words, text=text)


def types() -> str:
    """What is wrong with the types of the page and its service worker, "" for nothing."""
    told = [project_types(HOME / "tsconfig.json")]
    if any((ROOT / WORKER).glob("*.js")):
        told.append(project_types(HOME / "tsconfig.worker.json"))
    return "\n".join(filter(None, told))


def project_types(project: Path) -> str:
    """The same of what one tsconfig.json names."""
    return _complaints("typescript/bin/tsc", "--pretty", "false", "--project", str(project))


def _complaints(program: str, *words: str, text: str | None = None) -> str:
    path = ROOT / HOME / "node_modules" / program
    done = subprocess.run(
        ["node", str(path), *words],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = (done.stdout + done.stderr).strip()
    return told or (f"{program} ended with {done.returncode}" if done.returncode else "")


def main() -> int:
    told = [one for one in (lint(*LOOKED_AT), types()) if one]
    print("\n\n".join(told), end="\n" if told else "")
    return bool(told)


if __name__ == "__main__":
    sys.exit(main())
