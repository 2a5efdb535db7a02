"""Networks that nobody may come from, in the store."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.network_blocks import BlockNetwork, NetworkBlockRow, UnblockNetwork
from chatd.engine.unit import Change
from chatd.store.database import Database
from chatd.store.work import Work


def network_blocks(database: Database) -> tuple[NetworkBlockRow, ...]:
    rows = "select network, reason, at, expires from network_blocks order by network"
    return tuple(NetworkBlockRow(*row) for row in database.rows(rows, {}))


def block_network(work: Work, change: BlockNetwork) -> None:
    work.database.run("delete from network_blocks where expires <= :at", {"at": change.at})
    counted = work.database.row(
        "select count(*) from network_blocks where network <> :network", {"network": change.network}
    )
    assert counted is not None
    if counted[0] >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"{change.most} networks are blocked already; block a larger one in their place, or use"
            " the firewall.",
        )
    work.database.run(
        """
        insert into network_blocks (network, reason, at, expires)
        values (:network, :reason, :at, :expires)
        on conflict (network) do update
            set reason = :reason, at = :at, expires = :expires
        """,
        {
            "network": change.network,
            "reason": change.reason,
            "at": change.at,
            "expires": change.expires,
        },
    )


def unblock_network(work: Work, change: UnblockNetwork) -> None:
    gone = work.database.row(
        "delete from network_blocks where network = :network returning 1",
        {"network": change.network},
    )
    if gone is None:
        raise Refusal(
            Code.NOT_FOUND,
            f"{change.network} is not blocked: see `chatctl address list`.",
            field="network",
        )


NETWORK_BLOCK_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    BlockNetwork: block_network,
    UnblockNetwork: unblock_network,
}
