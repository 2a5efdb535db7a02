"""Folders: that the names in one are on disk."""

import os
from pathlib import Path


def synced(folder: Path) -> None:
    """What was made, renamed or removed in the folder is so after a power cut, too. OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
