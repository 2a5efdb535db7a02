"""Certificates from a real ACME server, Pebble, which turns nonces down on purpose."""

import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
import pytest_twisted
from cryptography import x509
from loopback_tls import Peers, in_thread, until
from twisted.internet import reactor

from chatd.acme import order
from chatd.acme.child import Order
from chatd.acme.files import CERTIFICATE, loaded, settle
from chatd.acme.keeper import Keeper
from chatd.acme.lines import Outcome, Wish
from chatd.admin.doctor.look import Look
from chatd.admin.doctor.renewing import renewing
from chatd.config.reading import load
from chatd.config.settings import Settings, Storage
from chatd.config.settings_acme import CURRENT, FOLDER, Acme
from chatd.edge.door import listen
from chatd.edge.tls import Certificates
from tests.acme.pebble import Pebble
from tests.daemon import Daemon, free_port
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.pebble

#: An order takes two seconds; how long a busy machine may take.
PATIENCE = 60.0
#: An address of this machine where nobody listens.
NOWHERE = "127.0.0.9"
NAME, OTHER = "chat.example.test", "www.example.test"


@pytest.fixture(scope="module")
def pebble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """It comes for its challenges to one port, which each test listens on."""
    folder = tmp_path_factory.mktemp("pebble")
    with Pebble(folder, free_port(), PEBBLE_WFE_NONCEREJECT="30") as made:
        yield made


def opened(port: int, root: str, name: str = NAME) -> ssl.SSLSocket:
    """A connection of somebody who trusts that authority; ssl.SSLError."""
    context = ssl.create_default_context(cadata=root)
    context.set_alpn_protocols(["http/1.1"])
    plain = socket.create_connection(("127.0.0.1", port), 5)
    return context.wrap_socket(plain, server_hostname=name)


def echoed(sock: ssl.SSLSocket, word: bytes) -> bytes:
    sock.sendall(word)
    return sock.recv(100)


def soon(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_daemon_gets_its_first_once_its_name_leads_to_it_and_drops_nobody(
    pebble: Pebble, tmp_path: Path
) -> None:
    own = {"certificate": "", "key": ""}
    address = {"public_url": f"https://{NAME}:{pebble.tls_port}"}
    acme = pebble.settings(NAME, OTHER)
    sections = {"tls": own, "server": address, "acme": acme}
    pebble.lead(NAME, NOWHERE)
    with Daemon(tmp_path, sections, port=pebble.tls_port) as daemon:
        folder = daemon.state / FOLDER
        placeholder = (folder / CURRENT).read_text()
        settings = load(daemon.config)
        look = Look(daemon.config, settings, daemon.ask("visit"))
        soon(lambda: "tried again" in daemon.log())
        [found] = renewing(look)
        assert found.name == "acme-refused" and f"Failed to connect to {NOWHERE}" in found.what
        with opened(daemon.port, placeholder) as sock:
            pebble.lead(NAME, "127.0.0.1")
            daemon.ask("reload")
            soon(lambda: "the certificate was renewed" in daemon.log())
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert sock.recv(1000).startswith(b"HTTP/1.1 ")
        for name in (NAME, OTHER):
            with opened(daemon.port, pebble.root(), name) as sock:
                sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert sock.recv(1000).startswith(b"HTTP/1.1 ")
        assert [one.name for one in renewing(look)] == ["acme"]
        assert "browsers are shown one that chatd signed itself" in daemon.log()
        secrets = [path.read_text() for path in folder.glob("*.pem")]
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        lines = {line for text in secrets for line in text.splitlines() if len(line) > 20}
        told = daemon.log() + (folder / "state.json").read_text()
        assert len(lines) > 10 and not any(line in told for line in lines)


class Server:
    """A door whose certificate is kept, and time that moves when told."""

    def __init__(self, folder: Path, pebble: Pebble) -> None:
        self.clock = FakeClock()
        self.skipped = timedelta()
        made = msgspec.convert(dict(pebble.settings(NAME)), Acme)
        self.folder = folder / FOLDER
        settings = replace(Settings(), store=Storage(path=str(folder)), acme=made)
        settle(self.folder, [NAME], self.now())
        current = self.folder / CURRENT
        self.held = Certificates(current, current, self.now)
        self.keeper = Keeper(
            settings,
            self.held.challenges,
            partial(Order, reactor),
            lambda: self.held.reload() if self.held.is_stale() else None,
            self.clock,
            lambda: 0.0,
            self.now,
        )
        peers = Peers(echo=True)
        self.port = listen(reactor, "127.0.0.1", pebble.tls_port, self.held, peers)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skipped + timedelta(seconds=self.clock.now())

    @property
    def serial(self) -> int:
        found = loaded(self.folder / CERTIFICATE, self.now())
        return found.serial_number if found else 0

    async def stop(self) -> None:
        self.keeper.stop()
        await self.port.stopListening()
        await until(lambda: self.port.door.budget.connections == 0)


@pytest_twisted.async_yield_fixture
async def server(tmp_path: Path, pebble: Pebble):
    made = Server(tmp_path, pebble)
    yield made
    await made.stop()


@pytest_twisted.ensureDeferred
async def test_a_renewal_drops_nobody_and_serves_the_new_one_to_all_who_come(
    server: Server, pebble: Pebble
) -> None:
    context = server.held.context
    server.keeper.start()
    await until(lambda: server.held.context is not context, PATIENCE)
    first, context = server.serial, server.held.context
    root = await in_thread(pebble.root)
    with await in_thread(opened, pebble.tls_port, root) as old:
        assert await in_thread(echoed, old, b"before") == b"before"
        # Pebble's last five years.
        server.skipped = timedelta(days=5 * 365 * 0.7)
        server.clock.advance(60)
        await until(lambda: server.held.context is not context, PATIENCE)
        with await in_thread(opened, pebble.tls_port, root) as new:
            shown = x509.load_der_x509_certificate(new.getpeercert(True) or b"")
            assert shown.serial_number == server.serial != first
        assert await in_thread(echoed, old, b"after") == b"after"
    assert server.keeper.warning() is None


def ordered(
    folder: Path, pebble: Pebble, name: str, meanwhile: Callable[[], None] = lambda: None
) -> Outcome:
    """What the program of an order says in the end; ``meanwhile``: in place of an answer to the
    challenge."""

    class Daemon(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            line = super().readline(size)
            if line == b"\n":
                meanwhile()
            return line

    wish = Wish(pebble.directory, str(pebble.ca), "", [name], str(folder))
    outgoing = io.BytesIO()
    order.run(Daemon(msgspec.json.encode(wish) + b"\n\n"), outgoing)
    return msgspec.json.decode(outgoing.getvalue().splitlines()[-1], type=Outcome)


def test_where_the_authority_does_not_find_us_its_words_are_passed_on(
    pebble: Pebble, tmp_path: Path
) -> None:
    found = ordered(tmp_path, pebble, NAME)
    assert found.kind == "refused" and NAME in found.why and "Failed to connect" in found.why
    assert not (tmp_path / CERTIFICATE).exists()


def test_without_a_daemon_that_answers_no_authority_is_asked_to_look(
    pebble: Pebble, tmp_path: Path
) -> None:
    wish = Wish(pebble.directory, str(pebble.ca), "", [NAME], str(tmp_path))
    told, looked = io.BytesIO(), pebble.log().count("set INVALID")
    with pytest.raises(SystemExit):
        order.run(io.BytesIO(msgspec.json.encode(wish) + b"\n"), told)
    assert b"present" in told.getvalue() and pebble.log().count("set INVALID") == looked


def test_an_order_that_the_authority_has_forgotten_fails_and_the_next_begins_anew(
    pebble: Pebble, tmp_path: Path
) -> None:
    def account() -> list[bytes]:
        return [path.read_bytes() for path in tmp_path.glob("account-*")]

    assert ordered(tmp_path, pebble, NAME, pebble.begin_anew).kind in ("account", "refused")
    key = account()
    again = ordered(tmp_path, pebble, NAME)
    assert again.kind == "refused" and "tls-alpn-01" in again.why
    assert len(key) == 1 and account() == key
