"""All of signing in, put together: what the edge and the tests build from the same parts."""

from dataclasses import dataclass
from typing import Protocol

from chatd.auth.challenges import Challenges
from chatd.auth.credentials import Credentials
from chatd.auth.factors import Factors
from chatd.auth.known_devices import KnownDevices
from chatd.auth.lanes import Lanes
from chatd.auth.login import Address, Login, Passwords
from chatd.auth.notices import Notices
from chatd.auth.sealing import Sealer, derived
from chatd.auth.second_factor import FactorStore, SecondFactor
from chatd.auth.steps import Steps
from chatd.auth.webauthn import WebAuthn
from chatd.engine.ports import Clock, Random, Scheduler


class Server(Protocol):
    """What people call this server, and where they reach it."""

    @property
    def name(self) -> str: ...
    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Entrance:
    login: Login
    second: SecondFactor
    steps: Steps
    factors: Factors
    devices: KnownDevices


def entrance(
    store: FactorStore,
    passwords: Passwords,
    credentials: Credentials,
    clock: Clock,
    scheduler: Scheduler,
    random: Random,
    keys: tuple[bytes, ...],
    server: Server,
    notices: Notices,
) -> Entrance:
    """``keys``: the server's current one, followed by earlier ones."""
    steps, challenges = Steps(clock, random), Challenges(clock, random)
    webauthn, sealer = WebAuthn(server.url, server.name), Sealer(*keys, random=random)
    devices = KnownDevices(derived(keys[0], b"known devices 1"), clock, random)
    second = SecondFactor(store, credentials, steps, challenges, webauthn, sealer, notices, clock)
    lanes: Lanes[Address] = Lanes(clock, scheduler)
    login = Login(store, passwords, second, devices, lanes, notices, clock)
    factors = Factors(
        store, login, steps, challenges, webauthn, sealer, notices, clock, random, server.name
    )
    return Entrance(login, second, steps, factors, devices)
