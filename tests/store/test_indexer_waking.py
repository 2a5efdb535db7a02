"""The indexer is woken for the first news and for a whole stretch of them, not with each commit."""

import threading
from pathlib import Path

import pytest

from chatd.store import indexer
from chatd.store.indexer import EVENTS, Indexer
from tests.store.opened import Opened


class Counted(threading.Condition):
    """How often it was told of something."""

    told = 0

    def notify_all(self) -> None:
        self.told += 1
        super().notify_all()


def test_commits_that_come_while_it_lingers_do_not_wake_it(tmp_path: Path) -> None:
    sleeping = Indexer(tmp_path, "abcdefgh", 0, lambda: None, lambda *_: None, 0)  # type: ignore[arg-type,return-value]
    sleeping._changed = told = Counted()
    sleeping._position = 10
    sleeping.wake(11)
    assert told.told == 1
    for head in range(12, 10 + EVENTS):
        sleeping.wake(head)
    assert told.told == 1
    sleeping.wake(10 + EVENTS)
    assert told.told == 2, "there is a whole stretch"
    sleeping.wake(12 + EVENTS)
    assert told.told == 2
    sleeping._position = 12 + EVENTS
    sleeping.wake(13 + EVENTS)
    assert told.told == 3, "it had come to the end"


def test_a_whole_stretch_is_indexed_at_once_however_long_it_would_linger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "LINGER", 1e6)
    monkeypatch.setattr(indexer, "EVENTS", 20)
    opened = Opened(tmp_path / "data").start().tea()
    try:
        for number in range(25):
            opened.send(f"cup {number}")
        with opened.store._indexer._changed:
            assert opened.store._indexer._changed.wait_for(
                lambda: opened.store._indexer._place() >= 20, 10
            )
    finally:
        opened.stop()
