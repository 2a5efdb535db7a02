"""The client's address: the peer's own, or what a trusted proxy says about it.

With PROXY protocol the door has already replaced the peer. X-Forwarded-For is read from the right,
since each proxy appends whom it saw and the client may have written everything further left.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from chatd.edge.door_budget import plain_address

MOST_HOPS = 16


def client_address(
    peer: str, forwarded_for: Sequence[str], proxies: Sequence[IPv4Network | IPv6Network]
) -> str:
    """The rightmost hop that is no trusted proxy. ``forwarded_for``: the headers, in order."""
    address = plain_address(peer)
    hops = [hop.strip() for header in forwarded_for for hop in header.split(",")][-MOST_HOPS:]
    while hops and any(address in network for network in proxies):
        named = _address(hops.pop())
        if named is None:
            break
        address = named
    return str(address)


def _address(hop: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: bare, with a port, or an IPv6 one in brackets."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return plain_address(hop)
    except ValueError:
        return None
