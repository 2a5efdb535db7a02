"""The end of sessions that were begun at a provider: by its word to us, or ours to it."""

from chatd.auth.oidc.attempt import spent
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.party import Party
from chatd.auth.oidc.provider import Stopped
from chatd.auth.oidc.sign_ins import IdentityStore
from chatd.auth.steps import Steps
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import EndCredential
from chatd.engine.identities import ProviderSessionRow, Spend
from chatd.engine.ports import Clock
from chatd.engine.unit import Unit


class SignOuts:
    def __init__(self, parties: Parties, store: IdentityStore, steps: Steps, clock: Clock) -> None:
        self._parties = parties
        self._store = store
        self._steps = steps
        self._clock = clock

    async def told(self, name: str, token: str) -> tuple[ProviderSessionRow, ...]:
        """Ends what a provider's logout token is about, and returns what it ended. `Stopped` if the
        token cannot be believed, or was used before."""
        party = self._parties.named(name)
        issuer = party.provider.issuer
        logout = await party.logout(token)
        self._steps.end_vouched(issuer, logout.subject, logout.sid)
        rows = await self._store.provider_sessions(issuer, logout.subject, logout.sid)
        used = Spend(
            spent("logout", issuer, logout.jti), self._clock.wall(), int(logout.until * 1000)
        )
        ends = (EndCredential(user=row.person, id=row.session) for row in rows)
        try:
            await self._store.commit(Unit("", changes=(used, *ends)))
        except Refusal as why:
            if why.code is not Code.GONE:
                raise
            raise Stopped("stale", "its logout token came before (jti)") from None
        return tuple(rows)

    async def begun_at(self, session: str) -> Party | None:
        """The provider at which a session was begun, if any, and if it is set up here."""
        row = await self._store.provider_session(session)
        return None if row is None else self._parties.of(row.issuer)

    async def way_out(self, party: Party) -> str | None:
        """Where somebody who signed out here goes to sign out at the provider; None for nowhere."""
        try:
            return await party.end_session()
        except Stopped:
            # They are signed out here, and the operator knows.
            return None
