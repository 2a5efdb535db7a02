"""/metrics: what Prometheus asks for, with an administrator's token that has the scope for it."""

from collections.abc import Callable

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Response
from chatd.edge.guard import Guard
from chatd.edge.router import Route


class MetricsApi:
    """``page`` gives the body and its type for an Accept header."""

    def __init__(self, guard: Guard, page: Callable[[str], tuple[bytes, str]]) -> None:
        self._guard = guard
        self._page = page

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/metrics", self.metrics),)

    async def metrics(self, ask: Ask) -> Response:
        admitted = await self._guard.who(ask, "metrics:read")
        if not admitted.principal.admin:
            raise Refusal(Code.FORBIDDEN, "Only administrators read the metrics.")
        body, type_ = self._page(ask.one("accept") or "")
        return Response(200, body, type_, (("Cache-Control", "no-store"),))
