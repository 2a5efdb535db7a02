"""Files written whole or not at all; private ones are never readable by others for a moment."""

import contextlib
import os
import secrets
from pathlib import Path

PRIVATE = 0o600
PUBLIC = 0o644


def write_private(path: Path, content: bytes) -> None:
    """Replace `path`, readable and writable by its owner alone."""
    _write(path, content, PRIVATE)


def write_public(path: Path, content: bytes) -> None:
    """Replace `path`, readable by all."""
    _write(path, content, PUBLIC)


def private_folder(path: Path) -> None:
    """Make `path`, open to its owner alone; an existing one is left as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with open(descriptor, "wb") as file:
            # The umask may have taken bits away; it never adds any.
            os.fchmod(descriptor, mode)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        raise
