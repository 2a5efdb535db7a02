"""One try to hand a mail in by SMTP (RFC 5321), over verified TLS (RFC 8314, RFC 3207)."""

from io import BytesIO
from typing import Any, Final

from OpenSSL import SSL
from service_identity import CertificateError, VerificationError
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.protocol import connectionDone
from twisted.mail.smtp import (
    AUTHDeclinedError,
    EHLORequiredError,
    ESMTPSender,
    ESMTPSenderFactory,
    SMTPClientError,
    TLSError,
    TLSRequiredError,
)
from twisted.python.failure import Failure

from chatd.hooks.mail import Attempt, MailFailed, MailSettings
from chatd.hooks.trust import tls_failure, verifying

#: Seconds for the connection, for one answer of the server, and for all of it.
CONNECT: Final = 10.0
ANSWER: Final = 20.0
WHOLE: Final = 25.0

#: From this code on an answer says no (RFC 5321 §4.2.1), from the other on it does so for good.
REFUSES: Final = 400
FOR_GOOD: Final = 500

FAILURES: Final = (
    OSError,
    ConnectError,
    ConnectionClosed,
    SMTPClientError,
    SSL.Error,
    CertificateError,
    VerificationError,
)


class _Whole(BytesIO):
    """Read in one piece: Twisted doubles a dot at the beginning of a line only within a piece."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read()


class _Sender(ESMTPSender):
    transport: Any
    factory: Any
    # Twisted would otherwise keep what was said, the password too, and put it into its errors.
    debug = False

    def esmtpState_starttls(self, code: int, resp: bytes) -> None:
        if self._buffer:
            # Said in the clear by who knows whom; it would be believed as if it had come under TLS.
            self.esmtpTLSFailed(code, resp)
            self.transport.abortConnection()
            return
        super().esmtpState_starttls(code, resp)

    # Twisted has its own words for these; the server's tell more.

    def esmtpEHLORequired(self, code: int = -1, resp: bytes | None = None) -> None:
        self.sendError(EHLORequiredError(code, resp or b""))

    def esmtpTLSFailed(self, code: int = -1, resp: bytes | None = None) -> None:
        if code < REFUSES:
            super().esmtpTLSFailed(code, resp)
        else:
            self.sendError(TLSError(code, resp or b""))

    def sendError(self, exc: Exception) -> None:
        if self.factory.sendFinished:
            # It is about the farewell after a mail that was sent.
            self.transport.abortConnection()
        else:
            super().sendError(exc)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        # An endpoint does not tell the factory that a connection ended.
        self.factory.clientConnectionLost(None, reason)


class _SenderFactory(ESMTPSenderFactory):
    protocol = _Sender
    noisy = False


def handing_in(reactor: Any, settings: MailSettings, envelope_sender: str) -> Attempt:
    """How a mail is handed in with these settings; fails with `MailFailed`."""

    tls = None if settings.tls == "none" else verifying(settings.host, settings.authorities)

    async def attempt(to: str, message: bytes) -> None:
        doing = Deferred.fromCoroutine(_send(reactor, settings, tls, envelope_sender, to, message))
        doing.addTimeout(WHOLE, reactor)
        try:
            await doing
        except DeferredTimeout:
            raise MailFailed(f"{settings.host} did not answer in time", final=False) from None
        except FAILURES as error:
            raise _explained(settings, to, error) from None

    return attempt


async def _send(
    reactor: Any, settings: MailSettings, tls: Any, sender: str, to: str, message: bytes
) -> None:
    sent: Deferred[Any] = Deferred()
    factory = _SenderFactory(
        settings.user.encode(),
        settings.password.encode(),
        sender,
        to,
        _Whole(message),
        sent,
        retries=0,
        timeout=ANSWER,
        contextFactory=tls if settings.tls == "starttls" else None,
        requireAuthentication=bool(settings.user),
        requireTransportSecurity=settings.tls != "none",
    )
    endpoint = HostnameEndpoint(reactor, settings.host, settings.port, timeout=CONNECT)
    connected: Any = await (
        wrapClientTLS(tls, endpoint) if settings.tls == "tls" else endpoint
    ).connect(factory)
    try:
        await sent
    except CancelledError:
        factory.sendFinished = True
        connected.transport.abortConnection()
        raise


def _explained(settings: MailSettings, to: str, error: Exception) -> MailFailed:
    """What went wrong in words that may be logged: the server's own, without the address."""
    where = f"{settings.host}:{settings.port}"
    cause: BaseException = error.__cause__ or error
    if (why := tls_failure(cause)) is not None:
        return MailFailed(f"{where} cannot be trusted: {why}", final=True)
    if isinstance(error, TLSRequiredError):
        return MailFailed(
            f'{where} offers no STARTTLS; perhaps mail.tls = "tls" is right', final=True
        )
    if isinstance(error, AUTHDeclinedError) and error.code >= FOR_GOOD:
        return MailFailed(f"{where} refused the user name or the password", final=True)
    if isinstance(error, SMTPClientError) and error.code > 0:
        said = _said(error).decode("utf-8", "replace").replace(to, "the recipient")
        line = "".join(letter if letter.isprintable() else " " for letter in said)[:200]
        return MailFailed(f"{where} answered {error.code} {line}", final=error.code >= FOR_GOOD)
    return MailFailed(f"{where} cannot be reached ({cause})", final=False)


def _said(error: SMTPClientError) -> bytes:
    """The server's own words, also if it refused the recipient."""
    for _, code, words in getattr(error, "addresses", None) or ():
        if code == error.code:
            return bytes(words)
    return error.resp
