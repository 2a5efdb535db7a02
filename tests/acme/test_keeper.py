"""A certificate is kept: in time, by one order at a time, and the operator is told how it goes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from twisted.logger import LogEvent, eventAsText, globalLogPublisher

from chatd.acme.challenge import Challenges
from chatd.acme.files import CERTIFICATE
from chatd.acme.keeper import EVERY, Keeper
from chatd.acme.lines import Outcome
from chatd.admin import local_ca
from chatd.config.settings import Settings, Storage
from chatd.config.settings_acme import FOLDER, Acme
from tests.fakes.clock import FakeClock

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
NAME = "chat.example.org"
REFUSED = Outcome("refused", f"{NAME}: the authority says: Connection refused")


class Order:
    """One that does what the test says."""

    def __init__(self, rig: "Rig", wish, present, done) -> None:
        self.rig, self.wish, self.present, self.done = rig, wish, present, done
        self.cancelled = False
        rig.orders.append(self)

    def cancel(self) -> None:
        self.cancelled = True

    def succeed(self) -> None:
        self.rig.certificate()
        self.done(Outcome())


class Rig:
    def __init__(self, folder: Path, domains: list[str] | None = None) -> None:
        self.clock = FakeClock()
        self.folder = folder
        self.orders: list[Order] = []
        self.taken = 0
        self.skipped = timedelta()
        self.said: list[str] = []
        self.challenges = Challenges()
        acme = Acme(domains=domains or [NAME], agree_to_terms=True)
        self.settings = replace(Settings(), store=Storage(path=str(folder)), acme=acme)
        self.keeper = self.make()

    def make(self) -> Keeper:
        return Keeper(
            self.settings,
            self.challenges,
            lambda *arguments: Order(self, *arguments),
            self.take,
            self.clock,
            lambda: 0.0,
            self.now,
        )

    def again(self, **acme: object) -> None:
        """The daemon is started anew."""
        self.keeper.stop()
        self.settings = replace(self.settings, acme=replace(self.settings.acme, **acme))
        self.keeper = self.make()
        self.keeper.start()

    def take(self) -> None:
        self.taken += 1

    def now(self) -> datetime:
        return BEGAN + self.skipped + timedelta(seconds=self.clock.now())

    def skip(self, **time: float) -> None:
        """Time goes by, without all the looks in between."""
        self.skipped += timedelta(**time)
        self.clock.advance(EVERY)

    def certificate(self, names: list[str] | None = None) -> None:
        names = names or self.settings.acme.domains
        issued = local_ca.ensure(self.folder / "made" / f"{self.now():%s}", names, self.now())
        path = self.folder / FOLDER / CERTIFICATE
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(issued.key.read_bytes() + issued.certificate.read_bytes())

    def heard(self, event: LogEvent) -> None:
        if event["log_namespace"] == "chatd.acme":
            self.said.append(eventAsText(event, includeTimestamp=False, includeSystem=False))


@pytest.fixture
def rig(tmp_path: Path):
    rig = Rig(tmp_path)
    globalLogPublisher.addObserver(rig.heard)
    yield rig
    globalLogPublisher.removeObserver(rig.heard)
    rig.keeper.stop()


def hours(number: float) -> float:
    return number * 3600


def test_the_first_is_asked_for_at_once_and_served_when_it_comes(rig: Rig) -> None:
    rig.keeper.start()
    [order] = rig.orders
    assert order.wish.domains == [NAME] and order.wish.folder == str(rig.folder / FOLDER)
    assert "signed itself" in (rig.keeper.warning() or "")
    before = rig.taken
    order.succeed()
    assert rig.taken == before + 1 and rig.keeper.warning() is None and not rig.keeper.failures
    rig.skip(days=2)
    assert len(rig.orders) == 1


def test_there_is_never_more_than_one_order(rig: Rig) -> None:
    rig.keeper.start()
    rig.skip(days=1)
    rig.keeper.hurry()
    assert len(rig.orders) == 1


def test_it_is_renewed_when_a_third_of_its_life_is_left(rig: Rig) -> None:
    rig.certificate()
    rig.keeper.start()
    assert rig.orders == []
    # 397 days; up to a tenth of the third earlier.
    rig.skip(days=250)
    assert rig.orders == []
    rig.skip(days=16)
    [order] = rig.orders
    assert rig.keeper.warning() is None
    order.succeed()
    rig.skip(days=250)
    assert len(rig.orders) == 1


def test_another_name_wants_another_certificate_and_the_old_one_serves_meanwhile(rig: Rig) -> None:
    rig.certificate()
    rig.again(domains=[NAME, "other.example.org"])
    [order] = rig.orders
    assert order.wish.domains == [NAME, "other.example.org"]
    assert rig.keeper.warning() is None
    order.done(REFUSED)
    assert "could not be renewed" in (rig.keeper.warning() or "")


def test_a_failure_is_told_in_the_authoritys_words_with_the_next_try(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[0].done(REFUSED)
    for told in (rig.said[-1], rig.keeper.warning() or ""):
        assert "Connection refused" in told and "tried again 2026-11-01 00:15 UTC" in told
    assert rig.keeper.failures == 1
    rig.clock.advance(hours(0.25) - EVERY)
    assert len(rig.orders) == 1
    rig.clock.advance(2 * EVERY)
    assert len(rig.orders) == 2


def test_after_failures_a_success_is_the_end_of_the_warning(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[-1].done(REFUSED)
    rig.skip(hours=1)
    rig.orders[-1].succeed()
    assert rig.keeper.warning() is None and rig.keeper.failures == 0


def test_what_was_mended_is_tried_at_once_with_a_reload(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[-1].done(REFUSED)
    rig.skip(hours=1)
    rig.orders[-1].done(REFUSED)
    rig.keeper.hurry()
    assert len(rig.orders) == 3


def test_starts_in_a_row_ask_no_more_often_than_one_that_runs(rig: Rig) -> None:
    rig.keeper.start()
    for _ in range(20):
        if not rig.orders[-1].cancelled:
            rig.orders[-1].done(REFUSED)
        rig.clock.advance(EVERY)
        rig.again()
    assert len(rig.orders) == 4


def test_a_try_counts_from_its_beginning_as_the_daemon_may_die_of_it(rig: Rig) -> None:
    rig.keeper.start()
    for _ in range(20):
        rig.clock.advance(EVERY)
        rig.again()
    assert len(rig.orders) == 4


def test_a_start_waits_as_long_as_the_authority_asked(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[-1].done(Outcome("rate-limited", "too many certificates", hours(30)))
    rig.again()
    rig.skip(hours=29)
    assert len(rig.orders) == 1 and rig.keeper.failures == 1
    rig.skip(hours=1.1)
    assert len(rig.orders) == 2


def test_another_authority_is_asked_at_once(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[-1].done(Outcome("rate-limited", "too many certificates", hours(30)))
    rig.again(directory="https://ca.example.org/dir")
    assert len(rig.orders) == 2 and rig.orders[-1].wish.directory == "https://ca.example.org/dir"


def test_challenges_are_answered_as_long_as_the_order_lasts(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[0].present({NAME: "token.thumbprint"})
    assert set(rig.challenges._pending) == {NAME}
    rig.orders[0].done(REFUSED)
    assert not rig.challenges._pending


def test_a_stop_ends_the_order(rig: Rig) -> None:
    rig.keeper.start()
    rig.orders[0].present({NAME: "token.thumbprint"})
    rig.keeper.stop()
    assert rig.orders[0].cancelled and not rig.challenges._pending
    rig.skip(days=1)
    assert len(rig.orders) == 1


@pytest.mark.logs_errors("cannot be used")
def test_a_folder_that_cannot_be_used_is_told_and_tried_again(rig: Rig) -> None:
    (rig.folder / FOLDER).write_text("a file")
    rig.keeper.start()
    assert rig.orders == []
    (rig.folder / FOLDER).unlink()
    rig.clock.advance(EVERY)
    assert len(rig.orders) == 1


def test_a_clock_that_was_set_back_keeps_the_certificate_from_nothing(rig: Rig) -> None:
    rig.skipped = timedelta(days=400)
    rig.keeper.start()
    rig.orders[-1].done(REFUSED)
    rig.skip(days=-400)
    assert len(rig.orders) == 2
    rig.orders[-1].done(REFUSED)
    rig.clock.advance(EVERY)
    assert len(rig.orders) == 2, "and from then on waits count as ever"
    assert "tried again 2026-11-01" in (rig.keeper.warning() or "")
