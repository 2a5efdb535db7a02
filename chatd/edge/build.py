"""Puts the edge together from what it is given, in the one function that the service calls."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from autobahn import websocket
from twisted.logger import Logger

from chatd.auth.account_links import AccountLinks
from chatd.auth.account_mails import Server
from chatd.auth.credentials import Credentials
from chatd.auth.devices import Devices, DeviceStore
from chatd.auth.door import Door
from chatd.auth.entrance import entrance
from chatd.auth.guests import Guests, GuestStore
from chatd.auth.invitations import Invitations
from chatd.auth.jwks import PublishedKeys
from chatd.auth.login import Passwords
from chatd.auth.notices import Mailer, Notices
from chatd.auth.oidc.arrivals import Arrivals
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.sign_ins import IdentityStore, SignIns
from chatd.auth.oidc.sign_outs import SignOuts
from chatd.auth.origins import OriginPolicy
from chatd.auth.pulse import Pulse
from chatd.auth.recovery import Recovery, RecoveryStore
from chatd.auth.second_factor import FactorStore
from chatd.auth.site_claims import Site
from chatd.auth.site_people import SitePeople, SiteStore
from chatd.auth.tickets import Tickets
from chatd.auth.touches import Touches
from chatd.chores.deletions import Deletions
from chatd.driving import drive
from chatd.edge.api import openapi, table
from chatd.edge.api.desk import Chat, Desk
from chatd.edge.api.serve import Api
from chatd.edge.api_accounts import AccountApi
from chatd.edge.api_deletion import DeletionApi
from chatd.edge.api_device import DeviceApi
from chatd.edge.api_exchange import ExchangeApi, vouched
from chatd.edge.api_factors import FactorsApi
from chatd.edge.api_files import FileApi, FileStore
from chatd.edge.api_identities import IdentityApi
from chatd.edge.api_metrics import MetricsApi
from chatd.edge.api_pictures import PictureApi, PictureStore
from chatd.edge.api_providers import ProviderApi
from chatd.edge.api_recovery import RecoveryApi
from chatd.edge.api_session import SessionApi
from chatd.edge.api_sessions import SessionsApi
from chatd.edge.api_tickets import TicketApi
from chatd.edge.blocked import Blocked
from chatd.edge.blocking import Blocking
from chatd.edge.brand import Brand
from chatd.edge.connections import Connections
from chatd.edge.cookies import Cookies
from chatd.edge.embed_page import EmbedPage
from chatd.edge.guard import Guard
from chatd.edge.health import Health
from chatd.edge.journal import Journal
from chatd.edge.look import Look
from chatd.edge.pages import InThread, Late, LatePage, Pages, late_release
from chatd.edge.protocol_page import ProtocolPages
from chatd.edge.router import Route, Router
from chatd.edge.settings import EdgeSettings
from chatd.edge.site import ChatSite
from chatd.edge.sockets import SocketFactory
from chatd.edge.upgrade import Upgrader
from chatd.edge.websocket import MakeSession
from chatd.engine.executor import Executor
from chatd.engine.files import Bodies
from chatd.engine.network_blocks import NetworkBlockReads
from chatd.engine.ports import Clock, Random, Scheduler
from chatd.engine.profiles import TellPerson
from chatd.features.person_shapes import person_changed

log = Logger()

NO_BRAND = Brand()


class EdgeStore(
    DeviceStore,
    SiteStore,
    IdentityStore,
    RecoveryStore,
    PictureStore,
    FileStore,
    FactorStore,
    GuestStore,
    NetworkBlockReads,
    Protocol,
):
    """The part of the store that the edge uses."""


@dataclass(frozen=True, slots=True)
class Edge:
    """``site`` is the factory to listen with. ``late`` are pages best made in a thread once the
    server answers. ``looks`` gives the page a look from now on, and tells whether it is a different
    one. ``people`` come from another site, None if no site vouches for any. The rest is for the
    operator and the shutdown."""

    site: ChatSite
    connections: Connections
    credentials: Credentials
    invitations: Invitations
    touches: Touches
    late: tuple[Late[Any], ...]
    looks: Callable[[Brand], bool]
    blocked: Blocked
    blocking: Blocking
    people: SitePeople | None
    notices: Notices
    files: FileApi | None


def build_site(
    reactor: Any,
    *,
    settings: EdgeSettings,
    store: EdgeStore,
    passwords: Passwords,
    origins: OriginPolicy,
    make_session: MakeSession,
    clock: Clock,
    scheduler: Scheduler,
    random: Random,
    keys: tuple[bytes, ...],
    ui: Mapping[str, bytes],
    protocol_text: Callable[[], bytes],
    protocol_schema: Callable[[], bytes],
    in_thread: InThread,
    not_ready: Callable[[], Mapping[str, str]] = dict,
    vouching: Site | None = None,
    chat: Chat | None = None,
    mailer: Mailer | None = None,
    deletions: Deletions | None = None,
    pulse: Pulse | None = None,
    metrics: Callable[[str], tuple[bytes, str]] | None = None,
    brand: Brand = NO_BRAND,
    parties: Parties | None = None,
    published: PublishedKeys | None = None,
    bodies: Bodies | None = None,
) -> Edge:
    if not websocket.USES_NVX:
        log.warn(
            "Autobahn runs without its compiled parts (NVX): unmasking and UTF-8 checks of large "
            "frames cost 75 times as much, which strangers can use. Install the wheel of autobahn "
            "for this platform, and do not set AUTOBAHN_USE_NVX=0."
        )
    journal = Journal(settings.log_lines, reactor.seconds)
    blocked = Blocked(clock.wall)
    connections = Connections(settings.connections_per_user)
    touches = Touches(store, scheduler, drive)
    credentials = Credentials(
        store,
        clock,
        random,
        settings.session_days,
        lambda user, credential: connections.ended(user, only=credential),
        touches.note,
    )
    tickets = Tickets(store, clock, random)
    server = Server(settings.server_name, settings.public_url)
    notices = Notices(store, mailer, drive, clock, server)
    way_in = entrance(
        store, passwords, credentials, clock, scheduler, random, keys, server, notices
    )
    login = way_in.login
    invitations = Invitations(store, passwords, credentials, clock, random, settings.registration)
    guests = Guests(
        settings.hosting,
        store,
        passwords,
        credentials,
        invitations,
        clock,
        random,
        vouched,
        lambda user: TellPerson(user, clock.wall(), person_changed),
    )
    guard = Guard(Door(credentials, tickets, pulse), origins, keys[0], Cookies(settings.prefix))
    parties = parties or Parties()
    sign_outs = SignOuts(parties, store, way_in.steps, clock)
    sessions = SessionApi(
        guard,
        way_in,
        credentials,
        connections.ended,
        sign_outs,
        members_invite=settings.members_invite,
    )
    sign_ins = SignIns(
        parties, store, way_in.second, invitations, clock, scheduler, random, keys[0], vouched
    )
    arrivals = Arrivals(parties, sign_ins.newcomers, store, credentials, clock, random, vouched)
    providers = ProviderApi(
        guard, parties, sign_ins, sign_outs, login, credentials, connections.ended
    )
    identities = IdentityApi(
        guard, parties, sign_ins, arrivals, sessions, way_in, store, connections.ended
    )
    devices = DeviceApi(
        guard, Devices(store, credentials, clock, random), settings.public_url, clock.wall
    )
    recovery = Recovery(
        store,
        AccountLinks(store, clock, random),
        passwords,
        way_in.second,
        login,
        clock,
        mailer,
        _in_a_while(scheduler, random),
        server,
        notices,
    )
    accounts = AccountApi(
        guard,
        sessions,
        login,
        invitations,
        guests,
        recovery,
        connections.ended,
        members_invite=settings.members_invite,
        invitation_days=settings.invitation_days,
    )
    people = None
    if vouching is not None:
        people = SitePeople(
            vouching,
            store,
            credentials,
            clock,
            random,
            vouched,
            published,
            connections.renewed,
        )
    deletion: tuple[Route, ...] = ()
    if deletions is not None:
        deletion = DeletionApi(
            guard, login, sign_ins, deletions, connections.ended, people
        ).routes()
    api: tuple[Route, ...] = ()
    described = LatePage(
        partial(openapi.description, settings.prefix), "application/json", in_thread
    )
    joined = late_release(ui, in_thread)
    protocol = ProtocolPages(protocol_text, protocol_schema, in_thread)
    if chat is not None:
        desk = Desk(
            chat,
            Executor(chat.engine),
            guard,
            credentials,
            tickets,
            passwords,
            clock,
            random,
            connections.ended,
            journal,
        )
        api = Api(desk, table.ALL, described).routes()
    files = None
    if bodies is not None:
        files = FileApi(guard, store, bodies, settings.files, clock, random)
    look = Look(brand)
    framing = vouching.origins if vouching else ()
    router = Router(
        (
            *look.routes(),
            *Pages(ui, joined, look.dress).routes(),
            *EmbedPage(ui, joined, settings.public_url, framing, look.dress).routes(),
            *sessions.routes(),
            *SessionsApi(guard, credentials, connections.ended).routes(),
            *FactorsApi(guard, way_in.factors).routes(),
            *ExchangeApi(guard, people).routes(),
            *TicketApi(guard, tickets).routes(),
            *accounts.routes(),
            *providers.routes(),
            *identities.routes(),
            *devices.routes(),
            *RecoveryApi(guard, sessions, login, recovery, connections.ended).routes(),
            *deletion,
            *PictureApi(guard, store, clock, random).routes(),
            *(() if files is None else files.routes()),
            *api,
            *protocol.routes(),
            *(() if metrics is None else MetricsApi(guard, metrics).routes()),
            *Health(guard, not_ready, pulse).routes(),
        )
    )
    factory = SocketFactory(reactor, settings, make_session, connections, journal)
    upgrader = Upgrader(factory, guard, connections)
    site = ChatSite(reactor, settings, router, upgrader, journal, random, blocked.covers)
    late: tuple[Late[Any], ...] = (joined, described, *protocol.late)
    blocking = Blocking(store, blocked, connections)
    return Edge(
        site,
        connections,
        credentials,
        invitations,
        touches,
        late,
        look.change,
        blocked,
        blocking,
        people,
        notices,
        files,
    )


def _in_a_while(
    scheduler: Scheduler, random: Random
) -> Callable[[Coroutine[Any, Any, None]], None]:
    """Drives what nobody waits for half a second to two and a half later: whether it had much to do
    then shows neither in the answer before it nor in one asked for right after."""

    def drive_later(coroutine: Coroutine[Any, Any, None]) -> None:
        seconds = 0.5 + int.from_bytes(random(2), "big") / 2**15
        scheduler.later(seconds, lambda: drive(coroutine))

    return drive_later
