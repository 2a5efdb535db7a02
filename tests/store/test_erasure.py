"""Deleted text, with all it was before it was edited, is nowhere in the files any more."""

from pathlib import Path

import pytest

from chatd.store import writer
from tests.store.opened import Opened, edit, erase

SECRET = "the old text that nobody is to read again "


def files_with(folder: Path, text: str) -> list[str]:
    return [file.name for file in folder.iterdir() if text.encode() in file.read_bytes()]


@pytest.mark.parametrize("size", [1, 30, 400])
def test_erased_text_is_overwritten(tmp_path: Path, size: int) -> None:
    folder = tmp_path / "data"
    opened = Opened(folder).start().tea()
    secret = SECRET * size
    seqs = [opened.send(secret).answer.seq for _ in range(20)]
    assert files_with(folder, SECRET) != []
    for n, seq in enumerate(seqs):
        assert seq is not None
        if n % 2:
            opened.commit(edit(seq, "n" * (n * 50)))
        opened.commit(erase(seq))
    opened.stop()
    assert files_with(folder, SECRET) == []


def test_replaced_text_leaves_the_running_store_after_a_moment_of_calm(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    opened = Opened(folder).start().tea()
    seq = opened.send(SECRET).answer.seq
    assert seq is not None
    opened.commit(erase(seq))
    pause = opened.store._writer._stopping
    for _ in range(100):
        if files_with(folder, SECRET) == []:
            break
        pause.wait(writer.TIDY_AFTER / 20)
    assert files_with(folder, SECRET) == []
    opened.stop()
