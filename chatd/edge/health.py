"""/healthz and /readyz: whether the process turns its loop, and whether it can serve.

To `chatctl doctor`, which shows a visitor's secret, /healthz also tells how a request arrives: what
proxies on the way made of it.
"""

from collections.abc import Callable

from chatd.auth.pulse import Pulse
from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.router import Route

VISITOR = "chatd-visitor"


class Health:
    """``not_ready`` gives the reason in a few words for strangers, or None."""

    def __init__(self, not_ready: Callable[[], str | None], pulse: Pulse | None = None) -> None:
        self._not_ready = not_ready
        self._pulse = pulse

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/healthz", self.alive), Route("GET", "/readyz", self.ready))

    async def alive(self, ask: Ask) -> Response:
        secret = ask.one(VISITOR)
        if secret is None or self._pulse is None or not self._pulse.visits(secret):
            return done({"status": "ok"})
        return done(
            {
                "status": "ok",
                "client": ask.address,
                "forwarded": ", ".join(ask.all("x-forwarded-for")),
                "host": ask.one("host"),
                "origin": ask.one("origin"),
            }
        )

    async def ready(self, ask: Ask) -> Response:
        why = self._not_ready()
        if why is not None:
            raise Declined(503, "not-ready", f"Not serving: {why}.", retry_after=5)
        return done({"status": "ready"})
