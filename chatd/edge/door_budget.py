"""How many connections may be open: in all, from one address, and without proof of identity.

Pure counting. Those who have not authenticated yet, the strangers, have a smaller budget of their
own, so that they cannot use up the places of people already known. Nor can they keep each other
out: the stranger idle longest gives way to a newcomer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Protocol

AddressKey = int | str
#: How many addresses are kept parsed: one connect asks five times, at 2.5 µs each.
ADDRESSES = 1_024


@dataclass(frozen=True)
class Places:
    """The most connections at one time. Each one also counts in the two totals."""

    connections: int = 20_000
    connections_per_address: int = 100
    unauthenticated: int = 2_000
    unauthenticated_per_address: int = 50


@lru_cache(ADDRESSES)
def address_key(host: str) -> AddressKey:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address."""
    address = plain_address(host)
    if isinstance(address, IPv4Address):
        return int(address)
    return f"{int(address) >> 64:x}"


def network_key(host: str) -> str:
    """What one person may have of addresses: an IPv4 address, or the /48 of an IPv6 address."""
    address = plain_address(host)
    return str(address) if isinstance(address, IPv4Address) else f"{int(address) >> 80:x}"


@lru_cache(ADDRESSES)
def plain_address(host: str) -> IPv4Address | IPv6Address:
    """The address without scope; an IPv4 address that arrived over IPv6 is an IPv4 address."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


class Crowd:
    """Connections that share two limits: all of them, or those of one address."""

    __slots__ = ("connections", "idle", "strangers")

    def __init__(self) -> None:
        self.connections = 0
        self.strangers = 0
        self.idle = _NOBODY  # the longest idle first

    def rest(self, seat: Seat) -> None:
        """`seat` is idle from now on."""
        if self.idle:
            self.idle.pop(seat, None)
            self.idle[seat] = None
        else:
            self.idle = {seat: None}

    def stir(self, seat: Seat) -> None:
        """`seat` is not idle."""
        if seat in self.idle:
            del self.idle[seat]
            self.idle = self.idle or _NOBODY


#: For crowds without idle strangers, most of them one address with one connection: a used dict
#: takes 0.2 KiB, an OrderedDict 0.4. Never written to.
_NOBODY: Final[dict[Seat, None]] = {}


class Budget:
    """Hands out seats and takes them back."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.displaced = 0  # strangers who gave way, since the start
        self._all = Crowd()
        self._of_address: dict[AddressKey, Crowd] = {}

    @property
    def connections(self) -> int:
        return self._all.connections

    @property
    def unauthenticated(self) -> int:
        return self._all.strangers

    def admit(self, key: AddressKey | None) -> Seat | str:
        """A seat, or the reason why not. `key` None: a proxy, whose client is not known yet or does
        not concern the door."""
        # The address first: whoever fills it displaces only one of their own.
        seat = Seat(self)
        why = None if key is None else seat.claim(key)
        why = why or self._room(self._all, "")
        if why is not None:
            seat.release()
            return why
        seat.join(self._all)
        return seat

    def of_address(self, key: AddressKey) -> int:
        crowd = self._of_address.get(key)
        return crowd.connections if crowd else 0

    def addresses(self) -> int:
        """How many addresses are remembered: those with an open connection, no others."""
        return len(self._of_address)

    def claim(self, seat: Seat, key: AddressKey) -> str | None:
        crowd = self._of_address.get(key) or Crowd()
        why = self._room(crowd, "_per_address")
        if why is None:
            self._of_address[key] = crowd
            seat.join(crowd)
        return why

    def forget(self, key: AddressKey) -> None:
        if not self.of_address(key):
            self._of_address.pop(key, None)

    def _room(self, crowd: Crowd, scope: str) -> str | None:
        """Make room for one more; or the name of the limit if nobody can give way."""
        places = self.places
        most, strangers = places.connections, places.unauthenticated
        if scope:
            most, strangers = places.connections_per_address, places.unauthenticated_per_address
        if crowd.connections >= most:
            why = f"connections{scope}"
        elif crowd.strangers >= strangers:
            why = f"unauthenticated{scope}"
        else:
            return None
        if not crowd.idle:
            return why
        self.displaced += 1
        next(iter(crowd.idle)).give_way()
        return None


class Timer(Protocol):
    """What a seat needs of Twisted's IDelayedCall."""

    def cancel(self) -> None: ...


class Seat:
    """One connection's place in the budget: a stranger's until it is `authenticated`."""

    __slots__ = ("_budget", "_close", "_crowds", "_idle", "_key", "_overdue", "_stranger", "life")

    def __init__(self, budget: Budget) -> None:
        self.life: Timer | None = None  # calls `expire`; cancelled when there is no need
        self._budget = budget
        self._crowds: tuple[Crowd, ...] = ()
        self._key: AddressKey | None = None
        self._close: Callable[[], None] | None = None
        self._stranger = True
        self._idle = self._overdue = False

    def claim(self, key: AddressKey) -> str | None:
        """Count for this address; or the reason why it has enough already."""
        why = self._budget.claim(self, key)
        if why is None:
            self._key = key
        return why

    def join(self, crowd: Crowd) -> None:
        self._crowds += (crowd,)
        crowd.connections += 1
        crowd.strangers += 1
        if self._idle:
            crowd.rest(self)

    def closes_by(self, close: Callable[[], None]) -> None:
        """How to end the connection of a stranger, who is idle from now on."""
        if self._crowds and self._stranger:
            self._close = close
            self.idle()

    def handed_on(self, close: Callable[[], None]) -> None:
        """As `closes_by`, but only who ends it changes."""
        if self._close is not None:
            self._close = close

    def busy(self) -> None:
        """A request is being answered: the place is not given up now."""
        self._idle = False
        for crowd in self._crowds:
            crowd.stir(self)

    def idle(self) -> None:
        """Nothing is being answered: a newcomer may have the place."""
        if self._close is None:
            return
        if self._overdue:
            self.give_way()
            return
        self._idle = True
        for crowd in self._crowds:
            crowd.rest(self)

    def expire(self) -> None:
        """A stranger's time is over; an answer under way is still given."""
        self.life = None
        self._overdue = True
        if self._idle:
            self.give_way()

    def give_way(self) -> None:
        close = self._close
        self.release()
        if close is not None:
            close()

    def authenticated(self) -> None:
        """It is now known who this is: leave the strangers' budget. Harmless if called twice."""
        if not self._stranger:
            return
        self.busy()
        self._stranger = False
        self._close = None
        life, self.life = self.life, None
        if life is not None:
            life.cancel()
        for crowd in self._crowds:
            crowd.strangers -= 1

    def release(self) -> None:
        """The connection is gone. Harmless if called twice."""
        self.authenticated()
        crowds, self._crowds = self._crowds, ()
        for crowd in crowds:
            crowd.connections -= 1
        if self._key is not None:
            self._budget.forget(self._key)
