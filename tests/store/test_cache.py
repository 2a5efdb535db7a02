"""How much memory the store takes for pages of its files."""

from pathlib import Path

import pytest

from chatd.store import sqlite
from chatd.store.opening import CONNECTIONS
from tests.store.opened import Opened
from tests.store.test_indexer import said


def test_all_connections_together_keep_no_more_than_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_to: list[int] = []

    class Seen(sqlite.Sqlite):
        def close(self) -> None:
            # As it stands when all is over: nothing has set it since.
            set_to.append(int(self.connection.pragma("cache_size")))
            super().close()

    for name in ("opening", "indexer"):
        monkeypatch.setattr(f"chatd.store.{name}.Sqlite", Seen)
    opened = Opened(tmp_path / "data", cache_bytes=6 * 2**20).start().tea()
    set_to.clear()  # the one that migrates is gone before the others come
    opened.send("quagga")
    assert said(opened, "quagga") == ["quagga"]
    opened.stop()
    assert set_to == [-1024] * CONNECTIONS
