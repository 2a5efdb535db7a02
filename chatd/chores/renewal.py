"""The certificate while chatd runs: takes over a renewed one, warns before it ends."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

from twisted.logger import Logger

from chatd.acme.child import Order
from chatd.acme.files import settle
from chatd.acme.keeper import Keeper
from chatd.config.settings import Settings
from chatd.config.settings_acme import FOLDER
from chatd.edge.tls import Certificates, TlsFilesError
from chatd.engine.ports import Cancel, Scheduler
from chatd.store.errors import cannot_open
from chatd.store.opening import make_folder

log = Logger(namespace="chatd.renewal")

#: Seconds between two looks at the files.
EVERY: Final = 60.0
#: How long before the end to warn; less for certificates that last days, which are renewed later
#: than those that last months.
SOON: Final = timedelta(days=14)
SHARE: Final = 4
#: How often the log repeats it.
AGAIN: Final = timedelta(days=1)


def certificates(settings: Settings) -> Certificates | None:
    """None if a proxy ends TLS. Raises TlsFilesError, StoreError."""
    if settings.tls.terminated:
        return None
    acme = settings.acme
    if acme.domains:
        store = Path(settings.store.path)
        make_folder(store)
        try:
            settle(store / FOLDER, acme.domains, datetime.now(UTC))
        except OSError as error:
            raise cannot_open(store / FOLDER, error) from error
    return Certificates(settings.tls.certificate, settings.tls.key)


def renewal(
    reactor: Any, settings: Settings, held: Certificates | None, scheduler: Scheduler
) -> "Renewal":
    """What looks after ``held``, as the settings say."""
    made = Renewal(held, scheduler)
    if settings.acme.domains and held is not None:
        made.keeper = Keeper(
            settings,
            held.challenges,
            partial(Order, reactor),
            made.look,
            scheduler,
            SystemRandom().random,
        )
    return made


class Renewal:
    """``held``: None if a proxy has the certificate and there is nothing to look after. ``keeper``:
    what gets certificates by itself, if anything does."""

    keeper: Keeper | None = None

    def __init__(
        self,
        held: Certificates | None,
        scheduler: Scheduler,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._held = held
        self._scheduler = scheduler
        self._now = now
        self._cancel: Cancel | None = None
        self._told: datetime | None = None

    def start(self) -> None:
        """Once the door is open: an authority comes in through it."""
        if self._held is not None:
            self._repeat(self._held)
        if self.keeper is not None:
            self.keeper.start()

    def stop(self) -> None:
        if self.keeper is not None:
            self.keeper.stop()
        if self._cancel is not None:
            self._cancel()

    def hurry(self) -> None:
        """Somebody may have fixed what kept a certificate from coming."""
        if self.keeper is not None:
            self.keeper.hurry()

    def look(self) -> None:
        """Takes the files over now, if they have changed."""
        if self._held is not None and self._held.is_stale():
            self._take_over(self._held)

    def warning(self) -> str | None:
        """What to do about it, if anything; also for `systemctl status`."""
        keeper = None if self.keeper is None else self.keeper.warning()
        return keeper or self._ending()

    def _ending(self) -> str | None:
        held = self._held
        if held is None:
            return None
        left = held.until - self._now()
        if left > min(SOON, (held.until - held.since) / SHARE):
            return None
        when = f"{held.until:%Y-%m-%d %H:%M} UTC"
        if left < timedelta(0):
            return f"the certificate ended {when}: renew it"
        return f"the certificate ends {when}: renew it"

    def _repeat(self, held: Certificates) -> None:
        self.look()
        self._warn()
        self._cancel = self._scheduler.later(EVERY, lambda: self._repeat(held))

    def _take_over(self, held: Certificates) -> None:
        try:
            held.reload()
        except TlsFilesError as error:
            # Half of a pair, perhaps: the next change to either file brings another try.
            log.warn("the certificate's files changed and are not used: {error}", error=error)
            return
        log.info("the certificate was renewed, until {until}", until=held.until.isoformat())
        self._told = None

    def _warn(self) -> None:
        now = self._now()
        if self._told is not None and now - self._told < AGAIN:
            return
        if (warning := self.warning()) is not None:
            self._told = now
            log.warn("{warning}", warning=warning)
