"""A mail server on loopback, made of Twisted's own server side, that keeps what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import Portal
from twisted.internet import reactor as the_reactor
from twisted.internet import ssl
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import ServerFactory
from twisted.mail import smtp
from twisted.mail.imap4 import LOGINCredentials, PLAINCredentials
from zope.interface import implementer

from chatd.admin import local_ca

reactor: Any = the_reactor
SECONDS = 15.0


@dataclass(frozen=True)
class Taken:
    """One mail: who handed it in over what, the envelope, and the bytes."""

    user: bytes
    over_tls: bool
    sender: str
    to: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(read, EmailMessage)
        return read


@implementer(smtp.IMessage)
class _Content:
    def __init__(self, done: Callable[[bytes], None]) -> None:
        self._done = done
        self._lines: list[bytes] = []

    def lineReceived(self, line: bytes) -> None:
        self._lines.append(line)

    def eomReceived(self) -> Deferred[None]:
        self._done(b"\r\n".join(self._lines) + b"\r\n")
        return succeed(None)

    def connectionLost(self) -> None: ...


@implementer(smtp.IMessageDelivery)
class _Delivery:
    def __init__(self, server: "SmtpServer", user: bytes, connection: Any) -> None:
        self._server = server
        self._user = user
        self._connection = connection
        self._sender = ""

    def receivedHeader(self, helo: Any, origin: Any, recipients: Any) -> bytes:
        return b"Received: by a test"

    def validateFrom(self, helo: Any, origin: Any) -> Any:
        if self._server.plan:
            raise self._server.plan.pop(0)
        self._sender = str(origin)
        return origin

    def validateTo(self, user: Any) -> Callable[[], _Content]:
        if str(user.dest) in self._server.unknown:
            raise smtp.SMTPBadRcpt(user)
        return lambda: _Content(
            lambda content: self._server.take(
                Taken(
                    self._user,
                    self._connection.startedTLS or self._server.implicit,
                    self._sender,
                    str(user.dest),
                    content,
                )
            )
        )


class _Realm:
    def __init__(self, server: "SmtpServer", connection: Any) -> None:
        self._server, self._connection = server, connection

    def requestAvatar(self, user: Any, mind: Any, *interfaces: Any) -> Any:
        return smtp.IMessageDelivery, _Delivery(self._server, user, self._connection), lambda: None


class _Protocol(smtp.ESMTP):
    host = b"localhost"

    def connectionMade(self) -> None:
        self.factory.server.open.add(self.transport)
        super().connectionMade()

    def connectionLost(self, reason: Any) -> None:
        self.factory.server.open.discard(self.transport)
        super().connectionLost(reason)
        self.factory.server.changed()

    def ext_STARTTLS(self, rest: bytes) -> None:
        if self.factory.server.injects:
            # What a stranger on the way would add in the clear behind the answer.
            self.transport.write(b"220 Begin TLS\r\n250 injected\r\n")
        else:
            super().ext_STARTTLS(rest)


class _Factory(ServerFactory):
    noisy = False

    def __init__(self, server: "SmtpServer") -> None:
        self.server = server

    def buildProtocol(self, addr: Any) -> Any:
        if self.server.silent:
            self.server.calls += 1
            return _Silent(self.server)
        self.server.calls += 1
        challengers = {b"LOGIN": LOGINCredentials, b"PLAIN": PLAINCredentials}
        connection = _Protocol(
            challengers if self.server.signs_in else {},
            self.server.context if self.server.offers_tls else None,
        )
        connection.factory = self
        connection.timeout = None
        checker = InMemoryUsernamePasswordDatabaseDontUse()
        checker.addUser(b"chatd", b"a pass word")
        connection.portal = Portal(_Realm(self.server, connection), [checker])
        if not self.server.signs_in:
            connection.delivery = _Delivery(self.server, b"", connection)
        return connection


class _Silent(smtp.SMTP):
    """Takes the call and says nothing."""

    timeout = None

    def __init__(self, server: "SmtpServer") -> None:
        super().__init__()
        self._server = server

    def connectionMade(self) -> None:
        self._server.open.add(self.transport)
        self._server.changed()

    def connectionLost(self, reason: Any) -> None:
        self._server.open.discard(self.transport)
        self._server.changed()


class SmtpServer:
    """``plan``: what is raised at the next senders instead of taking them; ``unknown``: recipients
    who do not live here."""

    def __init__(self, folder: Path) -> None:
        self.taken: list[Taken] = []
        self.plan: list[Exception] = []
        self.unknown: set[str] = set()
        self.calls = 0
        self.implicit = False
        self.offers_tls = True
        self.signs_in = True
        self.injects = False
        self.silent = False
        self.open: set[Any] = set()
        self.port = 0
        self._waiting: list[tuple[Callable[[], bool], Deferred[None]]] = []
        self._listening: IListeningPort | None = None
        issued = local_ca.ensure(folder / "mail-ca", ["localhost"], datetime.now(UTC))
        self.authority = issued.authority
        self.context = ssl.DefaultOpenSSLContextFactory(str(issued.key), str(issued.certificate))

    def start(self, *, implicit: bool = False) -> "SmtpServer":
        self.implicit = implicit
        factory = _Factory(self)
        if implicit:
            port = reactor.listenSSL(self.port, factory, self.context, interface="127.0.0.1")
        else:
            port = reactor.listenTCP(self.port, factory, interface="127.0.0.1")
        self._listening = port
        self.port = port.getHost().port
        return self

    async def stop(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            await listening.stopListening()
        for each in tuple(self.open):
            each.abortConnection()
        await self.until(lambda: not self.open)

    def take(self, mail: Taken) -> None:
        self.taken.append(mail)
        self.changed()

    async def until(self, wanted: Callable[[], bool]) -> None:
        if not wanted():
            waiting: Deferred[None] = Deferred()
            self._waiting.append((wanted, waiting))
            await waiting.addTimeout(SECONDS, reactor)

    def changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        for wanted, each in waiting:
            if not wanted():
                self._waiting.append((wanted, each))
            elif not each.called:
                reactor.callLater(0, each.callback, None)
