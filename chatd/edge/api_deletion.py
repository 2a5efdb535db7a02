"""/api/account/delete: deletes an account for good; by its owner, or by the site they come from."""

from chatd.auth.login import Login
from chatd.auth.oidc.sign_ins import SignIns
from chatd.auth.site_people import SitePeople
from chatd.chores.deletions import Deletions
from chatd.core.principal import Principal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response
from chatd.edge.api_exchange import no_site, site_token
from chatd.edge.api_providers import prove
from chatd.edge.api_session import BODY, signed_out
from chatd.edge.connections import Ended
from chatd.edge.guard import Guard
from chatd.edge.router import Route


class DeletionApi:
    """``people``: those who come from a site that vouches for them, if there is one. They have no
    password here, so the site's fresh token stands in for it."""

    def __init__(
        self,
        guard: Guard,
        login: Login,
        sign_ins: SignIns,
        deletions: Deletions,
        ended: Ended,
        people: SitePeople | None,
    ) -> None:
        self._guard = guard
        self._login = login
        self._sign_ins = sign_ins
        self._deletions = deletions
        self._ended = ended
        self._people = people

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/api/account/delete", self.delete, BODY),
            Route("POST", "/api/account/delete/vouched", self.delete_vouched, BODY),
        )

    async def delete(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.DeleteAccount)
        await prove(self._guard, self._sign_ins, self._login, ask, who, body.password)
        return await self._delete(who.user, body.erase, who)

    async def delete_vouched(self, ask: Ask) -> Response:
        """As `api_exchange`: cookies play no part."""
        self._guard.nobody_yet(ask)
        if self._people is None:
            raise no_site()
        user = await self._people.leaving(site_token(ask))
        ask.known()
        return await self._delete(user, bodies.read(ask, bodies.DeleteVouched).erase, None)

    async def _delete(self, user: str, erase: bool, asker: Principal | None) -> Response:
        await self._deletions.delete(user, erase=erase, asker=asker)
        self._ended(user)
        return signed_out(self._guard.cookies)
