"""Renewed certificates are taken over by themselves; one that ends soon is told of."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from chatd.admin import local_ca
from chatd.chores.renewal import EVERY, Renewal
from chatd.edge.tls import Certificates
from tests.fakes.clock import FakeClock

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ["localhost"]


class Rig:
    """Files as a hook would write them, and time that moves when told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.issue()
        self.held = Certificates(folder / "cert.pem", folder / "key.pem", self.now)
        self.renewal = Renewal(self.held, self.clock, self.now)
        self.said: list[str] = []

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=self.clock.now())

    def issue(self, only: str | None = None) -> None:
        made = self.folder / "made" / str(len(list(self.folder.glob("made/*"))))
        issued = local_ca.ensure(made, NAMES, self.now())
        for name, path in (("cert.pem", issued.certificate), ("key.pem", issued.key)):
            if only in (None, name):
                fresh = self.folder / f".{name}"
                fresh.touch(mode=0o600)
                fresh.write_bytes(path.read_bytes())
                os.replace(fresh, self.folder / name)

    def heard(self, event: LogEvent) -> None:
        if event["log_namespace"] == "chatd.renewal":
            self.said.append(eventAsText(event, includeTimestamp=False, includeSystem=False))


@pytest.fixture
def rig(tmp_path: Path):
    rig = Rig(tmp_path)
    globalLogPublisher.addObserver(rig.heard)
    yield rig
    globalLogPublisher.removeObserver(rig.heard)
    rig.renewal.stop()


def test_a_renewed_certificate_is_served_within_a_minute(rig: Rig) -> None:
    rig.renewal.start()
    before = rig.held.context
    rig.clock.advance(EVERY)
    assert rig.held.context is before
    rig.issue()
    rig.clock.advance(EVERY)
    assert rig.held.context is not before
    assert "was renewed" in rig.said[-1]


def test_of_a_half_written_pair_the_old_one_stays_until_the_other_half_is_there(rig: Rig) -> None:
    rig.renewal.start()
    before = rig.held.context
    rig.issue("cert.pem")
    rig.clock.advance(3 * EVERY)
    assert rig.held.context is before
    assert [("are not used" in line) for line in rig.said] == [True]
    rig.issue()
    rig.clock.advance(EVERY)
    assert rig.held.context is not before


def test_files_that_are_gone_change_nothing(rig: Rig) -> None:
    rig.renewal.start()
    before = rig.held.context
    (rig.folder / "cert.pem").unlink()
    rig.clock.advance(2 * EVERY)
    assert rig.held.context is before
    assert len(rig.said) == 1


def test_its_end_is_told_once_a_day_from_two_weeks_before(rig: Rig) -> None:
    rig.held.since = rig.now() - timedelta(days=76)
    rig.held.until = rig.now() + timedelta(days=14, hours=1)
    rig.renewal.start()
    assert rig.renewal.warning() is None and rig.said == []
    rig.clock.advance(7200)
    assert rig.renewal.warning() == "the certificate ends 2026-11-15 01:00 UTC: renew it"
    assert len(rig.said) == 1
    rig.clock.advance(86400)
    assert len(rig.said) == 2
    rig.held.until = rig.now() - timedelta(hours=1)
    assert "the certificate ended" in (rig.renewal.warning() or "")


def test_of_one_that_lasts_days_the_last_quarter_counts(rig: Rig) -> None:
    rig.held.since, rig.held.until = rig.now(), rig.now() + timedelta(days=6)
    assert rig.renewal.warning() is None
    rig.clock.advance(4.6 * 86400)
    assert rig.renewal.warning() is not None


def test_behind_a_proxy_that_has_the_certificate_there_is_nothing_to_look_after() -> None:
    clock = FakeClock()
    renewal = Renewal(None, clock)
    renewal.start()
    assert (clock.waiting(), renewal.warning()) == (0, None)
    renewal.stop()
