"""/api/files and /files: uploading a file for a message, and handing it to those who may read it.

A file's bytes are those of a stranger. Pictures of four kinds are shown, everything else is a
download, whatever it calls itself; and nothing shown here runs a script.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.files import UNKNOWN, file_name, media_type, picture_to_show
from chatd.core.ids import letters
from chatd.core.meters import Uploads
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.disposition import HEADER, disposition, said_name
from chatd.edge.file_rules import FileRules
from chatd.edge.guard import Guard
from chatd.edge.router import Route
from chatd.engine.asking import asked
from chatd.engine.files import Arriving, Bodies, CreateFile, FileRow, Reading
from chatd.engine.ports import Clock, Random
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit

#: Letters of an id after its "f": 130 bits, which nobody guesses.
LETTERS: Final = 26
#: How often one person may upload a file: forty at once, then one every two seconds.
UPLOADS: Final = Rate(0.5, 40)
#: Files on their way in: in all, and of one person; and the same for those on their way out.
ARRIVING: Final = (128, 4)
LEAVING: Final = (256, 16)
#: How long a browser may keep one, in seconds: what is erased should not stay for long.
KEPT: Final = 86_400

_NOT_FOUND = "There is no such file, or you may not read it."


class FileStore(Protocol):
    """The part of the store that this uses."""

    def commit(self, unit: Unit) -> Awaitable[Committed]: ...
    def readable_file(self, user: str, file: str) -> Awaitable[FileRow | None]: ...
    def file_usage(self, user: str) -> Awaitable[int]: ...


class Turns:
    """How many things are under way, in all and of one person."""

    def __init__(self, most: int, each: int) -> None:
        self._most = most
        self._each = each
        self._by_user: Counter[str] = Counter()

    def take(self, user: str) -> None:
        """Declined 503 if there is no room for one more."""
        if self._by_user.total() >= self._most or self._by_user[user] >= self._each:
            raise Declined(503, "busy", "Too many files are on their way just now.", retry_after=2)
        self._by_user[user] += 1

    def give_back(self, user: str) -> None:
        self._by_user[user] -= 1
        if not self._by_user[user]:
            del self._by_user[user]

    def __len__(self) -> int:
        return self._by_user.total()


class FileApi:
    def __init__(
        self,
        guard: Guard,
        store: FileStore,
        bodies: Bodies,
        rules: FileRules,
        clock: Clock,
        random: Random,
    ) -> None:
        self._guard = guard
        self._store = store
        self._bodies = bodies
        self._rules = rules
        self._clock = clock
        self._random = random
        self._often: Buckets[str] = Buckets(UPLOADS)
        self.arriving = Turns(*ARRIVING)
        self.leaving = Turns(*LEAVING)
        self.uploads = Uploads()

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/api/files", self.nothing, intake=self.begin),
            Route("GET", "/files/*", self.show),
        )

    def change(self, rules: FileRules) -> None:
        """Other rules from now on."""
        self._rules = rules

    # Uploading one.

    async def nothing(self, ask: Ask) -> Response:
        """A request without a body."""
        await self._guard.acting(ask, "chat")
        self.uploads.failed += 1
        raise Refusal(Code.BAD_FIELD, "The body is the file, and it is empty.")

    async def begin(self, ask: Ask) -> "Bringing":
        """Whether the file with these headers is accepted."""
        principal = (await self._guard.acting(ask, "chat")).principal
        try:
            return await self._begin(ask, principal)
        except (Refusal, Declined):
            self.uploads.failed += 1
            raise

    async def _begin(self, ask: Ask, principal: Principal) -> "Bringing":
        rules, user = self._rules, principal.user
        if not rules.enabled or (principal.guest and not rules.guests):
            whom = "guests" if rules.enabled else "people"
            raise Refusal(Code.FORBIDDEN, f"Here {whom} may bring no files.")
        size = int(ask.one("content-length") or 0)
        if size > rules.max_bytes:
            raise Refusal(
                Code.TOO_LARGE,
                f"This file has {size} bytes; at most {rules.max_bytes} are taken.",
            )
        name = file_name(said_name(ask.one(HEADER.lower())))
        type = media_type(ask.one("content-type"))
        if wait := self._often.take(user, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                f"Too many files in too short a time; wait {wait:.3g} s.",
                retry_after=wait,
            )
        used = await self._store.file_usage(user)
        if used + size > rules.each_bytes:
            raise Refusal(
                Code.LIMIT_REACHED,
                f"Your files take {used} of {rules.each_bytes} bytes here: there is no room for"
                f" {size} more. Delete messages with files that nobody needs any more.",
            )
        self.arriving.take(user)
        try:
            id = "f" + letters(self._random, LETTERS)
            arriving = await self._bodies.begin(id, size)
        except BaseException:
            self.arriving.give_back(user)
            raise
        return Bringing(self, ask, user, id, name, type, arriving)

    async def keep(self, bringing: "Bringing") -> Response:
        """The body is complete: it goes to its place, and then into the store. It may have taken
        its time: whoever was put out meanwhile has brought nothing."""
        who = (await self._guard.acting(bringing.ask, "chat")).principal
        kept = await bringing.arriving.keep()
        picture = picture_to_show(kept.head)
        row = FileRow(
            bringing.id,
            bringing.user,
            bringing.name,
            picture.type if picture else bringing.type,
            kept.size,
            picture.width if picture else None,
            picture.height if picture else None,
            self._clock.wall(),
            kept.digest,
        )
        try:
            await self._store.commit(
                asked(who, self._clock.wall(), CreateFile(row, self._rules.each_bytes))
            )
        except Refusal as refusal:
            # After any other the row may exist all the same; a body without one goes in time.
            if refusal.code in (Code.LIMIT_REACHED, Code.UNAUTHORIZED):
                await self._bodies.remove((row.id,))
            raise
        self.uploads.bytes += row.size
        told: dict[str, Any] = {
            "file": row.id,
            "name": row.name,
            "type": row.type,
            "size": row.size,
        }
        if picture:
            told |= {"width": picture.width, "height": picture.height}
        return done(told, 201)

    def ended(self, user: str, stored: bool) -> None:
        """A file that was begun is here, or will not be."""
        self.arriving.give_back(user)
        self.uploads.stored += stored
        self.uploads.failed += not stored

    # Handing it out.

    async def show(self, ask: Ask) -> Response:
        """To whoever uploaded it, and to those who may read a message that carries it. For
        everybody else it does not exist."""
        user = (await self._guard.who(ask, "chat")).principal.user
        row = await self._store.readable_file(user, ask.path.removeprefix("/files/"))
        if row is None:
            raise Declined(404, "not-found", _NOT_FOUND)
        self.leaving.take(user)
        try:
            reading = await self._bodies.open(row.id)
        except BaseException as error:
            self.leaving.give_back(user)
            if isinstance(error, FileNotFoundError) and await self._erased(user, row.id):
                raise Declined(404, "not-found", _NOT_FOUND) from None
            raise
        shown = row.width is not None
        headers = (
            (HEADER, disposition("inline" if shown else "attachment", row.name)),
            ("Cache-Control", f"private, max-age={KEPT}, immutable"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
        )
        body = Leaving(row.size, reading, lambda: self.leaving.give_back(user))
        return Response(200, type=row.type if shown else UNKNOWN, headers=headers, stream=body)

    async def _erased(self, user: str, file: str) -> bool:
        """Whether it was erased a moment ago: otherwise its body is missing, a fault."""
        return await self._store.readable_file(user, file) is None


class Bringing:
    """A file on its way in; see `edge.incoming.Intake`."""

    def __init__(
        self, api: FileApi, ask: Ask, user: str, id: str, name: str, type: str, arriving: Arriving
    ) -> None:
        self._api = api
        self.ask = ask
        self.user = user
        self.id = id
        self.name = name
        self.type = type
        self.arriving = arriving
        self._stored = False

    async def write(self, data: bytes) -> None:
        await self.arriving.write(data)

    async def done(self) -> Response:
        try:
            response = await self._api.keep(self)
            self._stored = True
            return response
        finally:
            await self.abandon()

    async def abandon(self) -> None:
        """Harmless to one that is kept."""
        try:
            await self.arriving.abandon()
        finally:
            self._api.ended(self.user, self._stored)


class Leaving:
    """A file on its way out; see `edge.outgoing.Body`."""

    def __init__(self, size: int, reading: Reading, closed: Callable[[], None]) -> None:
        self.size = size
        self._reading = reading
        self._closed = closed

    async def read(self, amount: int) -> bytes:
        return await self._reading.read(amount)

    def close(self) -> None:
        self._reading.close()
        self._closed()
