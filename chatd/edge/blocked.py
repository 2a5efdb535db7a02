"""Who may not enter because of where they come from.

Asked for each connection: however many networks are blocked, an address is looked up once per
prefix length among them.
"""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from chatd.edge.door_budget import plain_address
from chatd.engine.network_blocks import NetworkBlockRow

Network = IPv4Network | IPv6Network


class Blocked:
    """``wall`` is Unix ms. Empty until `set`."""

    def __init__(self, wall: Callable[[], int]) -> None:
        self._wall = wall
        #: by version and length of the prefix: the prefix, and when it ends (Unix ms, None: never)
        self._by_length: dict[tuple[int, int], dict[int, int | None]] = {}

    def set(self, rows: Iterable[NetworkBlockRow]) -> None:
        """These are blocked from now on, and no others."""
        found: dict[tuple[int, int], dict[int, int | None]] = {}
        for row in rows:
            network = ip_network(row.network)
            prefix = int(network.network_address) >> (network.max_prefixlen - network.prefixlen)
            found.setdefault((network.version, network.prefixlen), {})[prefix] = row.expires
        self._by_length = found

    def __contains__(self, address: IPv4Address | IPv6Address) -> bool:
        number = int(address)
        for (version, length), prefixes in self._by_length.items():
            if version != address.version:
                continue
            prefix = number >> (address.max_prefixlen - length)
            if prefix in prefixes:
                expires = prefixes[prefix]
                if expires is None or expires > self._wall():
                    return True
        return False

    def covers(self, host: str) -> bool:
        """The same for an address as text."""
        return bool(self._by_length) and plain_address(host) in self
