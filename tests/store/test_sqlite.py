"""The driver: what one connection leaves behind for the others."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from chatd.store.sqlite import Sqlite, make_file


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[tuple[Sqlite, Sqlite]]:
    """One that writes and one that reads the same file."""
    make_file(tmp_path / "test.db")
    writer = Sqlite(tmp_path / "test.db", writing=True)
    writer.run("create table numbers (n integer)", {})
    writer.run("insert into numbers values (1), (2)", {})
    reader = Sqlite(tmp_path / "test.db", writing=False)
    yield writer, reader
    reader.close()
    writer.close()


@pytest.mark.parametrize("which", [0, 1], ids=["writer", "reader"])
def test_one_row_read_does_not_hold_up_the_checkpoint(
    connections: tuple[Sqlite, Sqlite], which: int
) -> None:
    writer, _ = connections
    assert connections[which].row("select n from numbers order by n", {}) == (1,)
    writer.run("insert into numbers values (3)", {})
    assert connections[which].row("select n from numbers order by n", {}) == (1,)
    assert writer.checkpoint(truncate=True)


def test_no_row_is_none(connections: tuple[Sqlite, Sqlite]) -> None:
    assert connections[0].row("select n from numbers where n = 9", {}) is None


def test_plans_do_not_depend_on_values(connections: tuple[Sqlite, Sqlite]) -> None:
    for sqlite in connections:
        assert sqlite.connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, -1) == 1
