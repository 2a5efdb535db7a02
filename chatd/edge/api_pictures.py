"""/api/pictures and /pictures: uploading a picture of oneself or a room, and showing it.

A picture's bytes are a stranger's, so it is shown as nothing but the picture it was found to be, in
a page of its own where no script runs.
"""

from collections.abc import Awaitable
from typing import Protocol

from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.ids import letters
from chatd.core.pictures import MAX_BYTES, picture
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.guard import Guard
from chatd.edge.headers import Header
from chatd.edge.router import Route
from chatd.engine.asking import asked
from chatd.engine.pictures import CreatePicture, PictureRow
from chatd.engine.ports import Clock, Random
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit

#: Letters of an id after its "p": 130 bits, which nobody guesses.
LETTERS = 26
#: Pictures kept for one person.
EACH = 50
#: How often one person may upload a picture: some at once, then one every ten seconds.
UPLOADS = Rate(0.1, 20)

_SHOWN: tuple[Header, ...] = (
    ("Cache-Control", "public, max-age=31536000, immutable"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
)


class PictureStore(Protocol):
    """The part of the store that this uses."""

    def commit(self, unit: Unit) -> Awaitable[Committed]: ...
    def picture(self, picture: str) -> Awaitable[PictureRow | None]: ...


class PictureApi:
    def __init__(self, guard: Guard, store: PictureStore, clock: Clock, random: Random) -> None:
        self._guard = guard
        self._store = store
        self._clock = clock
        self._random = random
        self._uploads: Buckets[str] = Buckets(UPLOADS)

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("PUT", "/api/pictures", self.bring, MAX_BYTES),
            Route("GET", "/pictures/*", self.show),
        )

    async def bring(self, ask: Ask) -> Response:
        """The body is the picture; its type is the one found, which must match Content-Type."""
        who = (await self._guard.acting(ask, "chat")).principal
        if wait := self._uploads.take(who.user, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                f"Too many pictures in too short a time; wait {wait:.3g} s.",
                retry_after=wait,
            )
        found = picture(ask.body)
        if ask.media_type != found.type:
            raise Declined(
                415, "wrong-type", f"This picture is {found.type}; say so in the Content-Type."
            )
        id = "p" + letters(self._random, LETTERS)
        change = CreatePicture(id, who.user, found.type, self._clock.wall(), ask.body, EACH)
        await self._store.commit(asked(who, self._clock.wall(), change))
        return done(
            {"picture": id, "type": found.type, "width": found.width, "height": found.height}, 201
        )

    async def show(self, ask: Ask) -> Response:
        """To everybody who has its id: a picture is what people show of themselves anyway."""
        row = await self._store.picture(ask.path.removeprefix("/pictures/"))
        if row is None:
            raise Declined(404, "not-found", "There is no such picture.")
        return Response(200, row.bytes, row.type, _SHOWN)
