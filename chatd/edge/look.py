"""Looks after the brand while the server runs: pages get it when they are served, its own files
have addresses, and a reload puts another in its place."""

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.brand import FILES, SEALED, Brand
from chatd.edge.pages import TYPES, Page
from chatd.edge.router import Route


class Look:
    def __init__(self, brand: Brand) -> None:
        self._brand = brand
        self._files = self._made(brand)
        # By the tag they had before.
        self._dressed: dict[str, Page] = {}

    def change(self, brand: Brand) -> bool:
        """This look from now on; whether it is a different one."""
        if brand == self._brand:
            return False
        self._brand, self._files = brand, self._made(brand)
        self._dressed.clear()
        return True

    def dress(self, page: Page) -> Page:
        """A page, a manifest or a service worker with the brand in it."""
        dressed = self._dressed.get(page.etag)
        if dressed is None:
            body = self._put(page)
            dressed = page if body == page.body else Page.of(body, page.type)
            self._dressed[page.etag] = dressed
        return dressed

    def _put(self, page: Page) -> bytes:
        if page.type.startswith("text/html"):
            return self._brand.page(page.body)
        if page.type.startswith("text/javascript"):
            return self._brand.worker(page.body)
        return self._brand.manifest(page.body)

    def routes(self) -> tuple[Route, ...]:
        return tuple(Route("GET", f"/ui/{name}", self.file) for name in FILES)

    async def file(self, ask: Ask) -> Response:
        page = self._files.get(ask.path.removeprefix("/ui/"))
        if page is None:
            raise Declined(404, "not-found", "This server has no such file of its own.")
        answer = page.answer(ask)
        return Response(answer.status, answer.body, answer.type, (*answer.headers, SEALED))

    @staticmethod
    def _made(brand: Brand) -> dict[str, Page]:
        return {
            name: Page.of(body, TYPES[name.rpartition(".")[2]])
            for name, body in brand.files().items()
        }
