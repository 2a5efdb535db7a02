"""A real mail server (aiosmtpd) on loopback, in a thread, that keeps what it is given.

By STARTTLS it takes mail from who signed in, and only so; see `MailServer` for everything else."""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from chatd.admin import local_ca
from tests.daemon import toml

USER, PASSWORD = "chatd", "a pass word"
SECONDS = 15.0

T = TypeVar("T")


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


class _Connection(SMTP):
    def __init__(self, server: MailServer, *about: Any, **more: Any) -> None:
        self._server = server
        super().__init__(*about, **more)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.opened(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._server.gone(self)

    async def _handle_client(self) -> None:
        if "greeting" in self._server.faults and not self._tls_protocol:
            await self._fail("greeting")
            self.transport.close()
        else:
            await super()._handle_client()

    async def _fail(self, word: str) -> None:
        await self.push(await self._server.fault(word))


def _faulty(word: str) -> Callable[[Any, str], Any]:
    usual = getattr(SMTP, f"smtp_{word}")

    async def answer(self: Any, argument: str) -> None:
        if word in self._server.faults:
            await self._fail(word)
        else:
            await usual(self, argument)

    return answer


for _word in ("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"):
    setattr(_Connection, f"smtp_{_word}", _faulty(_word))


class _Hooks:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_MAIL(
        self, _: Any, session: Any, envelope: Any, sender: str, options: list[str]
    ) -> str:
        if self._server.signs_in and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = sender
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, _: Any, session: Any, envelope: Any, to: str, options: list[str]
    ) -> str:
        if to in self._server.unknown:
            return f"550 5.1.1 <{to}> does not live here"
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:
        if "content" in self._server.faults:
            return await self._server.fault("content")
        login = session.auth_data
        user = login.login if isinstance(login, LoginPassword) else b""
        over_tls = session.ssl is not None or self._server.implicit
        for to in envelope.rcpt_tos:
            self._server.take(Taken(user, over_tls, envelope.mail_from, to, envelope.content))
        return "250 2.0.0 taken"


class MailServer:
    """``faults``: what is answered instead, by the command, "greeting" or "content", None for
    nothing at all; ``unknown``: recipients who do not live here."""

    def __init__(self, folder: Path) -> None:
        self.taken: list[Taken] = []
        self.faults: dict[str, str | None] = {}
        self.unknown: set[str] = set()
        self.calls = 0
        self.implicit = False
        self.offers_tls = True
        self.signs_in = True
        self.open: set[Any] = set()
        self.port = 0
        self.password = PASSWORD
        self._folder = folder
        self._thread: threading.Thread | None = None
        self._issue("mail-ca")

    def _issue(self, name: str) -> None:
        issued = local_ca.ensure(self._folder / name, ["localhost"], datetime.now(UTC))
        self.authority = issued.authority
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(issued.certificate, issued.key)

    def start(self, *, implicit: bool = False) -> MailServer:
        self.implicit = implicit
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listening = self._soon(self._listen())
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        if self._thread is not None:
            self._soon(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(SECONDS)
            self._loop.close()
            self._thread = None

    def __enter__(self) -> MailServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def settings(self) -> dict[str, object]:
        """What stands in [mail] of a chatd that hands its mail in here, by STARTTLS."""
        password = self._folder / "mail.key"
        password.touch(mode=0o600)
        password.write_text(f"{self.password}\n")
        return {
            "host": "localhost",
            "port": self.port,
            "tls": "starttls",
            "user": USER,
            "password_file": str(password),
            "sender": "Tea house <chat@example.org>",
            "ca_file": str(self.authority),
        }

    def section(self) -> str:
        """The same as it is written there."""
        lines = (f"{name} = {toml(value)}" for name, value in self.settings().items())
        return "\n".join(("[mail]", *lines, ""))

    def mail(self, number: int, seconds: float = SECONDS) -> tuple[str, EmailMessage]:
        """The mail of that number, from 1 on, and to whom; waited for."""
        self.until(lambda: len(self.taken) >= number, seconds)
        taken = self.taken[number - 1]
        return taken.to, taken.message

    def until(self, wanted: Callable[[], bool], seconds: float = SECONDS) -> None:
        """Waits in the thread that asks; a test within the reactor hands it to another."""
        deadline = time.monotonic() + seconds
        while not wanted():
            assert time.monotonic() < deadline, f"no mail came, of {len(self.taken)} so far"
            time.sleep(0.01)

    def _soon(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(SECONDS)

    # ---- in its own thread ----------------------------------------------------------------------

    async def _listen(self) -> asyncio.Server:
        context = self.context if self.implicit else None
        return await self._loop.create_server(self._connection, "127.0.0.1", self.port, ssl=context)

    async def _end(self) -> None:
        self._listening.close()
        for each in tuple(self.open):
            each.transport.abort()
        while self.open:
            await asyncio.sleep(0)

    def _connection(self) -> _Connection:
        return _Connection(
            self,
            _Hooks(self),
            hostname="mail.localhost",
            tls_context=self.context if self.offers_tls and not self.implicit else None,
            require_starttls=self.offers_tls,
            auth_require_tls=not self.implicit,
            auth_exclude_mechanism=() if self.signs_in else ("LOGIN", "PLAIN"),
            authenticator=self._check,
            loop=self._loop,
        )

    async def fault(self, word: str) -> str:
        answer = self.faults[word]
        if answer is None:
            await asyncio.Event().wait()
        return str(answer)

    def _check(
        self, server: Any, session: Any, envelope: Any, mechanism: str, login: Any
    ) -> AuthResult:
        right = LoginPassword(USER.encode(), self.password.encode())
        return AuthResult(success=login == right, handled=False, auth_data=login)

    def take(self, mail: Taken) -> None:
        self.taken.append(mail)

    def opened(self, connection: Any) -> None:
        if connection not in self.open:
            self.calls += 1
            self.open.add(connection)

    def gone(self, connection: Any) -> None:
        self.open.discard(connection)
