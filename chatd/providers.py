"""Builds what signs people in at OpenID providers from the settings, again when they change."""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from chatd import __version__
from chatd.auth.oidc import provider as oidc
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.party import Party
from chatd.config.settings import Settings
from chatd.config.settings_providers import Provider
from chatd.engine.ports import Clock
from chatd.hooks.home import HomeFetcher
from chatd.parts import public_url

log = Logger(namespace="chatd.auth")


@dataclass(frozen=True, slots=True)
class _Working:
    """A provider as it was set when its party was made."""

    settings: Provider
    party: Party
    fetcher: HomeFetcher


class Providers:
    """``parties`` are those of the settings last handed over."""

    def __init__(self, reactor: Any, clock: Clock, settings: Settings) -> None:
        self._reactor = reactor
        self._clock = clock
        self._working: dict[str, _Working] = {}
        self.parties = Parties()
        self.change(settings)

    def change(self, settings: Settings) -> bool:
        """Those of other settings from now on; whether any differs. One that stays as it is keeps
        what is known of it. OSError, ValueError for a secret that cannot be read."""
        before = self._working
        now: dict[str, _Working] = {}
        for name, wanted in settings.provider.items():
            declared = declaration(name, wanted, settings)
            kept = before.get(name)
            if kept and (kept.settings, kept.party.provider) == (wanted, declared):
                now[name] = kept
            else:
                now[name] = self._made(wanted, declared)
        self._working = now
        self.parties.set([one.party for one in now.values()])
        for name, one in before.items():
            if now.get(name) is not one:
                _stopped(one)
        return list(now.items()) != list(before.items())

    async def stop(self) -> None:
        for one in self._working.values():
            await one.fetcher.stop()

    def _made(self, wanted: Provider, declared: oidc.Provider) -> _Working:
        fetcher = fetcher_for(self._reactor, self._clock, declared.name, wanted)
        return _Working(
            wanted, Party(declared, fetcher, self._clock, noting(declared.name)), fetcher
        )


def fetcher_for(reactor: Any, clock: Clock, name: str, wanted: Provider) -> HomeFetcher:
    """What talks to that provider."""
    return HomeFetcher(
        reactor,
        clock,
        wanted.issuer,
        [ip_network(text) for text in wanted.networks],
        f"provider.{name}.networks",
        wanted.ca_file,
        wanted.timeout_seconds,
        f"chatd/{__version__}",
    )


def declaration(name: str, wanted: Provider, settings: Settings) -> oidc.Provider:
    """A provider as `chatd.auth` needs it. Its secret is read now."""
    path, home = wanted.client_secret_file, public_url(settings)
    rooms: dict[str, tuple[str, ...]] = {}
    for one in wanted.group_rooms:
        group, room = (part.strip() for part in one.rsplit("=", 1))
        rooms[group] = (*rooms.get(group, ()), room)
    return oidc.Provider(
        name=name,
        label=wanted.label or name,
        issuer=wanted.issuer,
        client_id=wanted.client_id,
        secret=Path(path).read_text("utf-8").strip() if path else "",
        callback=f"{home}/auth/oidc/{name}/callback",
        home=f"{home}/",
        scopes=tuple(wanted.scopes),
        create_users=wanted.create_users,
        only_claim=wanted.only_claim,
        only_values=frozenset(wanted.only_values),
        name_claim=wanted.name_claim,
        display_claim=wanted.display_claim,
        email_claim=wanted.email_claim,
        rooms=tuple(room.strip() for room in wanted.rooms),
        groups_claim=wanted.groups_claim,
        group_rooms=rooms,
        end_session=wanted.end_session,
        asks_second=wanted.second_step == "ours",
    )


def noting(name: str) -> Callable[[str], None]:
    """Tells the operator something about this provider."""
    return lambda words: log.warn("the provider {name} {words}", name=name, words=words)


def _stopped(one: _Working) -> None:
    Deferred.fromCoroutine(one.fetcher.stop()).addErrback(
        lambda failure: log.failure("connections to a provider did not end", failure)
    )
