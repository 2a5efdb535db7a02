"""What the doctor says of the folder that files lie in."""

import os
from pathlib import Path

import pytest

from chatd.admin.doctor import files as doctor_files
from chatd.admin.doctor.files import files
from tests.admin.backup.places import Place
from tests.admin.backup.test_files import BODIES, bring
from tests.admin.doctor.test_inside import GIB, look, setting


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "server").filled(1)
    bring(made, BODIES)
    for each in (made.state / "files", made.state / "files" / "incoming"):
        each.mkdir(exist_ok=True)
        each.chmod(0o700)
    return made


def test_a_folder_in_order_tells_how_much_there_is(place: Place) -> None:
    [found] = files(look(place))
    assert (found.grade, found.what) == ("ok", "3 in all, 8.6 MiB")


@pytest.mark.parametrize("folder", ["files", "files/incoming"])
@pytest.mark.parametrize(
    ("mode", "name"), [(0o500, "files-not-writable"), (0o750, "files-readable")]
)
def test_a_folder_that_is_closed_to_the_daemon_or_open_to_others(
    place: Place, folder: str, mode: int, name: str
) -> None:
    (place.state / folder).chmod(mode)
    [found] = files(look(place))
    assert found.name == name
    (place.state / folder).chmod(0o700)


def test_a_folder_of_somebody_else(place: Place) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(place.state / "files", 12345, -1)
    [found] = files(look(place))
    assert found.name == "files-not-writable"


def test_a_disk_of_its_own_that_is_full(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    setting(place, "store", free_bytes=GIB)
    full = look(place, free_and_total=lambda folder: (GIB - 1, 10 * GIB))
    assert [found.grade for found in files(full)] == ["ok"]
    monkeypatch.setattr(doctor_files, "_device", lambda path: path.name)
    [found] = files(full)
    assert found.name == "files-disk-full"


def test_before_the_first_start_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert list(files(look(Place(tmp_path / "server").filled(1)))) == []
