"""The page and its files, held in memory: read once, compressed once, named by their content."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.headers import Header
from chatd.edge.router import Route

TYPES: Mapping[str, str] = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/vnd.microsoft.icon",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
_COMPRESSED = ("text/", "application/", "image/svg")
_WORTH_IT = 512


def ui_files() -> dict[str, bytes]:
    """Every file of the page that is installed with this package, by its path below ui/."""
    found: dict[str, bytes] = {}
    _collect(files("chatd") / "ui", "", found)
    return found


def _collect(folder: Traversable, prefix: str, found: dict[str, bytes]) -> None:
    if not folder.is_dir():
        return
    for item in folder.iterdir():
        if item.is_dir():
            _collect(item, f"{prefix}{item.name}/", found)
        elif item.name.rpartition(".")[2] in TYPES:
            found[prefix + item.name] = item.read_bytes()


@dataclass(frozen=True, slots=True)
class Page:
    """One file. ``packed`` is gzip, None where that gains nothing."""

    type: str
    body: bytes
    packed: bytes | None
    etag: str

    @classmethod
    def of(cls, body: bytes, type: str) -> "Page":
        packed = None
        if len(body) >= _WORTH_IT and type.startswith(_COMPRESSED):
            packed = gzip.compress(body, 9, mtime=0)
        return cls(type, body, packed, hashlib.sha256(body).hexdigest()[:32])

    def answer(self, ask: Ask) -> Response:
        """304 where the client has it (RFC 9110 §13.1.2), packed where it can unpack."""
        packed = self.packed is not None and accepts_gzip(ask)
        # A packed and a plain body are two representations, so they have two tags.
        etag = f'"{self.etag}{"-gz" if packed else ""}"'
        headers: tuple[Header, ...] = (
            ("ETag", etag),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
        )
        known = {tag.strip().removeprefix("W/") for tag in _words(ask, "if-none-match")}
        if etag in known or "*" in known:
            return Response(304, headers=headers)
        if packed and self.packed is not None:
            return Response(200, self.packed, self.type, (*headers, ("Content-Encoding", "gzip")))
        return Response(200, self.body, self.type, headers)


#: Runs a function in a thread and gives its result.
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class LatePage:
    """A page that takes long to ``make``, which no start and nobody else should wait for: it is
    made in a thread when it is first asked for, or beforehand where somebody looks at `page`."""

    def __init__(self, make: Callable[[], bytes], type: str, in_thread: InThread) -> None:
        self._make = make
        self._type = type
        self._in_thread = in_thread

    @cached_property
    def page(self) -> Page:
        return Page.of(self._make(), self._type)

    async def answer(self, ask: Ask) -> Response:
        if "page" not in self.__dict__:
            await self._in_thread(lambda: self.page)
        return self.page.answer(ask)


class Pages:
    """``contents`` by path below /ui/; "index.html" also answers at /, the developer's page at
    /protocol/try. Each is compressed when it is first asked for."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._pages: dict[str, Page] = {}

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/", self.index),
            Route("GET", "/protocol/try", self.trial),
            Route("GET", "/worker.js", self.worker),
            Route("GET", "/ui/*", self.file),
        )

    async def index(self, ask: Ask) -> Response:
        return self._page("index.html").answer(ask)

    async def worker(self, ask: Ask) -> Response:
        """At the root, as a worker's reach is the folder that it is in."""
        return Page.of(b"import '/ui/worker/main.js';\n", TYPES["js"]).answer(ask)

    async def trial(self, ask: Ask) -> Response:
        return self._page("try/index.html").answer(ask)

    async def file(self, ask: Ask) -> Response:
        return self._page(ask.path.removeprefix("/ui/")).answer(ask)

    def _page(self, path: str) -> Page:
        page = self._pages.get(path)
        if page is None:
            body = self._contents.get(path)
            if body is None:
                raise Declined(404, "not-found", "There is no such file.")
            type = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
            page = self._pages[path] = Page.of(body, type)
        return page


def accepts_gzip(ask: Ask) -> bool:
    """Whether gzip is among the accepted codings and not ruled out (RFC 9110 §12.5.3)."""
    for word in _words(ask, "accept-encoding"):
        coding, _, weight = word.partition(";")
        if coding.strip().lower() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _words(ask: Ask, name: str) -> list[str]:
    return [word.strip() for header in ask.all(name) for word in header.split(",")]
