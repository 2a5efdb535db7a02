"""Keeps a certificate: checks whether one is due, gets it, one order at a time, and tells how it
goes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from cryptography import x509
from twisted.logger import Logger

from chatd.acme import files, schedule, state
from chatd.acme.challenge import Challenges
from chatd.acme.child import Done, Present
from chatd.acme.files import names_of
from chatd.acme.lines import Outcome, Wish
from chatd.acme.schedule import Standing
from chatd.config.settings import Settings
from chatd.config.settings_acme import FOLDER
from chatd.engine.ports import Cancel, Scheduler

log = Logger(namespace="chatd.acme")

#: Seconds between two checks.
EVERY: Final = 60.0


class Running(Protocol):
    def cancel(self) -> None: ...


Begin = Callable[[Wish, Present, Done], Running]
"""Starts an order, as in `child.Order`."""


class Keeper:
    """``taken``: has the served file checked now. ``random``: a number from 0 to 1."""

    def __init__(
        self,
        settings: Settings,
        challenges: Challenges,
        begin: Begin,
        taken: Callable[[], None],
        scheduler: Scheduler,
        random: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._acme = settings.acme
        self._folder = Path(settings.store.path) / FOLDER
        self._challenges = challenges
        self._begin = begin
        self._taken = taken
        self._scheduler = scheduler
        self._random = random
        self._now = now
        self._order: Running | None = None
        self._cancel: Cancel | None = None
        self._standing = Standing()
        self._certificate: x509.Certificate | None = None

    def prepare(self) -> None:
        """Makes sure that there is something to serve. OSError."""
        self._certificate = files.settle(self._folder, self._acme.domains, self._now())

    def start(self) -> None:
        """Once the authority would find us. A start is as good a reason to try as a reload."""
        self._standing = state.read(self._folder)
        wanted = state.asked(self._acme)
        if self._standing.asked != wanted:
            self._standing = Standing(asked=wanted, tries=self._standing.tries)
        self.hurry()

    def stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
        if self._order is not None:
            self._order.cancel()
            self._challenges.end()

    def hurry(self) -> None:
        """Somebody may have fixed something."""
        self._standing = schedule.hurried(self._standing)
        if self._cancel is not None:
            self._cancel()
        self._look()

    @property
    def failures(self) -> int:
        """Tries in a row that brought no certificate."""
        return self._standing.failures

    def warning(self) -> str | None:
        """What is to be done about it, if anything; also for `systemctl status`."""
        standing = self._standing
        if not standing.failures and self._certificate is not None:
            return None
        begin = (
            "no certificate yet, browsers are shown one that chatd signed itself"
            if self._certificate is None
            else f"the certificate until {self._certificate.not_valid_after_utc:%Y-%m-%d} could not"
            " be renewed"
        )
        if not standing.failures:
            return begin
        now = self._now().timestamp()
        again = datetime.fromtimestamp(schedule.next_try(standing, now, now), UTC)
        return f"{begin} ({standing.why}); tried again {again:%Y-%m-%d %H:%M} UTC"

    # ---- looking --------------------------------------------------------------------------------

    def _look(self) -> None:
        try:
            self.prepare()
            self._taken()
            now = self._now().timestamp()
            if self._order is None and self._due(now) <= now:
                self._try()
        except OSError as error:
            log.error("{folder} cannot be used: {error}", folder=str(self._folder), error=error)
        self._cancel = self._scheduler.later(EVERY, self._look)

    def _due(self, now: float) -> float:
        wanted = wanted_from(self._certificate, self._acme.domains)
        return schedule.next_try(self._standing, wanted, now)

    def _try(self) -> None:
        self._standing = schedule.begun(self._standing, self._now().timestamp())
        # Before it begins: a daemon that dies of it does not do so more often than this allows.
        state.write(self._folder, self._standing)
        log.info("a certificate for {names} is asked for", names=", ".join(self._acme.domains))
        acme = self._acme
        wish = Wish(acme.directory, acme.ca_file, acme.contact, acme.domains, str(self._folder))
        self._order = self._begin(wish, self._challenges.begin, self._ended)

    def _ended(self, outcome: Outcome) -> None:
        self._order = None
        self._challenges.end()
        if outcome.kind:
            self._standing = schedule.failed(
                self._standing,
                self._now().timestamp(),
                outcome.kind,
                outcome.why,
                outcome.after,
                self._random,
            )
        else:
            self._standing = schedule.succeeded(self._standing)
        try:
            state.write(self._folder, self._standing)
            self.prepare()
            self._taken()
        except OSError as error:
            log.error("{folder} cannot be used: {error}", folder=str(self._folder), error=error)
        if outcome.kind:
            log.warn("{warning}", warning=self.warning())


def wanted_from(certificate: x509.Certificate | None, domains: list[str]) -> float:
    """When a certificate for these names is wanted: at once if there is none for all of them."""
    if certificate is None or not names_of(certificate) >= set(domains):
        return 0.0
    since = certificate.not_valid_before_utc.timestamp()
    until = certificate.not_valid_after_utc.timestamp()
    return schedule.renewal(since, until, (certificate.serial_number % 1000) / 1000)
