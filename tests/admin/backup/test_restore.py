"""Restoring: what comes back, what is kept aside, and what a kill in the middle leaves."""

import grp
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatd.admin.backup import restore as restoring
from chatd.admin.backup.archive import BackupError
from chatd.admin.backup.restore import Plan, restore, wall
from chatd.store.errors import StoreError
from chatd.store.lock import FolderLock
from chatd.store.names import RESTORING
from chatd.store.verify import faults
from tests.admin.backup.places import Place, meta, silent, texts
from tests.admin.backup.test_create import later
from tests.daemon import with_settings

BEFORE = [f"text {number}" for number in range(20)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "server").filled(20)


@pytest.fixture
def shelves(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def files(folder: Path) -> dict[str, bytes]:
    """All but what SQLite and locks leave."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not re.search(r"-wal|-shm|\.lock|\.copying|search", path.name)
    }


def test_everything_comes_back_on_an_empty_machine(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    epoch, before = meta(place.state, "epoch"), files(place.folder)
    modes = {name: (place.folder / name).stat().st_mode for name in before}
    shutil.rmtree(place.folder)
    assert place.ctl("backup", "restore", path) == 0
    after = files(place.folder)
    # The authority's key and certificate are no part of the configuration.
    assert set(before) - set(after) == {"tls/ca.key", "tls/ca.pem"}
    for name in set(after) - {"state/chatd.db"}:
        assert after[name] == before[name]
        assert (place.folder / name).stat().st_mode == modes[name]
    assert (place.state / "chatd.db").stat().st_mode & 0o777 == 0o600
    assert texts(place.state) == BEFORE
    assert faults(place.state) == ()
    assert re.fullmatch(r"[0-9a-z]{8}", meta(place.state, "epoch"))
    assert meta(place.state, "epoch") != epoch
    place.said("and on it goes")


def test_it_comes_back_under_another_folder_with_the_configurations_own_paths(
    place: Place, shelves: Path, tmp_path: Path
) -> None:
    path = place.backup(shelves)
    place.config = tmp_path / "elsewhere" / "chatd.toml"
    assert place.ctl("backup", "restore", path) == 0
    assert texts(tmp_path / "elsewhere" / "state") == BEFORE
    assert (tmp_path / "elsewhere" / "secrets" / "server.key").exists()
    assert texts(place.state) == BEFORE


def test_what_is_there_is_kept_aside_and_only_if_asked_for(
    place: Place, shelves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place.backup(shelves)
    place.said("later")
    secret = place.folder / "secrets" / "server.key"
    secret.write_text("another secret, as long as it has to be\n")
    before = files(place.folder)
    assert place.ctl("backup", "restore", path) == 1
    assert "server.key. With --replace it is kept aside" in capsys.readouterr().err
    assert place.ctl("backup", "restore", path, "--dry-run") == 0
    assert "Would keep the store" in capsys.readouterr().out
    assert files(place.folder) == before

    assert place.ctl("backup", "restore", path, "--replace") == 0
    assert texts(place.state) == BEFORE
    [aside] = place.state.glob("before-restore-*")
    assert aside.stat().st_mode & 0o777 == 0o700
    assert texts(aside) == [*BEFORE, "later"]
    [kept] = secret.parent.glob("server.key.before-restore-*")
    assert kept.read_text().startswith("another secret")
    place.said("the daemon starts on it")


def test_a_folder_of_keys_comes_back_and_what_is_kept_aside_is_none_of_them(
    place: Place, shelves: Path
) -> None:
    keys = place.folder / "keys"
    keys.mkdir(mode=0o700)
    for name in ("old", "new"):
        (keys / name).write_text(f"the key called {name}\n")
        (keys / name).chmod(0o600)
    text = place.config.read_text("utf-8")
    place.config.write_text(with_settings(text, "site", {"keys": "keys"}), "utf-8")
    path = place.backup(shelves)
    (keys / "old").write_text("another\n")
    (keys / "new").unlink()
    assert place.ctl("backup", "restore", path, "--replace") == 0
    assert files(keys) == {"new": b"the key called new\n", "old": b"the key called old\n"}
    [aside] = place.folder.glob("keys.before-restore-*")
    assert files(aside) == {"old": b"another\n"}


def test_the_store_alone_leaves_configuration_and_keys(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    place.said("later")
    secret = place.folder / "secrets" / "server.key"
    secret.write_text("another secret, as long as it has to be\n")
    assert place.ctl("backup", "restore", path, "--replace", "--store-only") == 0
    assert texts(place.state) == BEFORE
    assert secret.read_text().startswith("another secret")


def test_nothing_is_restored_under_a_daemon(
    place: Place, shelves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place.backup(shelves)
    lock = FolderLock(place.state)
    try:
        assert place.ctl("backup", "restore", path, "--replace") == 1
        assert "Another chatd" in capsys.readouterr().err
    finally:
        lock.release()
    assert texts(place.state) == BEFORE


def test_a_damaged_backup_changes_nothing(place: Place, shelves: Path) -> None:
    path = place.backup(shelves)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(BackupError, match="not as it was written"):
        restore(path, place.config, silent, replace=True)
    assert not list(place.state.glob("before-restore-*"))


def test_a_backup_of_a_newer_schema_names_the_version(
    place: Place, shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place.backup(shelves)
    monkeypatch.setattr(restoring, "steps", list)
    with pytest.raises(BackupError, match=r"a newer chatd .*: install chatd \d"):
        restore(path, place.config, silent, replace=True)


def test_any_backup_of_a_folder_can_be_gone_back_to(
    place: Place, shelves: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = []
    for hours in range(3):
        place.said(f"hour {hours}")
        place.backup(shelves, 24)
        moments.append(time.time_ns() // 10**9)
        later(monkeypatch, 3600)
    for hours in (1, 0, 2):
        until = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moments[hours] + 60))
        words = ("backup", "restore", shelves, "--until", until, "--replace", "--store-only")
        assert place.ctl(*words) == 0
        assert texts(place.state) == [*BEFORE, *(f"hour {one}" for one in range(hours + 1))]
    assert len(list(place.state.glob("before-restore-*/chatd.db"))) == 3
    early = time.strftime("%Y-%m-%d", time.localtime(moments[0] - 3 * 86400))
    assert place.ctl("backup", "restore", shelves, "--until", early, "--replace") == 1
    assert place.ctl("backup", "restore", shelves, "--until", "noon") == 2


def test_times_are_local_unless_they_say_otherwise() -> None:
    assert wall("1970-01-02T00:00:00Z") == 86_400_000
    assert wall("2026-11-29 18:30+01:00") == wall("2026-11-29T17:30:00Z")
    assert wall("2026-11-29") - wall("2026-11-29 00:00") == 86_399_000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_root_gives_files_and_their_folders_back_to_whom_they_were(
    place: Place, shelves: Path
) -> None:
    [group] = [one for one in grp.getgrall() if one.gr_name == "nogroup"]
    secret = place.folder / "secrets" / "server.key"
    os.chown(secret, 0, group.gr_gid)
    secret.chmod(0o640)
    path = place.backup(shelves)
    shutil.rmtree(place.folder)
    assert place.ctl("backup", "restore", path) == 0
    for there, mode in ((secret, 0o640), (secret.parent, 0o750)):
        status = there.stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (0, group.gr_gid, mode)


# ---- killed -------------------------------------------------------------------------------------

#: Runs chatctl and dies, as by SIGKILL, before the given call of the given function of os.
DYING = """
import os, signal, sys
name, number, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
real, calls = getattr(os, name), 0
def counted(*args, **named):
    global calls
    calls += 1
    if calls == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **named)
setattr(os, name, counted)
from chatd.admin.main import main
sys.exit(main(words))
"""


def dying(name: str, number: int, place: Place, *words: object) -> int:
    """The exit code; -9 if it came that far."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, name, str(number), "--config", str(place.config),
         *map(str, words)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode in (0, -9), done.stderr.decode()
    return done.returncode


def test_a_backup_killed_anywhere_is_no_backup_and_the_next_one_is(
    place: Place, shelves: Path
) -> None:
    killed = 0
    for name, most in (("open", 12), ("fsync", 3), ("rename", 2)):
        for number in range(1, most):
            code = dying(name, number, place, "backup", "create", shelves)
            killed += code == -9
            for path in shelves.glob("*.tar"):
                assert place.ctl("backup", "verify", path) == 0
                path.unlink()
    assert killed > 4
    place.backup(shelves)
    assert len(list(shelves.iterdir())) == 1


def test_a_restore_killed_anywhere_leaves_the_old_store_or_a_word_about_it(
    place: Place, shelves: Path
) -> None:
    path = place.backup(shelves)
    secret = place.folder / "secrets" / "server.key"
    killed, marked, told = 0, 0, 0
    for name in ("open", "fsync", "rename", "unlink", "replace"):
        for number in range(1, 30, 3 if name == "open" else 1):
            shutil.rmtree(place.state)
            place.filled(20).said("later")
            secret.write_text("another secret, as long as it has to be\n")
            words = ("backup", "restore", path, "--replace")
            if dying(name, number, place, *words) == 0:
                break
            killed += 1
            if (place.state / RESTORING).exists():
                marked += 1
                with pytest.raises(StoreError, match=r"not finished.*restore .* --replace"):
                    place.opened()
                # Killed once more, before the new store is in its place.
                assert dying("rename", 2, place, *words) == -9
                kept = re.findall(r"is in (\S+)\.$", (place.state / RESTORING).read_text())
            else:
                opened = place.opened()
                opened.stop()
                assert texts(place.state) in ([*BEFORE, "later"], BEFORE)
                kept = []
            assert place.ctl(*words) == 0
            assert texts(place.state) == BEFORE
            for folder in kept:
                assert [Path(folder)] == list(place.state.glob("before-restore-*"))
                assert texts(Path(folder)) == [*BEFORE, "later"]
            told += len(kept)
            assert not (place.state / RESTORING).exists()
    assert killed > 10 and marked > 3
    assert told == marked, "where the store before is, however often it was killed"


def test_a_restore_into_nothing_that_was_killed_does_not_pass_for_an_empty_server(
    place: Place, shelves: Path
) -> None:
    path = place.backup(shelves)
    shutil.rmtree(place.state)
    assert dying("rename", 1, place, "backup", "restore", path) == -9
    with pytest.raises(StoreError, match="not finished"):
        place.opened()
    assert place.ctl("backup", "restore", path, "--replace") == 0
    assert texts(place.state) == BEFORE


def test_a_plan_knows_what_stands_in_the_way(tmp_path: Path) -> None:
    plan = Plan(tmp_path / "b.tar", 0, tmp_path, True, (), "s")
    assert plan.replaces == [str(tmp_path / "chatd.db")]
    assert os.fspath(plan.aside).endswith("before-restore-s")
