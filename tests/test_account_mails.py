"""Mail about accounts from the real daemon to a real mail server: by STARTTLS, its certificate
verified, from who signed in; and what becomes of everybody where that server fails."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatd.admin import local_ca
from tests.daemon import GENEROUS, Daemon, WentWrong
from tests.mail_server import PASSWORD as MAIL_PASSWORD
from tests.mail_server import MailServer
from tests.signed import Signed

PASSWORD, OTHER = "four wonderful tea leaves", "five even better leaves"
LINK = re.compile(r"https://\S+/#(reset|email)=(\S+)")
#: An answer that had waited for a mail server which says nothing would take 25.
AT_ONCE = 5.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as server:
        yield server


def alice(daemon: Daemon, server: MailServer) -> Signed:
    """Signed in, with an address that mail has confirmed."""
    daemon.user("alice", password=PASSWORD)
    person = Signed(daemon, **{"Accept-Language": "de"})
    person.sign_in("alice", PASSWORD)
    assert person.post("/api/email", email="Alice@Example.org", password=PASSWORD)["sent"]
    person.post("/api/email/confirm", secret=secret(server, 1, "email"))
    return person


def secret(server: MailServer, number: int, kind: str) -> str:
    to, mail = server.mail(number)
    assert to == "alice@example.org"
    found = LINK.search(mail.get_content())
    assert found is not None and found[1] == kind, mail.get_content()
    return found[2]


def waited_for(daemon: Daemon, words: str) -> None:
    deadline = time.monotonic() + 10
    while words not in daemon.log():
        assert time.monotonic() < deadline, daemon.log()
        time.sleep(0.02)


def test_links_and_notices_arrive_over_tls_from_who_signed_in(
    tmp_path: Path, server: MailServer
) -> None:
    with Daemon(tmp_path / "chatd", GENEROUS, {"mail": server.settings()}) as daemon:
        person = alice(daemon, server)
        person.post("/api/reset/ask", who="alice")
        link = secret(server, 2, "reset")
        person.post("/api/reset", secret=link, password=OTHER)
        assert server.mail(3)[1]["Subject"] == "Dein Passwort bei chatd wurde geändert"
        daemon.ask("user_password", name="alice", password=PASSWORD)
        _, mail = server.mail(4)
        assert "Das war die Verwaltung des Servers." in mail.get_content()
        # There is nothing to take away, so nobody is told that it was.
        daemon.ask("user_reset_factors", name="alice")
        daemon.stop()
        log = daemon.log()
    assert len(server.taken) == 4
    assert {(mail.user, mail.over_tls) for mail in server.taken} == {(b"chatd", True)}
    for hidden in (link, PASSWORD, OTHER, MAIL_PASSWORD, "alice@example.org"):
        assert hidden not in log
        assert all(hidden not in mail.message.as_string() for mail in server.taken[2:]) or (
            hidden == "alice@example.org"
        )


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"greeting": None}, ""),
        (
            {"RCPT": "451 come again"},
            "a mail is tried again in 15 s: localhost:{port} answered 451",
        ),
        ({"content": "554 no room"}, "a mail could not be sent: localhost:{port} answered 554 no"),
        ({"AUTH": "535 who?"}, "localhost:{port} answered 535 who?"),
    ],
)
def test_a_server_that_does_not_do_its_part_holds_nobody_up_and_is_told(
    tmp_path: Path, server: MailServer, fault: dict[str, str | None], told: str
) -> None:
    with Daemon(tmp_path / "chatd", GENEROUS, {"mail": server.settings()}) as daemon:
        person = alice(daemon, server)
        server.faults = fault
        before = time.monotonic()
        person.post("/api/reset/ask", who="alice")
        person.post("/api/password", old=PASSWORD, new=OTHER)
        assert time.monotonic() - before < AT_ONCE
        if told:
            waited_for(daemon, told.format(port=server.port))
        else:
            server.until(lambda: bool(server.open))
        assert "alice@example.org" not in daemon.log()
        assert len(server.taken) == 1
        daemon.stop()
        if not told:
            assert "not sent before the stop" in daemon.log()


def test_a_certificate_of_somebody_else_gets_neither_password_nor_mail(
    tmp_path: Path, server: MailServer
) -> None:
    other = local_ca.ensure(tmp_path / "other", ["localhost"], datetime.now(UTC)).authority
    settings = {**server.settings(), "ca_file": str(other)}
    with Daemon(tmp_path / "chatd", GENEROUS, {"mail": settings}) as daemon:
        with pytest.raises(WentWrong) as refused:
            daemon.ask("mail_test", address="anna@example.org")
        assert "cannot be trusted: " in str(refused.value) and "certificate" in str(refused.value)
        daemon.stop()
        assert MAIL_PASSWORD not in daemon.log()
    assert server.taken == []
