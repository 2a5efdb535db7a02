"""The end of all connections at a stop: everybody is told when to come back, and goes."""

import random
from collections.abc import Awaitable, Callable
from typing import Final

from chatd.core.comeback import comeback
from chatd.edge.connections import Connections
from chatd.engine.ports import Clock

#: How long a stop waits for connections to close.
DRAIN_SECONDS: Final = 3.0


async def drain(
    connections: Connections, clock: Clock, later: Callable[[float], Awaitable[None]]
) -> None:
    """Returns once all connections are closed; those that do not close in time are cut off.
    ``later`` waits for so many seconds."""
    people = len(connections)
    for socket in connections.all():
        # Jitter for a thundering herd, nothing secret.
        socket.drain(comeback(people, random.random()))  # noqa: S311
    deadline = clock.now() + DRAIN_SECONDS
    while len(connections) and clock.now() < deadline:
        await later(0.05)
    for socket in connections.all():
        socket.abort()
