"""The lock on the data folder: one daemon, or one offline tool, at a time."""

import fcntl
import os
from pathlib import Path

from chatd.store.errors import StoreError


class FolderLock:
    """Held from creation to `release`, or until the process ends, however it ends (flock(2))."""

    def __init__(self, folder: Path) -> None:
        path = folder / "chatd.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            # One made by root and left to root would keep the daemon out.
            owner = folder.stat()
            os.fchown(self._descriptor, owner.st_uid, owner.st_gid)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 32).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise StoreError(
                f"Another chatd (process {holder or 'unknown'}) uses {folder}. Stop it first,"
                " or give this one a data folder of its own."
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
