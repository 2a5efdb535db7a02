"""/healthz and /readyz: whether the process turns its loop, and whether it can serve.

Both answer anybody; why it is not ready is told to administrators alone, who prove it as for
/metrics.
"""

from collections.abc import Callable, Mapping

from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, done, problem
from chatd.edge.guard import Guard
from chatd.edge.router import Route

RETRY_AFTER = 5


class Health:
    """``not_ready`` gives the reasons in words for the operator, by name; none where it serves."""

    def __init__(self, guard: Guard, not_ready: Callable[[], Mapping[str, str]]) -> None:
        self._guard = guard
        self._not_ready = not_ready

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/healthz", self.alive), Route("GET", "/readyz", self.ready))

    async def alive(self, ask: Ask) -> Response:
        return done({"status": "ok"})

    async def ready(self, ask: Ask) -> Response:
        reasons = self._not_ready()
        if not reasons:
            return done({"status": "ready"})
        if not await self._is_administrator(ask):
            raise Declined(503, "not-ready", "Not ready.", retry_after=RETRY_AFTER)
        words = f"Not ready: {'; '.join(reasons.values())}."
        return problem(503, "not-ready", words, retry_after=RETRY_AFTER, reasons=reasons)

    async def _is_administrator(self, ask: Ask) -> bool:
        """Whoever cannot prove it, also because the store cannot be read, is a stranger."""
        try:
            return (await self._guard.who(ask, "metrics:read")).principal.admin
        except (Refusal, Declined):
            return False
