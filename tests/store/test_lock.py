"""One daemon on a data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatd.store.errors import StoreError
from chatd.store.lock import FolderLock


def test_a_second_holder_is_told_who_the_first_is(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    with pytest.raises(StoreError, match=rf"process {os.getpid()}\).*Stop it first"):
        FolderLock(tmp_path)
    lock.release()
    lock.release()
    FolderLock(tmp_path).release()


def test_a_holder_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from chatd.store.lock import FolderLock;"
        "lock = FolderLock(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=str(child.pid)):
            FolderLock(tmp_path)
        child.kill()
        child.wait(10)
    FolderLock(tmp_path).release()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could make a file for itself")
def test_the_lock_belongs_to_whom_the_folder_does(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12346)
    FolderLock(tmp_path).release()
    status = (tmp_path / "chatd.lock").stat()
    assert (status.st_uid, status.st_gid) == (12345, 12346)
