"""Backups: what is in them, and that what is damaged or unfinished is never taken for one."""

import os
import shutil
import stat
import tarfile
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from chatd.admin.backup import shelf
from chatd.admin.backup.archive import BackupError, opened
from chatd.admin.backup.belongings import named_files, named_folders
from chatd.admin.backup.create import Wanted, create
from chatd.admin.backup.stored import pages
from chatd.admin.backup.verify import faults
from chatd.config.reading import load, parse
from chatd.config.settings import Settings
from chatd.config.settings_providers import Provider
from chatd.store.pages import reading
from tests.admin.backup.places import Place, silent, texts
from tests.daemon import with_settings


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "server").filled(20)


@pytest.fixture
def shelves(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def flip(path: Path, at: int) -> None:
    """One bit of the file."""
    with path.open("r+b") as file:
        file.seek(at)
        [byte] = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_a_backup_holds_store_configuration_and_keys_for_its_owner_alone(
    place: Place, shelves: Path
) -> None:
    path = place.backup(shelves)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(shelves.stat().st_mode) == 0o700
    with opened(path) as archive:
        members = {item.member for item in archive.manifest.items}
        assert archive.content("configuration/chatd.toml") == place.config.read_bytes()
        secret = place.folder / "secrets" / "server.key"
        assert archive.content("configuration/accounts.secret_file") == secret.read_bytes()
        with pages(archive) as there, reading(there) as database:
            assert database.rows("select count(*) from events where numbered = 1", {}) == [(20,)]
    assert {"configuration/tls.certificate", "configuration/tls.key", "store/chatd.db"} <= members
    assert faults(path) == []
    assert [path.name for path in shelves.iterdir()] == [path.name]
    # Nothing of the copy stays but its mark, and what SQLite keeps beside a file it has read.
    left = {path.name for path in place.state.iterdir()}
    assert left <= {"chatd-search.db", "chatd.copying", "chatd.copying-files", "chatd.db",
                    "chatd.db-shm", "chatd.db-wal", "chatd.lock"}  # fmt: skip


def test_a_backup_beside_a_store_that_is_open_holds_all_that_was_answered(
    place: Place, shelves: Path
) -> None:
    opened_store = place.opened()
    try:
        opened_store.send("answered")
        path = place.backup(shelves)
        opened_store.send("later")
    finally:
        opened_store.stop()
    with opened(path) as archive, pages(archive) as there, reading(there) as database:
        assert database.rows("select count(*) from events where numbered = 1", {}) == [(21,)]
    assert len(texts(place.state)) == 22


#: Without these a section of a provider is not taken.
NEEDED = {"issuer": "https://login.example.org", "client_id": "chat", "label": "Example"}


def test_every_setting_that_names_a_file_is_known(tmp_path: Path) -> None:
    """What the configuration resolves against its folder is what is saved, but for the store and
    the control socket."""
    text = ""
    for section, plain in Settings(provider={"corp": Provider()}).sections():
        needed = NEEDED if section == "provider.corp" else {}
        taken = {
            item.name: "named"
            for item in fields(plain)
            if isinstance(getattr(plain, item.name), str)
            and _takes(section, {**needed, item.name: "named"}, tmp_path)
        }
        text = with_settings(text, section, {**taken, **needed})
    settings = parse(text, tmp_path / "chatd.toml", files=False)
    resolved = {
        f"{section}.{item.name}"
        for section, values in settings.sections()
        for item in fields(values)
        if getattr(values, item.name) == str(tmp_path / "named")
    } - {"store.path"}
    known = [*named_files(settings), *named_folders(settings)]
    assert resolved == {setting for setting, _ in known}
    assert "provider.corp.client_secret_file" in resolved
    assert len(resolved) > 8


def _takes(section: str, values: dict[str, str], folder: Path) -> bool:
    lines = "".join(f'{name} = "{value}"\n' for name, value in values.items())
    try:
        parse(f"[{section}]\n{lines}", folder / "chatd.toml", files=False)
    except Exception:
        return False
    return True


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.98])
def test_a_flipped_bit_anywhere_is_found(place: Place, shelves: Path, share: float) -> None:
    path = place.backup(shelves)
    with opened(path) as archive:
        offset, size = archive.where("store/chatd.db")
    flip(path, offset + int(size * share))
    [fault] = faults(path)
    assert "store/chatd.db is not as it was written" in fault
    assert place.ctl("backup", "verify", path) == 1


def test_a_flipped_bit_in_the_manifest_is_found(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    with opened(path) as archive:
        offset, _ = archive.where("manifest.json")
    flip(path, offset + 100)
    with pytest.raises(BackupError, match="manifest is not as it was written"):
        faults(path)


def test_a_database_that_breaks_its_own_rules_is_no_backup(place: Place, shelves: Path) -> None:
    from chatd.store.names import FILE
    from chatd.store.sqlite import Sqlite

    database = Sqlite(place.state / FILE, writing=True)
    database.run("update rooms set head = head + 1", {})
    database.close()
    with pytest.raises(BackupError, match="room tea: head"):
        place.backup(shelves)
    assert list(shelves.iterdir()) == []


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_backup_that_was_cut_short_says_what_it_is(
    place: Place, shelves: Path, share: float
) -> None:
    path = place.backup(shelves)
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(BackupError, match=r"unfinished|no backup of chatd, or it is damaged"):
        faults(path)
    [kept] = shelf.kept(shelves)
    assert kept.manifest is None and kept.fault


def test_nothing_is_overwritten(place: Place, tmp_path: Path) -> None:
    target = tmp_path / "one.tar"
    place.backup(target)
    before = target.read_bytes()
    with pytest.raises(BackupError, match="nothing is overwritten"):
        place.backup(target)
    assert target.read_bytes() == before


def test_what_was_left_unfinished_is_named_and_removed_by_the_next(
    place: Place, shelves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelves.mkdir()
    left = shelves / "chatd-20260101T000000Z.tar.part-db"
    left.write_bytes(b"half")
    other = shelves / "notes.tar.part"
    other.write_bytes(b"mine")
    assert place.ctl("backup", "list", shelves) == 0
    assert f"{left.name}: unfinished" in capsys.readouterr().out
    place.backup(shelves)
    assert not left.exists() and other.exists()


def test_two_at_a_time_in_one_folder_are_refused(place: Place, shelves: Path) -> None:
    shelves.mkdir()
    with shelf.locked(shelves), pytest.raises(BackupError, match="Another backup"):
        place.backup(shelves)


def test_a_disk_without_room_is_said_before_anything_is_written(
    place: Place, shelves: Path
) -> None:
    text = place.config.read_text("utf-8")
    place.config.write_text(with_settings(text, "store", {"free_bytes": 2**50}), "utf-8")
    with pytest.raises(BackupError, match=r"MiB free and \d+ are needed.*prune"):
        place.backup(shelves)
    assert list(shelves.iterdir()) == []


def test_a_file_of_the_configuration_that_cannot_be_read_is_named(
    place: Place, shelves: Path
) -> None:
    (place.folder / "secrets" / "server.key").unlink()
    with pytest.raises(BackupError, match=r"server\.key \(accounts\.secret_file\).*--store-only"):
        place.backup(shelves)
    settings = load(place.config)
    path = create(Wanted(shelves, store_only=True), place.config, settings, silent)
    with opened(path) as archive:
        assert [item.member for item in archive.manifest.items][:1] == ["store/chatd.db"]


def test_a_form_of_the_future_is_refused(place: Place, shelves: Path) -> None:
    import hashlib
    import io

    path = place.backup(shelves)
    with opened(path) as archive:
        manifest = msgspec.json.decode(archive.content("manifest.json"))
    text = msgspec.json.encode(manifest | {"format": 3})
    forged = shelves / "forged.tar"
    with tarfile.open(forged, "w") as tar:
        seal = hashlib.sha256(text).hexdigest().encode()
        for name, content in (("manifest.json", text), ("manifest.sha256", seal)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    with pytest.raises(BackupError, match="has form 3, this chatd knows 2"):
        faults(forged)


def test_other_files_are_no_backups(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "notes.tar"
    path.write_text("hello")
    with pytest.raises(BackupError, match=r"notes\.tar is"):
        faults(path)
    with pytest.raises(BackupError, match="No such file"):
        faults(tmp_path / "missing.tar")


# ---- changes ------------------------------------------------------------------------------------


def later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """The wall clock, so far from now."""
    import time

    real = time.time_ns
    monkeypatch.setattr("time.time_ns", lambda: real() + seconds * 10**9)


def test_changes_are_small_and_stand_on_the_full_backup(
    place: Place, shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = place.backup(shelves, 24)
    place.said("later")
    later(monkeypatch, 3600)
    changes = place.backup(shelves, 24)
    assert changes.name.endswith("-changes.tar")
    assert changes.stat().st_size < full.stat().st_size / 2
    assert faults(changes) == []
    with opened(changes) as archive, pages(archive) as there, reading(there) as database:
        assert database.rows("select count(*) from events where numbered = 1", {}) == [(21,)]
    later(monkeypatch, 24 * 3600)
    assert not place.backup(shelves, 24).name.endswith("-changes.tar")


def test_changes_without_their_full_backup_say_which_is_missing(
    place: Place, shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = place.backup(shelves, 24)
    later(monkeypatch, 3600)
    changes = place.backup(shelves, 24)
    moved = shutil.move(full, shelves.parent)
    with pytest.raises(BackupError, match=f"since {full.name}, which is not beside it"):
        faults(changes)
    [kept] = shelf.kept(shelves)
    assert kept.lone
    shutil.move(moved, shelves)
    flip(full, full.stat().st_size // 2)
    assert any("damaged" in fault for fault in faults(changes))


def test_pruning_keeps_the_last_full_ones_with_their_changes(
    place: Place, shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for hours in range(6):
        later(monkeypatch, hours and 3600)
        made.append(place.backup(shelves, 1.5))
    kinds = [path.name.endswith("-changes.tar") for path in made]
    assert kinds == [False, True, False, True, False, True]
    assert place.ctl("backup", "prune", shelves, "--keep", 2) == 0
    assert sorted(path.name for path in shelves.iterdir()) == sorted(path.name for path in made[2:])
    assert place.ctl("backup", "prune", shelves, "--keep", 0) == 1
    assert all(faults(path) == [] for path in made[2:])
