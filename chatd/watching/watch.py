"""What an operator can watch of the running daemon: its figures, and one person's connections."""

import time
from typing import Any, Final

from chatd import __version__
from chatd.core.meters import Histogram
from chatd.watching.activity import Activity
from chatd.watching.metrics import Sources
from chatd.watching.readiness import resident

#: How many rooms and people are listed.
TOP: Final = 10


class Watch:
    """Looks at the same parts as the metrics."""

    def __init__(self, sources: Sources, activity: Activity) -> None:
        self._from = sources
        self._activity = activity
        self._began = time.monotonic()

    async def figures(self) -> dict[str, Any]:
        """Counters since the start and the present state; for rates, ask twice."""
        edge, node, store, meters = (
            self._from.edge,
            self._from.node,
            self._from.store,
            self._from.meters,
        )
        books = node.hub.books
        rooms, people = self._activity.top(TOP)
        names = await store.names([room for room, _ in rooms], [user for user, _ in people])
        return {
            "version": __version__,
            "time": time.monotonic(),
            "up": time.monotonic() - self._began,
            "not_ready": dict(self._from.not_ready()),
            "connections": len(edge.connections),
            "opened": edge.connections.opened,
            "people": len(books.people),
            "rooms_open": sum(1 for channel in books.channels.values() if channel.open),
            "position": node.hub.position,
            "writes": node.hub.turn.writes,
            "queued_bytes": meters.queued_bytes,
            "slow_readers": meters.slow_readers,
            "errors": sum(meters.errors.values()),
            "mistakes": meters.errors.get("internal", 0),
            "memory": resident(),
            "processor": time.process_time(),
            "commands": {
                type_: [timed.count, timed.seconds] for type_, timed in meters.commands.items()
            },
            "kinds": {kind: _told(each) for kind, each in meters.kinds.items()},
            "commits": _told(store.commits.seconds),
            "units": _told(store.commits.units),
            "lag": _told(self._from.lag.seconds),
            "top_rooms": [
                {
                    "room": room,
                    "name": names.get(room, room),
                    "events": rate,
                    "open": _readers(books.channels.get(room)),
                }
                for room, rate in rooms
            ],
            "top_people": [
                {
                    "user": user,
                    "name": names.get(user, user),
                    "events": rate,
                    "connections": len(edge.connections.of(user)),
                }
                for user, rate in people
            ],
        }

    def connections(self, user: str) -> list[dict[str, Any]]:
        """Somebody's connections as they are now."""
        return [
            {
                "connection": socket.id,
                "session": socket.principal.session,
                "address": socket.address,
                "open_rooms": sorted(socket.open_rooms),
            }
            for socket in self._from.edge.connections.of(user)
        ]


def _told(histogram: Histogram) -> dict[str, Any]:
    return {"bounds": histogram.bounds, "counts": histogram.counts, "sum": histogram.sum}


def _readers(channel: Any) -> int:
    return 0 if channel is None else len(channel.open) + len(channel.aside)
