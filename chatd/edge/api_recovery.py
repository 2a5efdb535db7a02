"""/api/reset and /api/email: back in by a link, and the address to which such links go."""

from chatd.auth.credentials import Issued
from chatd.auth.login import Login
from chatd.auth.recovery import Recovery
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.api_session import BODY, SessionApi, whence
from chatd.edge.connections import Ended
from chatd.edge.door_budget import address_key
from chatd.edge.guard import Guard
from chatd.edge.router import Route


class RecoveryApi:
    def __init__(
        self,
        guard: Guard,
        sessions: SessionApi,
        login: Login,
        recovery: Recovery,
        ended: Ended,
    ) -> None:
        self._guard = guard
        self._sessions = sessions
        self._login = login
        self._recovery = recovery
        self._ended = ended

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/api/reset/ask", self.ask, BODY),
            Route("POST", "/api/reset/check", self.check, BODY),
            Route("POST", "/api/reset", self.reset, BODY),
            Route("GET", "/api/email", self.email),
            Route("POST", "/api/email", self.set_email, BODY),
            Route("POST", "/api/email/confirm", self.confirm, BODY),
        )

    async def ask(self, ask: Ask) -> Response:
        """A link by mail. The answer is the same for every name, and comes before any lookup."""
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.AskReset)
        self._recovery.ask(body.who, address_key(ask.address))
        return done({})

    async def check(self, ask: Ask) -> Response:
        """Whether a link is good, before anybody thinks of a password."""
        self._guard.nobody_yet(ask)
        row = await self._recovery.check(bodies.read(ask, bodies.Check).secret)
        return done({"name": row.name, "expires": row.expires})

    async def reset(self, ask: Ask) -> Response:
        """A new password. All sessions and tokens end, and what was opened with them."""
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.Reset)
        # A link outlives a refused password: without this its holder could keep us hashing.
        self._login.charge(address_key(ask.address))
        user, entered = await self._recovery.reset(body.secret, body.password, whence(ask))
        self._ended(user.id, but=entered.id if isinstance(entered, Issued) else None)
        return self._sessions.entered(user, entered, ask)

    async def email(self, ask: Ask) -> Response:
        who = (await self._guard.who(ask)).principal
        found = await self._recovery.email(who.user)
        confirmed = found is not None and found.confirmed
        address = found.address if found is not None and confirmed else None
        return done({"email": address, "mail": self._recovery.mails})

    async def set_email(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.SetEmail)
        sent = await self._recovery.set_email(
            who,
            body.email,
            body.password,
            address_key(ask.address),
            whence(ask).language,
        )
        return done({"sent": sent})

    async def confirm(self, ask: Ask) -> Response:
        """Whoever reads the mail confirms it, signed in or not."""
        self._guard.nobody_yet(ask)
        name, email = await self._recovery.confirm(bodies.read(ask, bodies.Check).secret)
        return done({"name": name, "email": email})
