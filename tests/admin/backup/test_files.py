"""Files in backups: all that messages carry comes back, and what is damaged is told."""

import shutil
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from chatd.admin.backup.archive import BackupError, opened
from chatd.admin.backup.carried import carried
from chatd.admin.backup.restore import restore
from chatd.admin.backup.verify import faults
from chatd.engine.files import CreateFile, FileRow, SayWithFiles
from chatd.engine.unit import Append, ReplaceBody, Unit
from chatd.store.file_bodies import body_path
from chatd.store.verify import faults as faults_of_store
from tests.admin.backup.places import Place, silent
from tests.admin.backup.test_create import flip
from tests.store.desk import NOW

BODIES = {f"f{number:026}": bytes([number]) * 3_000_000 for number in range(3)}
LATER = {"f" + "z" * 26: b"brought later"}


def bring(place: Place, bodies: dict[str, bytes]) -> None:
    opened_store = place.opened()
    try:
        for file, body in bodies.items():
            path = body_path(place.state / "files", file)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(body)
            row = FileRow(
                file, "alice", "a.bin", "x/y", len(body), None, None, NOW, sha256(body).digest()
            )
            said = Append("tea", "message", "alice", NOW, b"", numbered=True)
            say = SayWithFiles(said, (file,), lambda rows: b'{"text":"look"}')
            opened_store.commit(Unit("alice", changes=(CreateFile(row, 10**9), say)))
    finally:
        opened_store.stop()


def there(place: Place) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (place.state / "files").glob("??/*")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "server").filled(3)
    bring(made, BODIES)
    return made


@pytest.fixture
def shelves(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def test_files_come_back_with_their_store_closed_to_others(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    shutil.rmtree(place.folder)
    assert place.ctl("backup", "restore", path) == 0
    assert there(place) == BODIES
    assert faults_of_store(place.state) == ()
    bodies = [place.state / "files", *(place.state / "files").rglob("*")]
    assert {stat.S_IMODE(each.stat().st_mode) for each in bodies if each.is_dir()} == {0o700}
    assert {stat.S_IMODE(each.stat().st_mode) for each in bodies if each.is_file()} == {0o600}


def test_changes_hold_only_files_that_the_full_backup_lacks(place: Place, shelves: Path) -> None:
    full = place.backup(shelves, 24)
    bring(place, LATER)
    changes = place.backup(shelves, 24)
    assert changes.stat().st_size < 1_000_000 < full.stat().st_size
    assert faults(changes) == []
    bring(place, {"f" + "y" * 26: b"never saved"})
    restore(changes, place.config, silent, replace=True)
    assert there(place) == BODIES | LATER
    [aside] = place.state.glob("before-restore-*")
    assert len(list((aside / "files").glob("??/*"))) == 5
    # What the full one holds beyond what there was at that time is left where it is.
    restore(full, place.config, silent, replace=True)
    assert there(place) == BODIES


def test_what_was_erased_is_not_brought_back_by_changes(place: Place, shelves: Path) -> None:
    place.backup(shelves, 24)
    opened_store = place.opened()
    seq = 5
    opened_store.commit(Unit("x", changes=(ReplaceBody("tea", seq, b"{}", deleted=True),)))
    opened_store.stop()
    restore(place.backup(shelves, 24), place.config, silent, replace=True)
    assert len(there(place)) == 2


def test_a_bit_that_fell_over_is_told(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    with opened(path) as archive:
        at, size = archive.where("store/files")
    flip(path, at + size - 10)
    assert faults(path) == [f"{path} is damaged: store/files is not as it was written."]
    with pytest.raises(BackupError, match="not as it was written"):
        restore(path, place.config, silent, replace=True)


def test_a_body_that_is_another_is_told_before_it_is_saved(place: Place, shelves: Path) -> None:
    """By `chatctl verify`, too."""
    [file, *_] = BODIES
    flip(body_path(place.state / "files", file), 100)
    with pytest.raises(BackupError, match=f"file {file}: its body is not as it came"):
        place.backup(shelves)
    assert faults_of_store(place.state) == (f"file {file}: its body is not as it came",)


def test_a_body_that_is_missing_keeps_nobody_from_backups_and_is_told(
    place: Place, shelves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [file, *others] = BODIES
    body_path(place.state / "files", file).unlink()
    assert faults_of_store(place.state) == (f"file {file}: its body is missing",)
    assert place.ctl("backup", "create", shelves) == 0
    assert f"1 file had no body on the disk: {file}" in capsys.readouterr().out
    [path] = shelves.iterdir()
    assert faults(path) == []
    restore(path, place.config, silent, replace=True)
    assert sorted(there(place)) == others


def test_a_backup_that_was_cut_off_within_a_file_is_none(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    with opened(path) as archive, carried(archive) as bodies:
        assert [sum(map(len, bodies.pieces(file) or ())) for file in BODIES] == [3_000_000] * 3
        assert bodies.pieces("f" + "9" * 26) is None
        at, _ = archive.where("store/files")
    with path.open("r+b") as file:
        file.truncate(at + 5_000_000)
    with pytest.raises(BackupError):
        faults(path)
