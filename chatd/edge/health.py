"""/healthz and /readyz: whether the process runs its loop, and whether it can serve.

Both answer anybody; why it is not ready is told only to administrators, who prove it as for
/metrics. To `chatctl doctor`, which shows a visitor's secret, /healthz also tells how a request
arrives: what proxies on the way made of it.
"""

from collections.abc import Callable, Mapping

from chatd.auth.pulse import Pulse
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, done, problem
from chatd.edge.guard import Guard
from chatd.edge.router import Route

RETRY_AFTER = 5
VISITOR = "chatd-visitor"


class Health:
    """``not_ready`` gives the reasons in words for the operator, by name; none if it can serve."""

    def __init__(
        self,
        guard: Guard,
        not_ready: Callable[[], Mapping[str, str]],
        pulse: Pulse | None = None,
    ) -> None:
        self._guard = guard
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
        reasons = self._not_ready()
        if not reasons:
            return done({"status": "ready"})
        if not await self._is_administrator(ask):
            raise Declined(503, "not-ready", "Not ready.", retry_after=RETRY_AFTER)
        words = f"Not ready: {'; '.join(reasons.values())}."
        return problem(
            503, "not-ready", words, ask.prefix, retry_after=RETRY_AFTER, reasons=reasons
        )

    async def _is_administrator(self, ask: Ask) -> bool:
        """Whoever cannot prove it, even because the store cannot be read, is a stranger."""
        try:
            return (await self._guard.who(ask, "metrics:read")).principal.admin
        except (Refusal, Declined):
            return False
