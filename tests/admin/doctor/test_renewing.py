"""Faults of a certificate that chatd gets by itself: each is named, with the line to type."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from chatd.acme import files, state
from chatd.acme.files import CERTIFICATE
from chatd.acme.schedule import Kind, Standing
from chatd.admin import local_ca
from chatd.admin.doctor import inside
from chatd.admin.doctor.finding import Finding
from chatd.admin.doctor.look import Look, Machine
from chatd.admin.doctor.renewing import renewing
from chatd.config.reading import load
from chatd.config.settings_acme import FOLDER
from tests.admin.backup.places import Place
from tests.daemon import with_settings

NOW = datetime(2026, 11, 1, tzinfo=UTC)
NAME = "localhost"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "server")
    configure(made, domains=[NAME], agree_to_terms=True)
    return made


def configure(place: Place, **acme: object) -> None:
    text = place.config.read_text("utf-8")
    text = with_settings(text, "tls", {"certificate": "", "key": ""})
    place.config.write_text(with_settings(text, "acme", acme), "utf-8")


def look(place: Place, now: datetime = NOW) -> Look:
    machine = Machine(now=now.timestamp)
    return Look(place.config, load(place.config), None, machine=machine)


def certificate(place: Place) -> None:
    folder = place.state / FOLDER
    files.settle(folder, [NAME], NOW)
    issued = local_ca.ensure(place.folder / "made", [NAME], NOW)
    path = folder / CERTIFICATE
    path.touch(mode=0o600)
    path.write_bytes(issued.key.read_bytes() + issued.certificate.read_bytes())


def failed(place: Place, kind: str) -> None:
    folder = place.state / FOLDER
    folder.mkdir(exist_ok=True)
    again = (NOW + timedelta(hours=3)).timestamp()
    state.write(folder, Standing("x", (), 2, kind, "the authority says: no", again))


def one(place: Place, now: datetime = NOW) -> Finding:
    [found] = renewing(look(place, now))
    return found


def test_without_acme_nothing_is_said(place: Place) -> None:
    configure(place, domains=[])
    assert list(renewing(look(place))) == []


def test_none_yet_is_a_fault_and_one_that_renews_itself_is_well(place: Place) -> None:
    found = one(place)
    assert (found.name, found.grade) == ("acme-none", "fault") and found.do
    certificate(place)
    found = one(place)
    assert (found.name, found.grade) == ("acme", "ok") and "by itself, on 2027-" in found.what


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_the_last_try_brought_is_named_with_the_line_to_type(place: Place, kind: str) -> None:
    failed(place, kind)
    found = one(place)
    assert (found.name, found.grade) == (f"acme-{kind}", "fault")
    assert "2 tries in a row" in found.what and "the authority says: no" in found.what
    assert "2026-11-01 03:00 UTC" in found.what and found.why and found.do
    certificate(place)
    state.write(place.state / FOLDER, Standing("x"))
    assert one(place).grade == "ok"


def test_while_there_is_time_a_failure_is_a_warning_and_then_a_fault(place: Place) -> None:
    certificate(place)
    failed(place, "refused")
    assert one(place, NOW + timedelta(days=300)).grade == "warning"
    assert one(place, NOW + timedelta(days=350)).grade == "fault"


def test_terms_that_nobody_agreed_to_are_said_before_the_start(place: Place) -> None:
    configure(place, domains=[NAME], agree_to_terms=False)
    found = [each for each in inside.configuration(look(place)) if each.grade == "fault"]
    assert len(found) == 1 and "agree_to_terms = true" in found[0].what
    configure(place, domains=[NAME], agree_to_terms=True)
    assert [each.grade for each in inside.configuration(look(place))] == ["ok"]
