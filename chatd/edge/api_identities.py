"""/api/identities: the providers at which somebody is known, and the end of that. /api/newcomer:
joining for somebody whom a provider vouched for."""

from chatd.auth.entrance import Entrance
from chatd.auth.oidc.arrivals import Arrivals
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.sign_ins import IdentityStore, SignIns
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.api_providers import person, prove
from chatd.edge.api_session import BODY, SessionApi, whence
from chatd.edge.connections import Ended
from chatd.edge.cookies import NEWCOMER, PROOF
from chatd.edge.guard import Guard
from chatd.edge.router import Route


class EndOne(bodies.Body, frozen=True, kw_only=True):
    """As `GET /api/identities` gives it; ``password`` is the asker's own."""

    issuer: bodies.Word
    subject: bodies.Word
    password: str = ""


class Arrive(bodies.Body, frozen=True, kw_only=True):
    name: bodies.Word
    display: bodies.Word = ""


class IdentityApi:
    def __init__(
        self,
        guard: Guard,
        parties: Parties,
        sign_ins: SignIns,
        arrivals: Arrivals,
        sessions: SessionApi,
        entrance: Entrance,
        store: IdentityStore,
        ended: Ended,
    ) -> None:
        self._guard = guard
        self._parties = parties
        self._sign_ins = sign_ins
        self._arrivals = arrivals
        self._sessions = sessions
        self._login = entrance.login
        self._steps = entrance.steps
        self._store = store
        self._ended = ended

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("GET", "/api/identities", self.all),
            Route("POST", "/api/identities/end", self.end, BODY),
            Route("GET", "/api/newcomer", self.newcomer),
            Route("POST", "/api/newcomer", self.arrive, BODY),
            Route("DELETE", "/api/newcomer", self.go_away),
        )

    async def all(self, ask: Ask) -> Response:
        """The asker's own. ``password``: whether they have one; ``proven``: whether they have just
        proved who they are, at a provider."""
        who = (await self._guard.who(ask)).principal
        row = await self._store.user(who.user)
        found = []
        for identity in await self._store.identities(who.user):
            party = self._parties.of(identity.issuer)
            found.append(
                {
                    "issuer": identity.issuer,
                    "subject": identity.subject,
                    "at": identity.at,
                    "provider": None if party is None else party.provider.name,
                    "label": identity.issuer if party is None else party.provider.label,
                }
            )
        proof = self._guard.cookies.one(ask, PROOF)
        return done(
            {
                "identities": found,
                "password": row is not None and row.password is not None,
                "proven": self._sign_ins.proven(proof, who.session),
            }
        )

    async def end(self, ask: Ask) -> Response:
        """The asker is no longer known there; what came in by it ends, except what is asking."""
        who = await person(self._guard, ask)
        body = bodies.read(ask, EndOne)
        await prove(self._guard, self._sign_ins, self._login, ask, who, body.password)
        begun = await self._store.provider_sessions(body.issuer, body.subject, None)
        await self._sign_ins.unlink(who, body.issuer, body.subject)
        self._steps.end_vouched(body.issuer, body.subject, None)
        for row in begun:
            if row.session != who.session:
                self._ended(row.person, only=row.session)
        return done({})

    async def newcomer(self, ask: Ask) -> Response:
        found = await self._arrivals.suggest(self._guard.cookies.one(ask, NEWCOMER))
        return done({"label": found.label, "name": found.name, "display": found.display})

    async def arrive(self, ask: Ask) -> Response:
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, Arrive)
        arrived = await self._arrivals.arrive(
            self._guard.cookies.one(ask, NEWCOMER), body.name, body.display, whence(ask)
        )
        ask.known()
        user = arrived.user
        answer = self._sessions.signed_in(user.id, user.name, user.admin, arrived.session, 201)
        headers = (*answer.headers, self._guard.cookies.forget(NEWCOMER))
        return Response(answer.status, answer.body, answer.type, headers)

    async def go_away(self, ask: Ask) -> Response:
        """They would rather not; nothing of them stays in this browser."""
        self._guard.nobody_yet(ask)
        return done({}, headers=(self._guard.cookies.forget(NEWCOMER),))
