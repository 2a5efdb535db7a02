"""/protocol: what this server speaks, for people and as JSON Schema."""

from collections.abc import Callable

from chatd.edge.answers import Ask, Response
from chatd.edge.pages import InThread, LatePage
from chatd.edge.router import Route


class ProtocolPages:
    """``text`` makes the protocol's documentation in Markdown, ``schema`` its JSON Schema."""

    def __init__(
        self, text: Callable[[], bytes], schema: Callable[[], bytes], in_thread: InThread
    ) -> None:
        # Shown as it is: rendering Markdown would be the only HTML made on this server.
        self._text = LatePage(text, "text/plain; charset=utf-8", in_thread)
        self._schema = LatePage(schema, "application/schema+json", in_thread)

    @property
    def late(self) -> tuple[LatePage, ...]:
        return self._text, self._schema

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/protocol", self.text),
            Route("GET", "/protocol/schema.json", self.schema),
        )

    async def text(self, ask: Ask) -> Response:
        return await self._text.answer(ask)

    async def schema(self, ask: Ask) -> Response:
        return await self._schema.answer(ask)
