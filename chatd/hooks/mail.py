"""Mail to one person: composed, queued in memory and tried a few times; callers never wait.

What waits is lost with the process: whoever misses it asks again, as for a link to a new password.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any, Final, Literal, Protocol

from twisted.internet.defer import CancelledError, Deferred, DeferredSemaphore
from twisted.logger import Logger

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.ports import Clock

#: How many mails may wait at a time, how many are on their way at once, and the longest text.
WAITING: Final = 100
AT_ONCE: Final = 2
CHARACTERS: Final = 20_000
#: Seconds before the second and the third try.
PAUSES: Final = (15.0, 120.0)

#: RFC 5321 §4.1.2 without quoted local parts, and §4.5.3.1.3 for the length.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LONGEST_ADDRESS: Final = 254

log = Logger(namespace="chatd.mail")


class Mailer(Protocol):
    async def send(self, to: str, subject: str, text: str) -> None:
        """Returns once the mail is queued; it is tried in the background.

        Refusals: `bad-field` for an address that is not one, `unavailable` if no mail is set up or
        too many wait."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail is handed in. ``host`` is "" if there is none; ``authorities`` is a PEM file to
    trust instead of the system's, or ""."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    tls: Literal["tls", "starttls", "none"]
    authorities: str = ""

    def __repr__(self) -> str:
        return f"MailSettings({self.host}:{self.port}, {self.tls})"


class MailFailed(Exception):
    """One try failed; the text says why and holds no address. ``final``: another would, too."""

    def __init__(self, why: str, *, final: bool) -> None:
        super().__init__(why)
        self.final = final


#: Hands one mail in: the recipient's address and the message with "\\n" at the end of lines.
Attempt = Callable[[str, bytes], Awaitable[None]]
Later = Callable[[float], Deferred[None]]


def address(text: str) -> str:
    """The address without spaces around it; `bad-field` if it is not one we can write to."""
    found = text.strip()
    if len(found) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(found):
        raise Refusal(
            Code.BAD_FIELD,
            "This is no mail address that can be written to; it looks like anna@example.org.",
            field="email",
        )
    return found


def compose(sender: str, to: str, subject: str, text: str, now: datetime) -> bytes:
    """The message, in 7 bits, lines ended by "\\n". No text can add a header or a recipient."""
    message = EmailMessage(policy=SMTP.clone(linesep="\n", cte_type="7bit"))
    message["From"] = sender
    message["To"] = address(to)
    message["Subject"] = " ".join("".join(_shown(subject)).split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    # RFC 3834 §5: nobody's out-of-office note answers this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(text.splitlines()) + "\n", cte="quoted-printable")
    return message.as_bytes()


def _shown(text: str) -> list[str]:
    return [letter if letter.isprintable() else " " for letter in text]


class NoMail:
    """Used if no mail is set up."""

    async def send(self, to: str, subject: str, text: str) -> None:
        raise Refusal(
            Code.UNAVAILABLE,
            "This server cannot send mail; its operator can set that up in [mail].",
            retry=False,
        )

    async def send_now(self, to: str, subject: str, text: str) -> None:
        await self.send(to, subject, text)

    def stop(self) -> None: ...


class QueuedMail:
    """Sends through ``attempt``. ``later(seconds)`` fires after that time; `stop` gives up what
    waits, and logs how many mails that was."""

    def __init__(self, sender: str, attempt: Attempt, clock: Clock, later: Later) -> None:
        self._sender = sender
        self._attempt = attempt
        self._clock = clock
        self._later = later
        self._places = DeferredSemaphore(AT_ONCE)
        self._waiting: set[Deferred[None]] = set()
        self._stopped = False

    async def send(self, to: str, subject: str, text: str) -> None:
        recipient, message = self._composed(to, subject, text)
        if self._stopped or len(self._waiting) >= WAITING:
            raise Refusal(
                Code.UNAVAILABLE,
                "The mail server does not take mail as fast as it comes; try again in a minute.",
                retry_after=60.0,
            )
        self._begin(self._deliver(recipient, message))

    async def send_now(self, to: str, subject: str, text: str) -> None:
        """One try, waited for; `unavailable` with the reason if it fails."""
        recipient, message = self._composed(to, subject, text)
        try:
            await self._attempt(recipient, message)
        except MailFailed as error:
            raise Refusal(Code.UNAVAILABLE, f"No mail was sent: {error}.", retry=False) from None

    def stop(self) -> None:
        self._stopped = True
        waiting = tuple(self._waiting)
        if waiting:
            log.warn("{count} mails were not sent before the stop", count=len(waiting))
        for each in waiting:
            each.cancel()

    def _composed(self, to: str, subject: str, text: str) -> tuple[str, bytes]:
        if len(text) > CHARACTERS:
            raise Refusal(Code.TOO_LONG, f"A mail has at most {CHARACTERS} characters.")
        now = datetime.fromtimestamp(self._clock.wall() / 1000, UTC)
        return address(to), compose(self._sender, to, subject, text, now)

    def _begin(self, delivery: Coroutine[Any, Any, None]) -> None:
        doing = Deferred.fromCoroutine(delivery)
        if not doing.called:
            self._waiting.add(doing)

        def ended(result: Any) -> None:
            self._waiting.discard(doing)
            if result is not None and not result.check(CancelledError):
                log.failure("a mail could not be sent", result)

        doing.addBoth(ended)

    async def _deliver(self, to: str, message: bytes) -> None:
        for pause in (*PAUSES, None):
            try:
                await self._places.run(self._try, to, message)
            except MailFailed as error:
                if error.final or pause is None:
                    log.error("a mail could not be sent: {error}", error=error)
                    return
                log.warn("a mail is tried again in {pause:g} s: {error}", pause=pause, error=error)
                await self._later(pause)
            else:
                return

    def _try(self, to: str, message: bytes) -> Deferred[None]:
        async def attempt() -> None:
            await self._attempt(to, message)

        return Deferred.fromCoroutine(attempt())
