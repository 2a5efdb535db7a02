"""/healthz and /readyz: whether the process turns its loop, and whether it can serve."""

from collections.abc import Callable

from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.router import Route


class Health:
    """``not_ready`` gives the reason in a few words for strangers, or None."""

    def __init__(self, not_ready: Callable[[], str | None]) -> None:
        self._not_ready = not_ready

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/healthz", self.alive), Route("GET", "/readyz", self.ready))

    async def alive(self, ask: Ask) -> Response:
        return done({"status": "ok"})

    async def ready(self, ask: Ask) -> Response:
        why = self._not_ready()
        if why is not None:
            raise Declined(503, "not-ready", f"Not serving: {why}.", retry_after=5)
        return done({"status": "ready"})
