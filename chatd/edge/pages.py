"""The page and its files, held in memory: read once, compressed once, named by their content."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Generic, TypeVar

from chatd.edge.answers import Ask, Declined, Response
from chatd.edge.aside import release_aside
from chatd.edge.headers import WORKER_POLICY, Header
from chatd.edge.release import MANIFEST, Release
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
#: What fits into one packet is not worth compressing. `/` always fits, so BREACH scanners need not
#: ask.
_WORTH_IT = 1_400
#: Asked again before each use; and for what is named by its content: never again (RFC 8246).
ASKED = "no-cache"
LASTING = "public, max-age=31536000, immutable"
_NO_FILE = (
    "There is no such file. A page that names it is of another version of this server: load that"
    " page again."
)


def ui_files() -> dict[str, bytes]:
    """Every file of the page installed with this package, by its path below ui/."""
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
    """One file. ``packed`` is gzip, None if that gains nothing. ``caching``: how long a browser
    uses it without asking."""

    type: str
    body: bytes
    packed: bytes | None
    etag: str
    caching: str = ASKED

    @classmethod
    def of(cls, body: bytes, type: str, caching: str = ASKED) -> "Page":
        packed = None
        if len(body) >= _WORTH_IT and type.startswith(_COMPRESSED):
            packed = gzip.compress(body, 9, mtime=0)
        return cls(type, body, packed, hashlib.sha256(body).hexdigest()[:32], caching)

    def answer(self, ask: Ask) -> Response:
        """304 if the client has it (RFC 9110 §13.1.2), packed if it can unpack."""
        packed = self.packed is not None and accepts_gzip(ask)
        # A packed and a plain body are two representations, so they have two tags.
        etag = f'"{self.etag}{"-gz" if packed else ""}"'
        headers: tuple[Header, ...] = (
            ("ETag", etag),
            ("Cache-Control", self.caching),
            ("Vary", "Accept-Encoding"),
        )
        known = {tag.strip().removeprefix("W/") for tag in _words(ask, "if-none-match")}
        if etag in known or "*" in known:
            return Response(304, headers=headers)
        if packed and self.packed is not None:
            return Response(200, self.packed, self.type, (*headers, ("Content-Encoding", "gzip")))
        return Response(200, self.body, self.type, headers)


#: Runs a function in a thread and returns its result.
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


Made = TypeVar("Made")


class Late(Generic[Made]):
    """Something slow to ``make``, for which neither the start nor anybody else should wait: it is
    made in a thread when first asked for, or beforehand if somebody looks at `made`."""

    def __init__(self, make: Callable[[], Made], in_thread: InThread) -> None:
        self._make = make
        self._in_thread = in_thread

    @cached_property
    def made(self) -> Made:
        return self._make()

    async def get(self) -> Made:
        if "made" not in self.__dict__:
            await self._in_thread(lambda: self.made)
        return self.made


class LatePage(Late[Page]):
    def __init__(self, make: Callable[[], bytes], type: str, in_thread: InThread) -> None:
        super().__init__(lambda: Page.of(make(), type), in_thread)

    async def answer(self, ask: Ask) -> Response:
        return (await self.get()).answer(ask)


@dataclass(frozen=True, slots=True)
class Served:
    """A `Release`, compressed. ``embed``: the text, which has yet to be told its site's origins."""

    lasting: Mapping[str, Page]
    index: Page | None
    embed: bytes
    worker: Page | None

    @classmethod
    def of(cls, made: Release) -> "Served":
        index = made.pages.get("index.html")
        return cls(
            {path: Page.of(body, type_of(path), LASTING) for path, body in made.lasting.items()},
            None if index is None else Page.of(index, TYPES["html"]),
            made.pages.get("embed.html", b""),
            Page.of(made.worker, TYPES["js"]) if made.worker else None,
        )


def late_release(contents: Mapping[str, bytes], in_thread: InThread) -> Late[Served]:
    return Late(lambda: Served.of(release_aside(contents)), in_thread)


class Pages:
    """``contents`` by path below /ui/, where each file answers for itself, and ``joined`` made from
    them: the page at /, what it names, and its service worker. The developer's page, at
    /protocol/try, is served as it is. Each is compressed when first asked for."""

    def __init__(
        self,
        contents: Mapping[str, bytes],
        joined: Late[Served],
        dress: Callable[[Page], Page] = lambda page: page,
    ) -> None:
        """``dress`` puts the server's own look into what people see."""
        self._contents = contents
        self._joined = joined
        self._pages: dict[str, Page] = {}
        self._dress = dress

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/", self.index),
            Route("GET", "/worker.js", self.worker),
            Route("GET", f"/{MANIFEST}", self.manifest),
            Route("GET", "/protocol/try", self.trial),
            Route("GET", "/ui/*", self.file),
        )

    async def index(self, ask: Ask) -> Response:
        return self._dress(_there((await self._joined.get()).index)).answer(ask)

    async def worker(self, ask: Ask) -> Response:
        """It speaks for all addresses below its own: no header has to allow it more
        (https://www.w3.org/TR/service-workers/#path-restriction)."""
        answer = self._dress(_there((await self._joined.get()).worker)).answer(ask)
        policy = ("Content-Security-Policy", WORKER_POLICY)
        return Response(answer.status, answer.body, answer.type, (*answer.headers, policy))

    async def manifest(self, ask: Ask) -> Response:
        return self._dress(self._page(MANIFEST)).answer(ask)

    async def trial(self, ask: Ask) -> Response:
        return self._page("try/index.html").answer(ask)

    async def file(self, ask: Ask) -> Response:
        path = ask.path.removeprefix("/ui/")
        if path not in self._contents:
            return _there((await self._joined.get()).lasting.get(path)).answer(ask)
        return self._page(path).answer(ask)

    def _page(self, path: str) -> Page:
        page = self._pages.get(path)
        if page is None:
            body = self._contents.get(path)
            page = _there(None if body is None else Page.of(body, type_of(path)))
            self._pages[path] = page
        return page


def type_of(path: str) -> str:
    return TYPES.get(path.rpartition(".")[2], "application/octet-stream")


def _there(page: Page | None) -> Page:
    if page is None:
        raise Declined(404, "not-found", _NO_FILE)
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
