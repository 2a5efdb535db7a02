"""Handing in a mail to a real server: TLS, signing in, and every way that it can fail."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.admin import local_ca
from chatd.auth.account_mails import Server, letter
from chatd.hooks import smtp
from chatd.hooks.mail import Attempt, MailFailed, MailSettings, compose
from chatd.hooks.smtp import handing_in
from tests.conftest import LoggedErrors, timers
from tests.mail_server import MailServer

SENDER = "Our chat <chat@example.org>"
TO = "anna@example.org"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest_twisted.async_yield_fixture
async def server(tmp_path: Path) -> AsyncIterator[MailServer]:
    made = MailServer(tmp_path)
    yield made
    # Who hands in says goodbye once the answer is there, and waits for that of the server.
    await deferToThread(made.until, lambda: not made.open)
    await deferToThread(made.stop)
    for _ in range(500):
        if not timers():
            break
        await deferLater(reactor, 0.01, lambda: None)


def handing(server: MailServer, tls: str = "starttls", **more: Any) -> Attempt:
    known: dict[str, Any] = {
        "host": "localhost",
        "port": server.port,
        "user": "chatd",
        "password": "a pass word",
        "sender": SENDER,
        "tls": tls,
        "authorities": str(server.authority),
        **more,
    }
    return handing_in(reactor, MailSettings(**known), "chat@example.org")


def mail(text: str = "Hello Anna.") -> bytes:
    return compose(SENDER, TO, "A new password", text, NOW)


async def failure(attempt: Attempt) -> MailFailed:
    with pytest.raises(MailFailed) as caught:
        await attempt(TO, mail())
    assert TO not in str(caught.value)
    assert "a pass word" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest_twisted.ensureDeferred
async def test_a_mail_arrives_over_tls_from_who_signed_in(server: MailServer, tls: str) -> None:
    server.start(implicit=tls == "tls")
    await handing(server, tls)(TO, mail())
    (taken,) = server.taken
    assert (taken.user, taken.over_tls) == (b"chatd", True)
    assert (taken.sender, taken.to) == ("chat@example.org", TO)
    message = taken.message
    assert (message["From"], message["To"]) == (SENDER, TO)
    assert message["Subject"] == "A new password"
    assert message.get_content().splitlines() == ["Hello Anna."]
    await deferToThread(server.until, lambda: not server.open)


@pytest_twisted.ensureDeferred
async def test_every_letter_and_every_dot_arrives(server: MailServer) -> None:
    server.start()
    text = ".\n..\n.hidden\nüñí 中文 🍵 " + "long " * 400 + "\n" + ".\n" * 9000 + "the end"
    await handing(server)(TO, mail(text))
    assert server.taken[0].message.get_content().replace("\r\n", "\n") == text + "\n"
    assert all(byte < 128 for byte in server.taken[0].content)
    assert max(map(len, server.taken[0].content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", ["a\r\nBcc: eve@example.com", "a\n\n.\nRCPT TO:<eve@example.com>"])
@pytest_twisted.ensureDeferred
async def test_no_name_makes_a_header_or_a_recipient(server: MailServer, name: str) -> None:
    server.start()
    about = Server(name, "https://chat.example.org")
    subject, text = letter(about, "reset", name, "", "s3cret")
    await handing(server)(TO, compose(SENDER, TO, subject, text, NOW))
    (taken,) = server.taken
    assert (taken.to, taken.message["To"]) == (TO, TO)
    assert taken.message["Bcc"] is None and "s3cret" in taken.message.get_content()
    assert " ".join(name.split()) in taken.message["Subject"]


@pytest_twisted.ensureDeferred
async def test_without_a_name_nobody_signs_in_and_none_is_plain(server: MailServer) -> None:
    server.signs_in = server.offers_tls = False
    server.start()
    await handing(server, "none", user="", password="")(TO, mail())
    assert (server.taken[0].user, server.taken[0].over_tls) == (b"", False)


@pytest_twisted.ensureDeferred
async def test_a_server_without_starttls_gets_neither_password_nor_mail(
    server: MailServer,
) -> None:
    server.offers_tls = False
    server.start()
    failed = await failure(handing(server))
    assert "offers no STARTTLS" in str(failed)
    assert failed.final
    assert server.taken == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest_twisted.ensureDeferred
async def test_an_authority_that_is_not_trusted_gets_nothing(
    server: MailServer, tmp_path: Path, tls: str
) -> None:
    server.start(implicit=tls == "tls")
    other = local_ca.ensure(tmp_path / "other", ["localhost"], datetime.now(UTC))
    for authority in (str(other.authority), ""):
        failed = await failure(handing(server, tls, authorities=authority))
        assert "certificate" in str(failed)
        assert failed.final
    assert server.taken == []


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest_twisted.ensureDeferred
async def test_a_certificate_for_another_host_gets_nothing(server: MailServer, tls: str) -> None:
    server.start(implicit=tls == "tls")
    # It is for localhost and the loopback addresses; the name leads there, too.
    failed = await failure(handing(server, tls, host="127.0.0.1.nip.invalid"))
    assert "cannot be reached" in str(failed)
    assert server.taken == []


@pytest_twisted.ensureDeferred
async def test_what_is_said_in_the_clear_behind_starttls_is_not_believed(
    server: MailServer,
) -> None:
    server.faults = {"STARTTLS": "220 Begin TLS\r\n250 injected"}
    server.start()
    failed = await failure(handing(server))
    assert "handshake" in str(failed) or "answered 220" in str(failed)
    assert server.taken == []


@pytest_twisted.ensureDeferred
async def test_a_wrong_password_is_named_and_final(
    server: MailServer, logged_errors: LoggedErrors
) -> None:
    server.start()
    failed = await failure(handing(server, password="another"))
    assert "refused the user name or the password" in str(failed)
    assert failed.final
    logged_errors.take()


@pytest.mark.parametrize(("code", "final"), [(451, False), (554, True)])
@pytest.mark.parametrize(
    "step", ["greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "content"]
)
@pytest_twisted.ensureDeferred
async def test_what_the_server_says_is_told_and_5xx_is_final(
    server: MailServer, step: str, code: int, final: bool
) -> None:
    server.start()
    server.faults = {step: f"{code} not now"}
    failed = await failure(handing(server))
    assert f"answered {code} not now" in str(failed)
    assert failed.final is final
    assert server.taken == []


@pytest_twisted.ensureDeferred
async def test_an_unknown_recipient_is_told_without_the_address(server: MailServer) -> None:
    server.start()
    server.unknown = {TO}
    await failure(handing(server))


@pytest_twisted.ensureDeferred
async def test_nobody_who_listens_is_tried_again_later(server: MailServer) -> None:
    server.start()
    server.stop()
    failed = await failure(handing(server))
    assert "cannot be reached" in str(failed)
    assert not failed.final


@pytest.mark.parametrize("step", ["greeting", "STARTTLS", "AUTH", "DATA", "content"])
@pytest_twisted.ensureDeferred
async def test_a_server_that_says_nothing_is_given_up(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    server.faults = {step: None}
    server.start()
    monkeypatch.setattr(smtp, "WHOLE", 0.3)
    failed = await failure(handing(server))
    assert "did not answer in time" in str(failed)
    assert not failed.final
    await deferToThread(server.until, lambda: not server.open)


@pytest_twisted.ensureDeferred
async def test_a_try_that_is_given_up_leaves_no_connection(server: MailServer) -> None:
    server.faults = {"greeting": None}
    server.start()
    trying: Deferred[Any] = Deferred.fromCoroutine(_try(handing(server)))
    trying.addErrback(lambda _: None)
    await deferToThread(server.until, lambda: bool(server.open))
    trying.cancel()
    await deferToThread(server.until, lambda: not server.open)


async def _try(attempt: Attempt) -> None:
    await attempt(TO, mail())
