"""/embed and /embed.js: the chat in a frame of another site, and the script that puts it there.

Only /embed may be framed, by the pages of site.origins. It is also told their names, since it
believes no other page that speaks to it. The script is a file that any page may load.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.headers import Header, content_security_policy
from chatd.edge.pages import Late, Page, Served
from chatd.edge.router import Route

#: Below ui/.
SCRIPT = "embed.js"
#: In the page, the value of this attribute is replaced.
PLACE = b'content="SITE-ORIGINS"'


class EmbedPage:
    """``contents`` by path below ui/, ``joined`` made from them; ``origins`` of the site."""

    def __init__(
        self,
        contents: Mapping[str, bytes],
        joined: Late[Served],
        public_url: str,
        origins: Sequence[str],
        dress: Callable[[Page], Page] = lambda page: page,
    ) -> None:
        """``dress`` puts the server's own look into the page."""
        self._dress = dress
        listed = escape(" ".join(origins), quote=True).encode("ascii")
        self._place = b'content="' + listed + b'"'
        self._joined = joined
        self._page: Page | None = None
        self._script = Page.of(contents.get(SCRIPT, b""), "text/javascript; charset=utf-8")
        self._framed: tuple[Header, ...] = (
            ("Content-Security-Policy", content_security_policy(public_url, origins)),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
            # It cannot name origins; without it, frame-ancestors alone decides.
            ("X-Frame-Options", "" if origins else "DENY"),
        )

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/embed", self.page), Route("GET", "/embed.js", self.script))

    async def page(self, ask: Ask) -> Response:
        if self._page is None:
            text = (await self._joined.get()).embed.replace(PLACE, self._place)
            self._page = Page.of(text, "text/html; charset=utf-8")
        return _with(self._dress(_there(self._page)).answer(ask), *self._framed)

    async def script(self, ask: Ask) -> Response:
        answer = _there(self._script).answer(ask)
        return _with(answer, ("Cross-Origin-Resource-Policy", "cross-origin"))


def _there(page: Page) -> Page:
    if not page.body:
        raise Declined(404, "not-found", "There is no such file.")
    return page


def _with(response: Response, *headers: Header) -> Response:
    return Response(response.status, response.body, response.type, (*response.headers, *headers))
