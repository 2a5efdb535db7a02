"""What is served: the certificate where one is good, else one that chatd signs itself."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatd.acme import state
from chatd.acme.files import CERTIFICATE, PLACEHOLDER, loaded, names_of, settle
from chatd.acme.schedule import Standing
from chatd.admin import local_ca
from chatd.config.settings_acme import CURRENT, Acme

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ["chat.example.org", "chat.example.net"]


def certificate(folder: Path, names: list[str], now: datetime) -> None:
    """One in its place, as an order leaves it."""
    issued = local_ca.ensure(folder.parent / f"made-{now.timestamp()}", names, now)
    path = folder / CERTIFICATE
    path.touch(mode=0o600)
    path.write_bytes(issued.key.read_bytes() + issued.certificate.read_bytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


def served(folder: Path) -> str:
    return os.readlink(folder / CURRENT)


def test_until_there_is_one_a_placeholder_for_all_names_is_served(folder: Path) -> None:
    assert settle(folder, NAMES, NOW) is None
    assert served(folder) == PLACEHOLDER
    found = loaded(folder / CURRENT, NOW)
    assert found is not None and names_of(found) == set(NAMES) and found.issuer == found.subject


def test_folder_and_keys_are_the_daemons_alone(folder: Path) -> None:
    old = os.umask(0)
    try:
        settle(folder, NAMES, NOW)
        state.write(folder, Standing())
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert set(modes.values()) == {0o600} and len(modes) == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_placeholder_stays_until_it_ends_or_the_names_are_others(folder: Path) -> None:
    settle(folder, NAMES, NOW)
    first = (folder / PLACEHOLDER).read_bytes()
    settle(folder, NAMES, NOW + timedelta(days=5))
    assert (folder / PLACEHOLDER).read_bytes() == first
    settle(folder, NAMES, NOW + timedelta(days=6, hours=1))
    second = (folder / PLACEHOLDER).read_bytes()
    settle(folder, NAMES[:1], NOW + timedelta(days=6, hours=1))
    assert len({first, second, (folder / PLACEHOLDER).read_bytes()}) == 3


def test_a_certificate_takes_its_place_in_one_step(folder: Path) -> None:
    settle(folder, NAMES, NOW)
    certificate(folder, NAMES, NOW)
    found = settle(folder, NAMES, NOW)
    assert found is not None and served(folder) == CERTIFICATE


@pytest.mark.parametrize("at", [timedelta(days=-2), timedelta(days=400)])
def test_out_of_its_time_it_is_kept_and_not_served(folder: Path, at: timedelta) -> None:
    """The clock of a machine that just came up may be wrong: then nothing is lost."""
    settle(folder, NAMES, NOW)
    certificate(folder, NAMES, NOW)
    before = (folder / CERTIFICATE).read_bytes()
    assert settle(folder, NAMES, NOW + at) is None and served(folder) == PLACEHOLDER
    assert settle(folder, NAMES, NOW) is not None and served(folder) == CERTIFICATE
    assert (folder / CERTIFICATE).read_bytes() == before


def test_a_damaged_one_is_not_served(folder: Path) -> None:
    settle(folder, NAMES, NOW)
    certificate(folder, NAMES, NOW)
    text = (folder / CERTIFICATE).read_bytes()
    (folder / CERTIFICATE).write_bytes(text[: len(text) // 2])
    assert settle(folder, NAMES, NOW) is None


def test_what_a_backup_brought_back_is_taken_for_the_certificate(folder: Path) -> None:
    settle(folder, NAMES, NOW)
    certificate(folder, NAMES, NOW)
    kept = (folder / CERTIFICATE).read_bytes()
    for path in folder.iterdir():
        path.unlink()
    (folder / CURRENT).touch(mode=0o600)
    (folder / CURRENT).write_bytes(kept)
    assert settle(folder, NAMES, NOW) is not None
    assert served(folder) == CERTIFICATE and (folder / CERTIFICATE).read_bytes() == kept


def test_of_two_the_one_that_is_good_for_longer_stays(folder: Path) -> None:
    later = NOW + timedelta(days=30)
    settle(folder, NAMES, NOW)
    certificate(folder, NAMES, NOW)
    old = (folder / CERTIFICATE).read_bytes()
    certificate(folder, NAMES, later)
    new = (folder / CERTIFICATE).read_bytes()
    folder.chmod(0o750)
    (folder / CURRENT).unlink()
    (folder / CURRENT).touch(mode=0o600)
    (folder / CURRENT).write_bytes(old)
    assert settle(folder, NAMES, later) is not None
    assert served(folder) == CERTIFICATE and (folder / CERTIFICATE).read_bytes() == new
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_the_tries_brought_is_remembered_and_nonsense_is_not(folder: Path) -> None:
    settle(folder, NAMES, NOW)
    assert state.read(folder) == Standing()
    standing = Standing("x", (1.0, 2.0), 2, "refused", "why", 3.0)
    state.write(folder, standing)
    assert state.read(folder) == standing
    for nonsense in (b"", b"[]", b'{"failures": "many"}', b"\xff" * 100_000):
        (folder / state.FILE).write_bytes(nonsense)
        assert state.read(folder) == Standing()


def test_another_wish_is_another_word() -> None:
    words = {
        state.asked(each)
        for each in (
            Acme(domains=NAMES),
            Acme(domains=NAMES[:1]),
            Acme(domains=NAMES, contact="ops@example.org"),
            Acme(domains=NAMES, directory="https://ca.example.org/dir"),
        )
    }
    assert len(words) == 4
    assert state.asked(Acme(domains=NAMES)) == state.asked(Acme(domains=NAMES[::-1]))
