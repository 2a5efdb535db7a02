"""Makes the session of each connection, and tells them all when limits change."""

from collections.abc import Iterable
from typing import Any, Final, Protocol

from msgspec.structs import replace

from chatd.config.settings import GuestSettings, LimitSettings
from chatd.config.settings_files import Files
from chatd.config.translate import wire_limits
from chatd.core.principal import Principal
from chatd.engine.engine import Engine
from chatd.engine.ports import Clock
from chatd.fanout.hub import Hub
from chatd.session.budgets import Budgets, UserBudgets
from chatd.session.outbox import Outbox
from chatd.session.ports import Drive
from chatd.session.session import Session
from chatd.wire.frames import Limits

#: The part of an interval by which each heartbeat follows that of the connection before it.
GOLDEN: Final = (5**0.5 - 1) / 2


class Limited(Protocol):
    """A connection whose session can be told of other limits."""

    principal: Principal

    def limits_changed(self, limits: Limits) -> None: ...


class Sessions:
    def __init__(
        self,
        engine: Engine,
        hub: Hub,
        settings: LimitSettings,
        clock: Clock,
        drive: Drive,
        guests: GuestSettings | None = None,
        files: Files | None = None,
    ) -> None:
        self._guests = guests or GuestSettings()
        self._files = files or Files()
        self._engine = engine
        self._hub = hub
        self._settings = settings
        self._limits = wire_limits(settings, self._files)
        self._users = UserBudgets(self._limits)
        self._guest_users = UserBudgets(self._guests_limits())
        self._clock = clock
        self._drive = drive
        self._phase = 0.0

    @property
    def budgets(self) -> UserBudgets:
        """What people may still ask for, across all their connections and requests."""
        return self._users

    def make(self, principal: Principal, wire: Any, address: str) -> Session:
        """The session of ``principal`` on a connection that has just been opened."""
        limits = self._limits_of(principal)
        users = self._guest_users if principal.guest else self._users
        # Spreads any number of heartbeats evenly (Weyl's sequence).
        self._phase = (self._phase + GOLDEN) % 1
        outbox = Outbox(
            wire, self._clock, self._engine.meters, limits.reader_bytes, limits.reader_seconds
        )
        subscriber = self._hub.attach(principal.user, principal.name, outbox, wire.inflates)
        return Session(
            principal,
            self._engine,
            subscriber,
            outbox,
            wire,
            Budgets(users, principal.user, limits),
            limits,
            self._clock,
            self._drive,
            phase=self._phase,
            heartbeat_seconds=self._settings.heartbeat_seconds,
            dead_seconds=self._settings.dead_seconds,
        )

    def _guests_limits(self) -> Limits:
        """What guests are told and held to across all their connections; never more than others."""
        limits, guests = self._limits, self._guests
        rate = min(limits.messages_per_second, guests.messages_per_second)
        burst = min(limits.messages_burst, guests.messages_burst)
        return replace(
            limits,
            messages_per_second=rate,
            messages_burst=burst,
            user_messages_per_second=min(limits.user_messages_per_second, rate),
            user_messages_burst=min(limits.user_messages_burst, burst),
            files=limits.files if self._files.guests else None,
        )

    def _limits_of(self, principal: Principal) -> Limits:
        return self._guests_limits() if principal.guest else self._limits

    def change(self, settings: LimitSettings, files: Files, connections: Iterable[Limited]) -> None:
        """Other limits from now on; whoever is connected is told."""
        self._files = files
        limits = wire_limits(settings, files)
        self._limits = self._engine.limits = limits
        self._users.change(limits, self._clock.now())
        self._guest_users.change(self._guests_limits(), self._clock.now())
        for connection in connections:
            connection.limits_changed(self._limits_of(connection.principal))
