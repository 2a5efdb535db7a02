"""Blocks of networks, carried out: nobody new comes in, and whoever is here goes."""

from ipaddress import ip_network

from twisted.logger import Logger

from chatd.core.codes import Close
from chatd.edge.blocked import Blocked, Network
from chatd.edge.connections import Connections
from chatd.edge.door_budget import plain_address
from chatd.engine.network_blocks import NetworkBlockReads

log = Logger(namespace="chatd")


class Blocking:
    def __init__(
        self, store: NetworkBlockReads, blocked: Blocked, connections: Connections
    ) -> None:
        self._store = store
        self._blocked = blocked
        self._connections = connections

    async def refresh(self) -> int:
        """The store's list holds from now on; how many connections were closed for it."""
        self._blocked.set(await self._store.network_blocks())
        going = self._connections.from_blocked(self._blocked.covers)
        for connection in going:
            connection.revoke("Nobody may come from your network.", Close.ADDRESS_BLOCKED)
        if going:
            log.info("{count} connections closed: their networks are blocked", count=len(going))
        return len(going)

    def here(self, network: str) -> int:
        """How many connections come from ``network`` now."""
        wanted = ip_network(network)
        return len(self._connections.from_blocked(lambda host: _inside(host, wanted)))


def _inside(host: str, network: Network) -> bool:
    try:
        return plain_address(host) in network
    except ValueError:
        return False
