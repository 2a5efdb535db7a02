"""What stops the store from opening, as one sentence for the operator."""

import errno
import os
from pathlib import Path

import apsw


class StoreError(Exception):
    """What happened, why, and what to do: fit to be printed as the only line."""


def cannot_open(path: Path, error: Exception) -> StoreError:
    """Why the store does not open, and the way out, for the faults that operators meet."""
    number = getattr(error, "errno", None)
    if isinstance(error, apsw.ReadOnlyError) or number == errno.EROFS:
        fix = "it is read-only; make it writable, or set another data folder"
    elif isinstance(error, apsw.FullError) or number == errno.ENOSPC:
        fix = "the disk is full; free some space, then start again"
    elif isinstance(error, (apsw.CorruptError, apsw.NotADBError)):
        fix = "the file is damaged or no database; restore the last backup"
    elif isinstance(error, (PermissionError, apsw.PermissionsError, apsw.CantOpenError)):
        fix = (
            f"the user running chatd (id {os.geteuid()}) may not; give the folder and all in it to"
            " that user (chown -R)"
        )
    elif isinstance(error, FileNotFoundError):
        fix = "its parent folder is missing; make it, or set another data folder"
    elif isinstance(error, (FileExistsError, NotADirectoryError)):
        fix = "there is a file where a folder should be; move it away, or set another data folder"
    elif isinstance(error, apsw.BusyError):
        fix = "another program keeps it locked; end that program"
    else:
        fix = f"{error or type(error).__name__}"
    return StoreError(f"The store {path} cannot be opened: {fix}.")
