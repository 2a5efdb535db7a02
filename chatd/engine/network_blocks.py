"""Networks that nobody may come from: rows and changes. A network is text in CIDR form."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Upkeep


@dataclass(frozen=True, slots=True)
class NetworkBlockRow:
    """Times in Unix ms; ``expires`` is None for a permanent one."""

    network: str
    reason: str
    at: int
    expires: int | None


@dataclass(frozen=True, slots=True)
class BlockNetwork(Upkeep):
    """From now on, in place of an earlier block of the same network. Also removes those that
    expired at ``at``; `limit-reached` if ``most`` others are left."""

    network: str
    reason: str
    at: int
    expires: int | None
    most: int


@dataclass(frozen=True, slots=True)
class UnblockNetwork(Upkeep):
    """`not-found` where that very network is not blocked."""

    network: str


class NetworkBlockReads(Protocol):
    def network_blocks(self) -> Awaitable[tuple[NetworkBlockRow, ...]]:
        """All of them, by network; expired ones may be among them."""
