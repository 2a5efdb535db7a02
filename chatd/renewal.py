"""The certificate while chatd runs: a renewed one is taken over, an end that comes near is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from twisted.logger import Logger

from chatd.edge.tls import Certificates, TlsFilesError
from chatd.engine.ports import Cancel, Scheduler
from chatd.settings import Tls

log = Logger(namespace="chatd.renewal")

#: Seconds between two looks at the files.
EVERY: Final = 60.0
#: Before the end people are told; sooner for certificates that last months than for those that
#: last days, whose renewal comes later.
SOON: Final = timedelta(days=14)
SHARE: Final = 4
#: How often the log tells it.
AGAIN: Final = timedelta(days=1)


def certificates(tls: Tls) -> Certificates | None:
    """None where a proxy ends TLS. Raises TlsFilesError."""
    return None if tls.terminated else Certificates(tls.certificate, tls.key)


class Renewal:
    """``held``: None where a proxy has the certificate, then there is nothing to look after."""

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
        if self._held is not None:
            self._look(self._held)

    def stop(self) -> None:
        if self._cancel is not None:
            self._cancel()

    def warning(self) -> str | None:
        """What is to be done about it, if anything; for `systemctl status`, too."""
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

    def _look(self, held: Certificates) -> None:
        if held.is_stale():
            self._take_over(held)
        self._warn()
        self._cancel = self._scheduler.later(EVERY, lambda: self._look(held))

    def _take_over(self, held: Certificates) -> None:
        try:
            held.reload()
        except TlsFilesError as error:
            # Half of a pair, perhaps: the next change of either file brings the next try.
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
