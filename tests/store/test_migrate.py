"""From any older schema to this one: step by step, with a copy first, and never backwards."""

from pathlib import Path

import apsw
import pytest

from chatd.store import migrate as migrating
from chatd.store.errors import StoreError
from chatd.store.migrate import Step, backup_path, migrate, steps, version
from chatd.store.sqlite import APPLICATION_ID, Sqlite, make_file

ADD = Step(len(steps()) + 1, "colour", "alter table rooms add column colour text;")
FAIL = Step(
    len(steps()) + 2,
    "broken",
    "alter table rooms add column size integer; insert into nowhere values (1);",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "chatd.db"
    make_file(path)
    return path


def run(path: Path, *more: Step, epoch: str = "abcdefgh") -> dict[str, str]:
    """Migrates with further steps; the store's meta afterwards."""
    database = Sqlite(path, writing=True)
    try:
        migrate(database, path, todo=[*steps(), *more], new_epoch=lambda: epoch, now=7)
        assert database.pragma("application_id") == APPLICATION_ID
        assert version(database) == len(steps()) + len(more)
        return dict(database.rows("select name, value from meta", {}))  # type: ignore[arg-type]
    finally:
        database.close()


def columns(path: Path) -> set[str]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return {row[1] for row in connection.execute("pragma table_info(rooms)")}
    finally:
        connection.close()


def test_a_new_store_knows_its_epoch_and_schema(path: Path) -> None:
    assert run(path) == {"epoch": "abcdefgh", "created": "7", "schema": str(len(steps()))}
    assert run(path, epoch="zzzzzzzz")["epoch"] == "abcdefgh"
    assert sorted(file.name for file in path.parent.iterdir()) == ["chatd.db"]


def test_people_of_an_older_store_are_found_by_any_word_of_their_names(path: Path) -> None:
    database = Sqlite(path, writing=True)
    try:
        migrate(database, path, todo=steps()[:11], new_epoch=lambda: "abcdefgh", now=7)
        database.run(
            """
            insert into users (id, name, skeleton, display, folded, admin, disabled, created)
            values ('u1', 'carla', 'carla', 'Carla Meyer-Lindenberg', 'carla meyer-lindenberg',
                    0, 0, 7)
            """,
            {},
        )
        migrate(database, path, todo=steps(), new_epoch=lambda: "abcdefgh", now=7)
        rows = database.rows("select name, person from names_within order by name", {})
        assert rows == [("lindenberg", "u1"), ("meyer-lindenberg", "u1")]
    finally:
        database.close()


def test_an_older_store_is_copied_and_brought_up(path: Path) -> None:
    run(path)
    after = run(path, ADD, epoch="zzzzzzzz")
    assert after == {"epoch": "abcdefgh", "created": "7", "schema": str(ADD.number)}
    assert "colour" in columns(path)
    copy = backup_path(path, len(steps()))
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "colour" not in columns(copy)
    assert list(path.parent.glob("*.part*")) == []


def test_the_copy_is_under_its_name_after_a_power_cut_before_a_step_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(path)
    there: list[tuple[Path, bool, bool]] = []

    def synced(folder: Path) -> None:
        there.append((folder, backup_path(path, len(steps())).exists(), "colour" in columns(path)))

    monkeypatch.setattr(migrating, "synced", synced)
    run(path, ADD)
    assert there == [(path.parent, True, False)]


def test_the_copy_put_in_place_believes_no_cursor_of_what_came_after_it(path: Path) -> None:
    run(path)
    run(path, ADD, epoch="zzzzzzzz")
    backup_path(path, len(steps())).replace(path)
    assert run(path)["epoch"] == "zzzzzzzz"


def test_a_step_that_fails_leaves_the_ones_before_it_and_nothing_of_its_own(path: Path) -> None:
    run(path)
    with pytest.raises(apsw.SQLError, match="nowhere"):
        run(path, ADD, FAIL)
    assert {"colour"} == columns(path) & {"colour", "size"}
    run(path, ADD)


def test_killed_half_way_the_next_start_goes_on(path: Path) -> None:
    run(path)
    database = Sqlite(path, writing=True)
    database.run("begin immediate", {})
    database.connection.execute(ADD.sql)
    # What a kill leaves: the log with a transaction that never committed, and half a copy.
    for suffix in ("", "-wal"):
        source = path.with_name(path.name + suffix)
        path.with_name("killed.db" + suffix).write_bytes(source.read_bytes())
    database.close()
    killed = path.with_name("killed.db")
    backup_path(killed, len(steps())).with_name(
        backup_path(killed, len(steps())).name + ".part"
    ).write_bytes(b"half a copy")
    assert "colour" not in columns(killed)
    run(killed, ADD)
    assert "colour" in columns(killed)
    assert "colour" not in columns(backup_path(killed, len(steps())))


def test_a_store_of_a_newer_chatd_is_left_alone(path: Path) -> None:
    run(path, ADD)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer chatd \(schema \d+, .*Install that version"):
        run(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mark", ["", "pragma user_version = 1;"])
def test_a_database_of_another_program_is_left_alone(path: Path, mark: str) -> None:
    connection = apsw.Connection(str(path))
    connection.execute(f"create table theirs (a); {mark}")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        run(path)
