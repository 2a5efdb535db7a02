"""The composition root: builds the daemon from its settings, and the only place that sees both the
pure and the touching half."""

import atexit
import os
import random
import secrets
import sys
import time
from collections.abc import Coroutine
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd import __version__, features
from chatd.admin.control import listen_control
from chatd.auth.origins import OriginPolicy
from chatd.config import ConfigError, load
from chatd.core.principal import Principal
from chatd.descriptors import raise_descriptors
from chatd.edge.build import Edge, build_site
from chatd.edge.door import Door, DoorLimits
from chatd.edge.door_budget import Places
from chatd.edge.pages import ui_files
from chatd.edge.settings import EdgeSettings
from chatd.edge.tls import Certificates
from chatd.edge.tls_files import TlsFilesError
from chatd.edge.transport_closing import TransportSettings
from chatd.engine.engine import Engine
from chatd.fanout.bus import NoBus
from chatd.fanout.hub import Hub
from chatd.fanout.node import Node
from chatd.fanout.sequencer import Sequencer
from chatd.listen import CannotListen, bind, serve
from chatd.options import Options
from chatd.parts import Parts, ReactorScheduler, public_url
from chatd.safety import is_loopback, unsafe
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.session import Session
from chatd.settings import LimitSettings, Settings
from chatd.store.errors import StoreError
from chatd.store.sqlite import Synchronous
from chatd.wire import export
from chatd.wire.frames import Limits

__all__ = ["ChatService", "Options", "makeService"]

log = Logger()

#: Over how long those who were sent away by a restart come back, in seconds.
COME_BACK_WITHIN = 10.0
#: How long a stop waits for connections to close.
DRAIN_SECONDS = 3.0


def makeService(options: Any) -> Service:
    """twistd's entry: mistakes in the configuration end it here, in sentences."""
    path = Path(options["config"])
    try:
        settings = load(path)
    except ConfigError as error:
        raise SystemExit(f"chatd: {error}") from None
    wrong = unsafe(settings)
    if wrong:
        raise SystemExit("\n".join(f"chatd: {path}: {text}" for text in wrong))
    from twisted.internet import reactor as the_reactor

    reactor: Any = the_reactor
    # Every timer, limit and timeout follows this clock; a wall clock steps (twisted#2424).
    reactor.seconds = time.monotonic
    return ChatService(reactor, settings, path, bool(options["quickstart"]))


class ChatService(Service):
    """One node of chatd."""

    #: Anything less than FULL loses acknowledged messages when the power goes: tests show that.
    synchronous: Synchronous = "FULL"

    def __init__(self, reactor: Any, settings: Settings, path: Path, quickstart: bool) -> None:
        self.setName("chatd")
        self.settings = settings
        self.path = path
        self._reactor = reactor
        self._quickstart = quickstart
        self._sockets: list[Any] = []
        self._ports: list[IListeningPort] = []
        self._ready = False

    # ---- starting -------------------------------------------------------------------------------

    def privilegedStartService(self) -> None:
        """Before twistd gives up its rights: the ports."""
        try:
            self._sockets = bind(self.settings.server.listen)
        except CannotListen as error:
            raise SystemExit(f"chatd: {error}") from None

    def startService(self) -> None:
        super().startService()
        try:
            self._certificates = self._tls()
            self.parts = Parts.of(self._reactor, self.settings, self.synchronous)
        except (TlsFilesError, StoreError) as error:
            raise SystemExit(f"chatd: {error}") from None
        if (too_few := raise_descriptors(self.settings.limits.connections)) is not None:
            log.warn("{too_few}", too_few=too_few)
        self.parts.start()
        self._reactor.callWhenRunning(self._begin)

    def _tls(self) -> Certificates | None:
        tls = self.settings.tls
        return None if tls.terminated else Certificates(tls.certificate, tls.key)

    def _begin(self) -> None:
        Deferred.fromCoroutine(self._start()).addErrback(self._not_started)

    def _not_started(self, failure: Failure) -> None:
        """A daemon that holds the ports and answers nobody is worse than none."""
        if not self.running:
            return  # it was stopped meanwhile
        log.failure("chatd cannot start", failure)
        # twistd knows no other way to end with a status that says so.
        atexit.register(_exit_failed)
        self._reactor.stop()

    async def _start(self) -> None:
        """The rest, once the store answers: where the log stands decides where the hub begins."""
        settings, parts = self.settings, self.parts
        limits = wire_limits(settings.limits)
        position = await parts.store.position()
        scheduler = ReactorScheduler(self._reactor)
        self.engine = Engine(
            features.ALL,
            parts.store,
            parts.clock,
            secrets.token_bytes,
            limits,
            _log_fault,
            server=f"{settings.server.name} {__version__}",
        )
        hub = Hub(scheduler, parts.clock, position, self._hub_fault)
        sequencer = Sequencer(position, hub.deliver)
        self.node = Node(
            parts.store,
            hub,
            sequencer,
            NoBus(),
            scheduler,
            parts.clock,
            self.engine.envelope,
            self._drive,
            epoch=parts.store.epoch,
            name=secrets.token_hex(8),
        )
        parts.store.committed = self.node.committed
        users = UserBudgets(limits)

        def make_session(principal: Principal, wire: Any, address: str) -> Session:
            outbox = Outbox(wire, parts.clock, limits.reader_bytes, limits.reader_seconds)
            subscriber = hub.attach(principal.user, principal.name, outbox)
            return Session(
                principal,
                self.engine,
                subscriber,
                outbox,
                wire,
                Budgets(users, principal.user, limits),
                limits,
                parts.clock,
                self._drive,
                heartbeat_seconds=settings.limits.heartbeat_seconds,
                dead_seconds=settings.limits.dead_seconds,
            )

        self.edge = self._site(make_session)
        self.door = Door(self._reactor, door_limits(settings))
        self._control = listen_control(
            self._reactor,
            Path(settings.server.control),
            parts.office(self.edge.connections.ended, self.status),
        )
        self.node.start()
        self._ports = serve(
            self._reactor, self._sockets, self.edge.site, self._certificates, self.door, settings
        )
        self._sockets = []
        self._ready = True
        log.info("ready: {url}", url=public_url(settings))
        if self._quickstart:
            await self._show_banner()

    def _site(self, make_session: Any) -> Edge:
        settings = self.settings
        return build_site(
            self._reactor,
            settings=edge_settings(settings),
            store=self.parts.store,
            passwords=self.parts.passwords,
            origins=OriginPolicy(origins(settings), public_url(settings)),
            make_session=make_session,
            clock=self.parts.clock,
            random=secrets.token_bytes,
            server_key=Path(settings.accounts.secret_file).read_bytes().strip(),
            ui=ui_files(),
            protocol_text=export.protocol_text(),
            protocol_schema=export.protocol_schema(),
            not_ready=lambda: None if self._ready else "starting or stopping",
        )

    async def _show_banner(self) -> None:
        from chatd.admin.banner import banner, show

        link = None
        if not await self.parts.store.invitations() and not await self.parts.store.users(None, 1):
            made = await self.edge.invitations.create_setup()
            if made is not None:
                link = f"{public_url(self.settings)}/#setup={made.secret}"
        show(
            banner(
                public_url=public_url(self.settings),
                config=self.path,
                state=Path(self.settings.store.path),
                authority=Path(self.settings.tls.certificate).parent / "ca.pem",
                first_administrator=link,
            )
        )

    # ---- running --------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """What `chatctl status` shows of a running daemon."""
        counters = self.door.counters
        return {
            "connections": len(self.edge.connections),
            "opened": self.edge.connections.opened,
            "accepted": counters.accepted,
            "handshakes": counters.handshakes,
            "resumed": counters.resumed,
            "refused": sum(counters.refused.values()),
            "pid": os.getpid(),
        }

    def _drive(self, coroutine: Coroutine[Any, Any, None]) -> None:
        doing = Deferred.fromCoroutine(coroutine)
        doing.addErrback(lambda failure: log.failure("a task failed", failure))

    def _hub_fault(self, failure: Exception) -> None:
        self.engine.fault(failure, "fan-out")

    # ---- stopping -------------------------------------------------------------------------------

    def stopService(self) -> Any:
        """Tells everybody when to come back, waits a little, commits what was accepted."""
        super().stopService()
        stopping = Deferred.fromCoroutine(self._stop())
        return stopping.addErrback(lambda failure: log.failure("the stop failed", failure))

    async def _stop(self) -> None:
        self._ready = False
        for port in self._ports:
            await _maybe(port.stopListening())
        if self._ports:
            await _maybe(self._control.stopListening())
            await self._drain()
            self.node.stop()
        for opened in self._sockets:
            opened.close()
        await self.parts.stop()
        log.info("stopped; everything acknowledged is on disk")

    async def _drain(self) -> None:
        connections = self.edge.connections
        for socket in connections.all():
            # Jitter for a thundering herd, nothing secret.
            socket.drain(random.uniform(0.5, COME_BACK_WITHIN))  # noqa: S311
        deadline = time.monotonic() + DRAIN_SECONDS
        while len(connections) and time.monotonic() < deadline:
            await self._later(0.05)
        for socket in connections.all():
            socket.abort()

    def _later(self, seconds: float) -> "Deferred[None]":
        waited: Deferred[None] = Deferred()
        self._reactor.callLater(seconds, waited.callback, None)
        return waited


def _exit_failed() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


async def _maybe(result: Any) -> None:
    if isinstance(result, Deferred):
        await result


def _log_fault(*, what: str, reference: str, failure: BaseException) -> None:
    log.failure(
        "fault {reference} in {what}",
        Failure(failure, type(failure), failure.__traceback__),
        reference=reference,
        what=what,
    )


def wire_limits(limits: LimitSettings) -> Limits:
    """What the welcome tells of the settings."""
    return Limits(**{name: getattr(limits, name) for name in Limits.__struct_fields__})


def edge_settings(settings: Settings) -> EdgeSettings:
    limits, forwarded = settings.limits, settings.server.forwarded_by == "x-forwarded-for"
    return EdgeSettings(
        public_url=public_url(settings),
        proxies=tuple(ip_network(text) for text in settings.server.proxies) if forwarded else (),
        members_invite=settings.accounts.invitations_by == "members",
        invitation_days=settings.accounts.invitation_days,
        session_days=settings.accounts.session_days,
        header_seconds=limits.header_seconds,
        frame_bytes=limits.frame_bytes,
        connections_per_user=limits.connections_per_user,
        connections_per_address=limits.connections_per_address,
    )


def door_limits(settings: Settings) -> DoorLimits:
    limits = settings.limits
    return DoorLimits(
        places=Places(
            connections=limits.connections,
            connections_per_address=limits.connections_per_address,
            unauthenticated=limits.unauthenticated,
            unauthenticated_per_address=limits.unauthenticated_per_address,
        ),
        transport=TransportSettings(handshake_seconds=settings.tls.handshake_seconds),
    )


def origins(settings: Settings) -> list[str]:
    """Who may connect besides the origin of public_url: as listed; on loopback also the same port
    under the other names of this machine."""
    found = list(settings.server.origins)
    if all(is_loopback(text.rpartition(":")[0].strip("[]")) for text in settings.server.listen):
        for text in settings.server.listen:
            found.append(f"https://{text}")
    return found
