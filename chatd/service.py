"""The composition root: builds the daemon from its settings, and the only place that sees both the
pure and the touching half."""

import atexit
import secrets
import signal
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd import description
from chatd.admin.control import listen_control
from chatd.auth.origins import OriginPolicy
from chatd.auth.pulse import Pulse
from chatd.chores.afterwards import make_afterwards
from chatd.chores.deletions import Deletions
from chatd.chores.departures import Departures
from chatd.chores.file_sweep import FileSweep
from chatd.chores.renewal import certificates, renewal
from chatd.commands import engine
from chatd.config.reload import NotReloaded
from chatd.config.settings import Settings
from chatd.config.translate import brand, door_limits, edge_settings, origins, vouching
from chatd.descriptors import raise_descriptors
from chatd.drain import drain
from chatd.driving import drive
from chatd.edge.api.desk import Chat
from chatd.edge.build import Edge, build_site
from chatd.edge.door_shared import Door
from chatd.edge.pages import ui_files
from chatd.edge.tls_files import TlsFilesError
from chatd.engine.rows import Committed
from chatd.fan_out import fan_out
from chatd.hooks.follower import forget
from chatd.hooks.push.watch import PUSH
from chatd.listen import CannotListen, bind, serve
from chatd.logs.observer import Observer
from chatd.logs.twistd import hand_over
from chatd.outgoing import NoKey, hooks, mailer, offer, vapid
from chatd.parts import Parts, ReactorScheduler, public_url, server_keys
from chatd.providers import Providers
from chatd.reloading import Reloading
from chatd.sessions import Sessions
from chatd.store.errors import StoreError
from chatd.store.sqlite import Synchronous
from chatd.supervision import Supervision, exit_failed
from chatd.told import cannot_start, first_steps, is_ready, state, status, visit
from chatd.vouching import Vouching
from chatd.watching.activity import Activity
from chatd.watching.lag import Lag
from chatd.watching.metrics import Metrics, Sources
from chatd.watching.readiness import Readiness
from chatd.watching.tap import Taps
from chatd.watching.tracing import Tracing, read_headers
from chatd.watching.watch import Watch

log = Logger()

#: After this long, those who come back after a start are in, and there is time for other things.
CALM_SECONDS = 20.0

T = TypeVar("T")


class ChatService(Service):
    """One node of chatd."""

    #: Anything less than FULL loses acknowledged messages when the power goes: tests show that.
    synchronous: Synchronous = "FULL"

    def __init__(
        self,
        reactor: Any,
        settings: Settings,
        path: Path,
        supervision: Supervision,
        quickstart: bool = False,
        logs: Observer | None = None,
    ) -> None:
        self.setName("chatd")
        self.settings = settings
        self.path = path
        self._supervision = supervision
        self._pulse = Pulse(secrets.token_bytes, time.monotonic)
        self._reactor = reactor
        self._quickstart = quickstart
        self._logs = logs
        self.readiness = Readiness(
            lambda: self.parts.store,
            lambda: self.settings.health.memory_bytes,
            files=lambda: self.parts.bodies.short_of_disk,
        )
        self._sockets: list[Any] = []
        self._ports: list[IListeningPort] = []
        self._calm: Any = None
        self._starting: Deferred[None] | None = None

    def setServiceParent(self, parent: Any) -> None:
        hand_over(self._logs, parent)
        super().setServiceParent(parent)

    # ---- starting -------------------------------------------------------------------------------

    def privilegedStartService(self) -> None:
        """Before twistd gives up its rights: the ports."""
        try:
            self._sockets = bind(self.settings.server.listen, self._supervision.given)
        except CannotListen as error:
            raise SystemExit(f"chatd: {error}") from None
        self._supervision.keep(self._sockets)

    def startService(self) -> None:
        super().startService()
        try:
            self._certificates = certificates(self.settings)
            self.parts = Parts.of(self._reactor, self.settings, self.synchronous)
            self.parts.bodies.prepare()
            self._vapid = vapid(self.parts.clock, self.settings)
        except (TlsFilesError, StoreError, NoKey) as error:
            raise SystemExit(f"chatd: {error}") from None
        if (too_few := raise_descriptors(self.settings.limits.connections)) is not None:
            log.warn("{too_few}", too_few=too_few)
        self.parts.start()
        self._reactor.callWhenRunning(self._begin)

    def _begin(self) -> None:
        self._starting = Deferred.fromCoroutine(self._start()).addErrback(self._not_started)

    def _not_started(self, failure: Failure) -> None:
        """A daemon that holds the ports and answers nobody is worse than no daemon."""
        if not self.running:
            return  # it was stopped meanwhile
        cannot_start(failure)
        # twistd knows no other way to end with a status that says so.
        atexit.register(exit_failed)
        self._reactor.stop()

    async def _start(self) -> None:
        """The rest, once the store answers: where the log stands decides where the hub begins."""
        settings, parts = self.settings, self.parts
        position = await self._unless_stopped(parts.store.position())
        scheduler = ReactorScheduler(self._reactor)
        self.engine = engine(settings, parts, offer(self._vapid, settings))
        self.node, self.last_seen, self.agenda = fan_out(
            self._reactor, parts, self.engine, position, drive
        )
        hub = self.node.hub
        self.mailer = mailer(self._reactor, parts.clock, settings)
        self.webhook, self.push = hooks(
            self._reactor,
            parts.clock,
            settings,
            parts.store,
            self.engine,
            self._vapid,
            hub.shows,
            lambda user, session: self.edge.connections.has(user, session),
        )
        self.tracing = Tracing(self._reactor, parts.clock, parts.store.commits, self.engine, drive)
        parts.store.committed = self._committed
        self.sessions = Sessions(
            self.engine, hub, settings.limits, parts.clock, drive, settings.guests, settings.files
        )
        self.deletions = Deletions(parts.store, parts.clock, secrets.token_bytes, scheduler, drive)
        self.providers = Providers(self._reactor, parts.clock, settings)
        self._vouching = Vouching(self._reactor, parts.clock, settings, parts.store, drive)
        self.edge = self._site()
        self.engine.renewals = self.edge.people
        await self._unless_stopped(self.edge.blocking.refresh())
        # Nothing before this begins anything that has to be stopped.
        self.tracing.change(settings, read_headers(settings))
        self._vouching.begin(self.edge.people, self.edge.connections.ended)
        self._reloading = Reloading(
            self.path,
            self._supervision.where,
            settings,
            self._certificates,
            self.sessions,
            self.edge,
            self.providers,
            self.webhook,
            self.tracing,
            self._vouching,
            self._logs,
        )
        self.door = Door(self._reactor, door_limits(settings), self.edge.blocked.covers)
        self.lag = Lag(scheduler, parts.clock)
        self.renewal = renewal(self._reactor, settings, self._certificates, scheduler)
        sources = Sources(
            self.edge,
            self.door,
            self.node,
            parts.store,
            self.engine.meters,
            self.lag,
            self.webhook,
            self.push,
            self._certificates,
            self.renewal,
            self.readiness.reasons,
            self.tracing.counters,
        )
        self.metrics = Metrics(sources)
        self.activity = Activity(parts.clock)
        self.departures = Departures(
            parts.store,
            self.deletions,
            self.edge.connections.ended,
            parts.clock,
            scheduler,
            drive,
            settings.guests.idle_days,
            lambda user: hub.shows(user) != "offline",
        )
        self.files = FileSweep(parts.store, parts.bodies, parts.clock, scheduler, drive)
        self._control = listen_control(
            self._reactor,
            Path(settings.server.control),
            replace(
                parts.office(self.edge.connections.ended, self.status, self.edge.notices),
                deletions=self.deletions,
                webhook=self.webhook,
                mailer=self.mailer,
                blocking=self.edge.blocking,
                watch=Watch(sources, self.activity),
                taps=Taps(parts.store, self.edge.connections, parts.clock, scheduler),
                visit=lambda: visit(self._pulse, settings),
                reload=self.reload,
            ),
        )
        self.lag.start()
        self.node.start()
        self.agenda.start()
        where = self._sockets[0].getsockname()[:2]
        self._ports = serve(
            self._reactor, self._sockets, self.edge.site, self._certificates, self.door, settings
        )
        self._sockets = []
        self.renewal.start()
        await self._unless_stopped(self.webhook.start())
        push = forget(parts.store, PUSH) if self.push is None else self.push.start()
        await self._unless_stopped(push)
        self.deletions.start()
        self.departures.start()
        self.files.start()
        # twistd knows no SIGHUP, which would end the daemon.
        signal.signal(signal.SIGHUP, lambda *_: self._reactor.callFromThread(self._hung_up))
        self.readiness.phase = None
        is_ready(public_url(settings), parts.store.short_of_disk)
        self._supervision.ready(
            self._reactor,
            scheduler,
            settings,
            where,
            self._pulse.protocol,
            lambda: parts.store.progress,
            self._state,
        )
        self._calm = self._reactor.callLater(
            CALM_SECONDS, self._reactor.callInThread, make_afterwards, self.edge.late
        )
        if self._quickstart:
            await first_steps(self.settings, self.path, parts.store, self.edge.invitations)

    async def _unless_stopped(self, waiting: Awaitable[T]) -> T:
        """What a step of the start came to; there is no next one where it was stopped meanwhile."""
        came = await waiting
        if not self.running:
            raise CancelledError
        return came

    def _site(self) -> Edge:
        settings = self.settings
        return build_site(
            self._reactor,
            settings=edge_settings(settings),
            store=self.parts.store,
            passwords=self.parts.passwords,
            origins=OriginPolicy(origins(settings), public_url(settings)),
            make_session=self.sessions.make,
            clock=self.parts.clock,
            scheduler=ReactorScheduler(self._reactor),
            random=secrets.token_bytes,
            keys=server_keys(settings),
            ui=ui_files(),
            brand=brand(settings),
            protocol_text=description.protocol_text,
            protocol_schema=description.protocol_schema,
            in_thread=lambda call: deferToThreadPool(
                self._reactor, self._reactor.getThreadPool(), call
            ),
            not_ready=self.readiness.reasons,
            chat=Chat(self.engine, self.sessions.budgets, self.node.hub),
            vouching=vouching(settings),
            mailer=self.mailer if settings.mail.host else None,
            deletions=self.deletions,
            pulse=self._pulse,
            metrics=lambda accept: self.metrics.page(accept),
            parties=self.providers.parties,
            published=self._vouching.published,
            bodies=self.parts.bodies,
        )

    # ---- running --------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """What `chatctl status` shows of a running daemon."""
        return status(self.edge, self.door, self.parts.store, self.webhook, self.push)

    def _state(self) -> str:
        return state(self.edge, self.node.hub, self.readiness.reasons(), self.renewal.warning())

    def _committed(self, outcomes: Sequence[Committed]) -> None:
        self.node.committed(outcomes)
        if self.engine.tracer is not None:
            self.engine.tracer.fanned_out()
        self.activity.committed(outcomes)
        self.webhook.committed(outcomes)
        if self.push is not None:
            self.push.committed(outcomes)

    def _hung_up(self) -> None:
        with suppress(NotReloaded):  # the log has it
            self.reload()

    def reload(self, dry_run: bool = False) -> dict[str, Any]:
        """Takes over, for everybody connected, whatever in the files needs no start; or only says
        what that would be. NotReloaded: a file with a mistake changes nothing."""
        if dry_run:
            return self._reloading.carry_out(self.settings, dry_run)[1]
        self._supervision.notifier.reloading()
        try:
            self.settings, told = self._reloading.carry_out(self.settings, dry_run)
            self.renewal.hurry()
        finally:
            self._supervision.notifier.ready(self._state())
        return told

    # ---- stopping -------------------------------------------------------------------------------

    def stopService(self) -> Any:
        """Tells everybody when to come back, waits a little, commits what was accepted."""
        super().stopService()
        self._supervision.stopping()
        stopping = Deferred.fromCoroutine(self._stop())
        return stopping.addErrback(lambda failure: log.failure("the stop failed", failure))

    async def _stop(self) -> None:
        self.readiness.phase = "draining"
        if self._calm is not None and self._calm.active():
            self._calm.cancel()
        try:
            await self._stop_serving()
        finally:
            # Whatever went wrong before: what was accepted is committed.
            await self.parts.stop()
        log.info("stopped; everything acknowledged is on disk")

    async def _stop_serving(self) -> None:
        if self._starting is not None:
            await self._starting  # it ends with its next step
        for port in self._ports:
            await maybeDeferred(port.stopListening)
        if self._ports:
            await maybeDeferred(self._control.stopListening)
            await drain(self.edge.connections, self.parts.clock, partial(deferLater, self._reactor))
            self.departures.stop()
            self.files.stop()
            self.deletions.stop()
            present = self.node.hub.audience.present()
            self.agenda.stop()
            self.edge.touches.stop()
            self.lag.stop()
            self.renewal.stop()
            self.node.stop()
            await self.last_seen.stop(present)
            await self.webhook.stop()
            if self.push is not None:
                await self.push.stop()
            await self.tracing.stop()
            await self.providers.stop()
            self.mailer.stop()
            await self._vouching.stop()
        for opened in self._sockets:
            opened.close()
