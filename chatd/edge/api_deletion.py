"""/api/account/delete: one's own account, for good."""

from chatd.auth.login import Login
from chatd.deletions import Deletions
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response
from chatd.edge.api_session import BODY, signed_out
from chatd.edge.connections import Ended
from chatd.edge.guard import Guard
from chatd.edge.router import Route
from chatd.edge.site import address_key_of


class DeletionApi:
    def __init__(self, guard: Guard, login: Login, deletions: Deletions, ended: Ended) -> None:
        self._guard = guard
        self._login = login
        self._deletions = deletions
        self._ended = ended

    def routes(self) -> tuple[Route, ...]:
        return (Route("POST", "/api/account/delete", self.delete, BODY),)

    async def delete(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.DeleteAccount)
        await self._login.prove(who.user, body.password, address_key_of(ask.address))
        await self._deletions.delete(who.user, erase=body.erase)
        self._ended(who.user)
        return signed_out()
