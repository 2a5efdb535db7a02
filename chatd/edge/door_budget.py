"""How many connections may be open: in all, from one address, and without having proven who.

Pure counting. Those who have not authenticated yet have a smaller budget of their own, so that
strangers cannot use up the places of people who are already known.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

AddressKey = int | str


@dataclass(frozen=True)
class Places:
    """The most connections at one time. Each one also counts in the two totals."""

    connections: int = 20_000
    connections_per_address: int = 100
    unauthenticated: int = 2_000
    unauthenticated_per_address: int = 50


def address_key(host: str) -> AddressKey:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address."""
    address = plain_address(host)
    if isinstance(address, IPv4Address):
        return int(address)
    return f"{int(address) >> 64:x}"


def plain_address(host: str) -> IPv4Address | IPv6Address:
    """The address without scope; an IPv4 address that arrived over IPv6 is an IPv4 address."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


class Budget:
    """Hands out seats and takes them back."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.connections = 0
        self.unauthenticated = 0
        self._of_address: dict[AddressKey, int] = {}
        self._strangers_of_address: dict[AddressKey, int] = {}

    def admit(self, key: AddressKey | None) -> Seat | str:
        """A seat, or the reason why not. `key` None: a proxy, whose client is not known yet."""
        places = self.places
        if self.connections >= places.connections:
            return "connections"
        if self.unauthenticated >= places.unauthenticated:
            return "unauthenticated"
        seat = Seat(self)
        if key is not None:
            why = seat.claim(key)
            if why is not None:
                return why
        self.connections += 1
        self.unauthenticated += 1
        seat.taken = True
        return seat

    def of_address(self, key: AddressKey) -> int:
        return self._of_address.get(key, 0)

    def addresses(self) -> int:
        """How many addresses are remembered: those with an open connection, no others."""
        return len(self._of_address)


class Seat:
    """One connection's place in the budget."""

    def __init__(self, budget: Budget) -> None:
        self.taken = False
        self._budget = budget
        self._key: AddressKey | None = None
        self._stranger = True

    def claim(self, key: AddressKey) -> str | None:
        """Count for this address; or the reason why it has enough already."""
        budget = self._budget
        if budget.of_address(key) >= budget.places.connections_per_address:
            return "connections_per_address"
        strangers = budget._strangers_of_address
        if strangers.get(key, 0) >= budget.places.unauthenticated_per_address:
            return "unauthenticated_per_address"
        self._key = key
        budget._of_address[key] = budget.of_address(key) + 1
        strangers[key] = strangers.get(key, 0) + 1
        return None

    def authenticated(self) -> None:
        """It is known now who this is: leave the strangers' budget. Twice does nothing."""
        if not self.taken or not self._stranger:
            return
        self._stranger = False
        self._budget.unauthenticated -= 1
        if self._key is not None:
            _less(self._budget._strangers_of_address, self._key)

    def release(self) -> None:
        """The connection is gone. Twice does nothing."""
        if not self.taken:
            return
        self.authenticated()
        self.taken = False
        self._budget.connections -= 1
        if self._key is not None:
            _less(self._budget._of_address, self._key)


def _less(counts: dict[AddressKey, int], key: AddressKey) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
