"""Networks shut out, for `chatctl address`: actions as in `office`."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Any, Final, Protocol

from chatd.admin.numbers import LONGEST_DAYS
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.network_blocks import BlockNetwork, UnblockNetwork

if TYPE_CHECKING:
    from chatd.admin.office import Office

#: Most blocks; beyond that it is the firewall's business.
MOST: Final = 10_000
#: The shortest prefixes: a slip of the finger shuts out a provider, not the world.
SHORTEST: Final = {4: 8, 6: 16}
MAPPED: Final = IPv6Network("::ffff:0:0/96")
REASON: Final = 200
DAY_MS: Final = 24 * 3_600_000


class BlockingDesk(Protocol):
    """What a running daemon does about it."""

    async def refresh(self) -> int:
        """The store's list is in force from now on; how many connections were closed for it."""

    def here(self, network: str) -> int:
        """How many connections come from there now."""


async def address_block(
    office: Office,
    network: str,
    reason: str = "",
    days: float | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Nobody comes from ``network`` (an address, or CIDR) any more, for ``days`` or for good, and
    anybody here from there goes at once."""
    cidr = _network(network)
    if len(reason) > REASON:
        raise Refusal(Code.BAD_FIELD, f"A reason has at most {REASON} characters.", field="reason")
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Refusal(
            Code.BAD_FIELD, f"A block is for up to {LONGEST_DAYS} days, or for good.", field="days"
        )
    blocking = office.blocking
    now = office.clock.wall()
    expires = None if days is None else now + int(days * DAY_MS)
    await office.commit("", BlockNetwork(cidr, reason, now, expires, MOST), dry_run=dry_run)
    closed = 0
    if blocking is not None:
        closed = blocking.here(cidr) if dry_run else await blocking.refresh()
    return {"network": cidr, "expires": expires, "connections": closed, "dry_run": dry_run}


async def address_unblock(office: Office, network: str) -> dict[str, Any]:
    """People may come from there again."""
    written = _read(network)
    cidr = str(written)
    if cidr not in {row.network for row in await office.store.network_blocks()}:
        cidr = str(_plain(written))
    await office.commit("", UnblockNetwork(cidr))
    if office.blocking is not None:
        await office.blocking.refresh()
    return {"network": cidr}


async def address_list(office: Office) -> list[dict[str, Any]]:
    now = office.clock.wall()
    return [
        {
            "network": row.network,
            "created": row.at,
            "expires": row.expires,
            "reason": row.reason,
        }
        for row in await office.store.network_blocks()
        if row.expires is None or row.expires > now
    ]


def _network(text: str) -> str:
    """In CIDR form; `bad-field` for what is not a network, or is too large."""
    network = _read(text)
    if network.prefixlen >= SHORTEST[network.version]:
        network = _plain(network)
    shortest = SHORTEST[network.version]
    if network.prefixlen < shortest:
        raise Refusal(
            Code.BAD_FIELD,
            f"{network} is too much at once: an IPv{network.version} network has a prefix of"
            f" {shortest} or longer here.",
            field="network",
        )
    return str(network)


def _read(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise Refusal(
            Code.BAD_FIELD,
            f"{text[:60]!r} is neither an address nor a network: write 203.0.113.7, 203.0.113.0/24"
            " or 2001:db8::/32.",
            field="network",
        ) from None


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """IPv4 networks that are written as IPv6 (RFC 4291 §2.5.5.2) as what they are: the door knows
    such peers only by their IPv4 address, see `edge.door_budget.plain_address`."""
    if isinstance(network, IPv4Network) or not network.overlaps(MAPPED):
        return network
    if not network.subnet_of(MAPPED):
        raise Refusal(
            Code.BAD_FIELD,
            f"{network} holds every IPv4 address, written as IPv6: nobody comes from there under"
            " such an address. Write the IPv4 network that is meant.",
            field="network",
        )
    inner = int(network.network_address) & 0xFFFF_FFFF
    return IPv4Network((inner, network.prefixlen - 96))
