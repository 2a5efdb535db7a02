"""/api/setup, register, invitations, password: becoming somebody here, and staying so."""

from chatd.auth.guests import Guests
from chatd.auth.invitations import Invitations
from chatd.auth.login import Login
from chatd.auth.recovery import Recovery
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge import bodies
from chatd.edge.answers import Ask, Response, done
from chatd.edge.api_session import BODY, SessionApi, whence
from chatd.edge.connections import Ended
from chatd.edge.door_budget import address_key
from chatd.edge.guard import Guard
from chatd.edge.router import Route

DAY_MS = 24 * 3_600_000


class AccountApi:
    def __init__(
        self,
        guard: Guard,
        sessions: SessionApi,
        login: Login,
        invitations: Invitations,
        guests: Guests,
        recovery: Recovery,
        ended: Ended,
        *,
        members_invite: bool,
        invitation_days: float,
    ) -> None:
        self._guard = guard
        self._sessions = sessions
        self._login = login
        self._invitations = invitations
        self._guests = guests
        self._recovery = recovery
        self._ended = ended
        self._members_invite = members_invite
        self._lifetime_ms = int(invitation_days * DAY_MS)

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", "/api/setup", self.setup, BODY),
            Route("POST", "/api/register", self.register, BODY),
            Route("POST", "/api/invitations", self.invite, BODY),
            Route("POST", "/api/invitation/check", self.check, BODY),
            Route("POST", "/api/password", self.password, BODY),
            Route("GET", "/api/ways", self.ways),
            Route("POST", "/api/guest", self.guest, BODY),
            Route("POST", "/api/guest/keep", self.keep_guest, BODY),
        )

    async def setup(self, ask: Ask) -> Response:
        """The first administrator, with the secret that the operator was shown."""
        return await self._join(ask, setup=True)

    async def register(self, ask: Ask) -> Response:
        return await self._join(ask, setup=False)

    async def invite(self, ask: Ask) -> Response:
        who = (await self._guard.acting(ask)).principal
        if not (who.admin or (self._members_invite and not who.guest)):
            raise Refusal(Code.FORBIDDEN, "Only administrators invite people to this server.")
        body = bodies.read(ask, bodies.Invite)
        made = await self._invitations.create(
            who, self._lifetime_ms, body.uses, admin=not self._members_invite
        )
        return done(
            {"id": made.id, "secret": made.secret, "expires": made.expires, "uses": made.uses},
            201,
        )

    async def check(self, ask: Ask) -> Response:
        """Whether an invitation is good, before anybody fills in a form for it."""
        self._guard.nobody_yet(ask)
        row = await self._invitations.check(bodies.read(ask, bodies.Check).secret)
        return done({"expires": row.expires, "setup": row.admin})

    async def password(self, ask: Ask) -> Response:
        """The asker's own. All other sessions and tokens end, and what was opened with them."""
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.ChangePassword)
        await self._login.change(who, body.old, body.new, address_key(ask.address))
        self._ended(who.user, but=who.session)
        return done({})

    async def ways(self, ask: Ask) -> Response:
        """How people come in here, for whoever is not in yet."""
        return done(
            {
                "registration": self._invitations.registration,
                "guests": self._guests.welcome,
                "mail": self._recovery.mails,
            }
        )

    async def guest(self, ask: Ask) -> Response:
        """Lets somebody in for a while, without an account."""
        self._guard.nobody_yet(ask)
        display = bodies.read(ask, bodies.ArriveAsGuest).display
        guest = await self._guests.arrive(display, address_key(ask.address), whence(ask))
        return self._sessions.signed_in(
            guest.user, guest.name, False, guest.session, 201, guest=True
        )

    async def keep_guest(self, ask: Ask) -> Response:
        """A guest's account becomes one that stays. Its other sessions end, and what was opened
        with them and with this one."""
        who = (await self._guard.acting(ask)).principal
        body = bodies.read(ask, bodies.KeepGuest)
        self._login.charge(address_key(ask.address))
        kept = await self._guests.keep(who, body.secret, body.name, body.password, whence(ask))
        self._ended(who.user, but=kept.session.id)
        return self._sessions.signed_in(kept.user, kept.name, False, kept.session, 200, ask)

    async def _join(self, ask: Ask, *, setup: bool) -> Response:
        self._guard.nobody_yet(ask)
        body = bodies.read(ask, bodies.Join)
        # An invitation outlives a refused name: without this its holder could keep us hashing.
        self._login.charge(address_key(ask.address))
        joined = await self._invitations.register(
            body.secret,
            body.name,
            body.password,
            body.display,
            setup=setup,
            whence=whence(ask),
        )
        return self._sessions.signed_in(
            joined.user, joined.name, joined.admin, joined.session, 201, ask
        )
