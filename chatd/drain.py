"""The end of all connections at a stop: everybody is told when to come back, and disconnected."""

import random
from collections.abc import Awaitable, Callable
from typing import Final

from chatd.core.comeback import comeback
from chatd.edge.connections import Connections
from chatd.engine.ports import Clock

#: How long a stop waits for connections to close, and for those to be gone that it cuts off.
DRAIN_SECONDS: Final = 3.0
CUT_SECONDS: Final = 1.0


async def drain(
    connections: Connections, clock: Clock, later: Callable[[float], Awaitable[None]]
) -> None:
    """Returns once all connections are closed; those that do not close in time are cut off.
    ``later`` waits for the seconds it is given."""
    people = len(connections)
    for socket in connections.all():
        # Jitter for a thundering herd, nothing secret.
        socket.drain(comeback(people, random.random()))  # noqa: S311
    await _gone(connections, clock, later, DRAIN_SECONDS)
    for socket in connections.all():
        socket.abort()
    # What ends with a connection has ended before the rest does.
    await _gone(connections, clock, later, CUT_SECONDS)


async def _gone(
    connections: Connections,
    clock: Clock,
    later: Callable[[float], Awaitable[None]],
    seconds: float,
) -> None:
    deadline = clock.now() + seconds
    while len(connections) and clock.now() < deadline:
        await later(0.05)
