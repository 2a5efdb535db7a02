"""/api/session/exchange: a site's signed token (JWT) becomes a secret of ours, for its person.

The one place where such a token is examined. What it is exchanged for is a credential like any
other: bearer header, tickets, lists and ends follow from that.
"""

from chatd.auth.site_people import SitePeople
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, done
from chatd.edge.guard import Guard
from chatd.edge.router import Route
from chatd.engine.identities import NamedRoom
from chatd.engine.rows import RoleName
from chatd.engine.unit import FewStays, IsMember, NotBanned, NotMember, Unit
from chatd.features.members import MOST_STAYS, movement

#: Most bytes of a body, which says nothing yet.
BODY = 4_096


def vouched(room: NamedRoom, user: str, role: RoleName, now: int) -> Unit:
    """``user`` enters ``room`` because their site says so, even a hidden one, unless banned; or
    gets another ``role`` there."""
    if room.role is not None:
        return Unit(
            user,
            requires=(IsMember(room.room, user),),
            changes=movement(room.room, user, user, "role", role, now),
        )
    return Unit(
        user,
        requires=(
            NotMember(room.room, user),
            NotBanned(room.room, user, now),
            FewStays(room.room, user, MOST_STAYS),
        ),
        changes=movement(room.room, user, user, "joined", role, now),
    )


class ExchangeApi:
    """``people`` is None if no site vouches for anybody."""

    def __init__(self, guard: Guard, people: SitePeople | None) -> None:
        self._guard = guard
        self._people = people

    def routes(self) -> tuple[Route, ...]:
        return (Route("POST", "/api/session/exchange", self.exchange, BODY),)

    async def exchange(self, ask: Ask) -> Response:
        """For our own page in a frame, and for back ends; cookies play no part."""
        self._guard.nobody_yet(ask)
        if self._people is None:
            raise no_site()
        label = f"site: {ask.one('user-agent') or ''}"[:80].rstrip(": ")
        arrived = await self._people.arrive(site_token(ask), label)
        ask.known()
        answer = {
            "token": arrived.session.secret,
            "user": arrived.user,
            "name": arrived.name,
            "expires": arrived.session.expires,
            "public_rooms": self._people.public_rooms,
        }
        return done(answer, 201)


def no_site() -> Declined:
    return Declined(
        404,
        "not-found",
        "This server takes no tokens of other sites: its settings name none in"
        " site.key_file, site.keys or site.jwks_url.",
    )


def site_token(ask: Ask) -> str:
    """The one in the Authorization header; `unauthorized` without one."""
    scheme, _, token = (ask.one("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(
            Code.UNAUTHORIZED,
            "Send the site's token in one header: Authorization: Bearer <token>.",
            field="token",
        )
    return token.strip()
