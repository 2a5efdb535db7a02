"""The way to a provider and back to this server: who comes, and what becomes of them here.

Issuer and subject alone say who somebody is. A name or an address in a token finds nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from twisted.logger import Logger

from chatd.auth.credentials import AccountStore, Issued, Whence
from chatd.auth.invitations import Invitations
from chatd.auth.newcomers import Bring, bring
from chatd.auth.oidc.attempt import (
    ATTEMPT,
    NEWCOMER,
    PROOF,
    Attempt,
    Newcomer,
    Proof,
    Purpose,
    new_attempt,
    spent,
)
from chatd.auth.oidc.id_token import Claims, same, sid_of
from chatd.auth.oidc.in_time import in_time
from chatd.auth.oidc.parties import Parties
from chatd.auth.oidc.party import LONGEST, Party
from chatd.auth.oidc.provider import Provider, Reason, Stopped
from chatd.auth.oidc.sealed import Sealed
from chatd.auth.second_factor import SecondFactor
from chatd.auth.steps import Step, Word
from chatd.core.bucket import Bucket, Buckets, Rate
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import UserRow
from chatd.engine.asking import asked
from chatd.engine.identities import (
    CreateIdentity,
    CreateProviderSession,
    EndIdentity,
    IdentityReads,
    Spend,
)
from chatd.engine.ports import Clock, Random, Scheduler
from chatd.engine.unit import Unit

#: From one address: beginning, and coming back.
PER_ADDRESS: Final = Rate(1 / 2, 60)
#: Lines in the log about answers that were refused: anyone who begins can cause one.
LINES: Final = Rate(1, 30)
#: Most characters of a name from elsewhere and of an address (RFC 5321 §4.5.3.1.3), most groups
#: that are looked at, and most that a newcomer's browser keeps: a cookie has at most 4,096 bytes.
NAME: Final = 80
EMAIL: Final = 254
GROUPS: Final = 200
KEPT: Final = 16

log = Logger(namespace="chatd.auth")


class IdentityStore(AccountStore, IdentityReads, Protocol):
    """The part of the store that this package uses."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to go, and what the browser keeps meanwhile."""

    address: str
    sealed: str


@dataclass(frozen=True, slots=True)
class Landed:
    """What became of somebody who came back. ``back`` is where the page was. ``session`` is set for
    somebody who is ``in``; ``sealed`` is for the browser of a ``newcomer`` or of somebody who has
    ``proven`` themselves, and the secret of the step for somebody asked for a ``second``;
    ``reason`` says why it ``failed``."""

    how: Literal["in", "second", "newcomer", "linked", "proven", "failed"]
    back: str = ""
    session: Issued | None = None
    sealed: str = ""
    reason: Reason | None = None


class SignIns:
    """``key`` is the server's; ``come`` as in `newcomers`."""

    def __init__(
        self,
        parties: Parties,
        store: IdentityStore,
        second: SecondFactor,
        invitations: Invitations,
        clock: Clock,
        scheduler: Scheduler,
        random: Random,
        key: bytes,
        come: Bring,
    ) -> None:
        self._parties = parties
        self._store = store
        self._second = second
        self._invitations = invitations
        self._clock = clock
        self._scheduler = scheduler
        self._random = random
        self._come = come
        self._attempts = Sealed(key, "oidc attempt", Attempt, clock, random)
        self._newcomers = Sealed(key, "oidc newcomer", Newcomer, clock, random)
        self._proofs = Sealed(key, "oidc proof", Proof, clock, random)
        self._addresses: Buckets[int | str] = Buckets(PER_ADDRESS)
        self._lines = Bucket(LINES)
        self._untold = 0

    @property
    def newcomers(self) -> Sealed[Newcomer]:
        return self._newcomers

    async def begin(
        self,
        name: str,
        purpose: Purpose,
        back: str,
        address: int | str,
        *,
        session: str = "",
        invitation: str = "",
    ) -> Begun:
        """``session``: of somebody signed in already; ``invitation``: the secret of one. Refusals
        `not-found`, `rate-limited`, `gone` for the invitation, `unavailable` if the provider cannot
        be reached."""
        self._charge(address)
        party = self._parties.named(name)
        if invitation and (await self._invitations.check(invitation)).admin:
            raise Refusal(Code.WRONG_STATE, "This invitation is for another purpose.")
        now = self._clock.wall() // 1000
        attempt = new_attempt(self._random, name, purpose, back, now, session, invitation)
        try:
            where = await party.address(attempt)
        except Stopped:
            # The operator was told when the trouble began.
            raise Refusal(
                Code.UNAVAILABLE,
                f"{party.provider.label} cannot be reached just now; try again in a while, or sign"
                " in another way.",
                retry_after=5.0,
            ) from None
        return Begun(where, self._attempts.seal(attempt, ATTEMPT))

    async def finish(
        self,
        name: str,
        answer: Mapping[str, str],
        sealed: str | None,
        asking: Principal | None,
        address: int | str,
        whence: Whence,
    ) -> Landed:
        """``answer`` is what the provider sent along, ``sealed`` what the browser kept; ``asking``
        whoever is signed in when it comes back."""
        back = ""
        try:
            self._charge(address)
            party = self._parties.named(name)
            attempt = None if sealed is None else self._attempts.open(sealed)
            # Without what this browser kept, it is somebody else's login, or an old one.
            if attempt is None or attempt.provider != name:
                raise Stopped("stale")
            if not same(answer.get("state", ""), attempt.state):
                raise Stopped("stale")
            back = attempt.back
            claims = await in_time(_claims(party, answer, attempt), self._scheduler)
            return await self._landed(party.provider, attempt, claims, asking, whence)
        except Stopped as why:
            if why.words:
                self._tell(name, why.words)
            return Landed("failed", back, reason=why.reason)
        except Refusal as why:
            stale = why.code in (Code.GONE, Code.NOT_FOUND, Code.UNAUTHORIZED)
            return Landed("failed", back, reason="stale" if stale else "busy")

    def proven(self, sealed: str | None, session: str) -> bool:
        """Whether whoever is signed in by ``session`` has just proved once more who they are."""
        proof = None if sealed is None else self._proofs.open(sealed)
        return proof is not None and proof.session == session

    def _tell(self, name: str, why: str) -> None:
        if self._lines.take(1, self._clock.now()):
            self._untold += 1
            return
        more = " ({untold} such lines left out before this one)" if self._untold else ""
        log.warn(
            "nobody was signed in by the provider {name}: {why}" + more,
            name=name,
            why=why,
            untold=self._untold,
        )
        self._untold = 0

    async def unlink(self, who: Principal, issuer: str, subject: str) -> None:
        """They are no longer known by it; what came in by it ends, except the asking session."""
        change = EndIdentity(issuer, subject, who.user, but=who.session)
        await self._store.commit(asked(who, self._clock.wall(), change))

    # ---- what becomes of them -------------------------------------------------------------------

    async def _landed(
        self,
        provider: Provider,
        attempt: Attempt,
        claims: Claims,
        asking: Principal | None,
        whence: Whence,
    ) -> Landed:
        _check_fit(provider, claims)
        known = await self._store.identity(provider.issuer, claims["sub"])
        if attempt.purpose == "login":
            if known is None:
                return await self._met(provider, attempt, claims)
            if known.disabled:
                raise Stopped("disabled")
            return await self._came(provider, attempt, claims, known, whence)
        if asking is None or asking.session != attempt.session:
            raise Stopped("stale")
        if attempt.purpose == "link":
            return await self._linked(provider, attempt, claims, asking)
        if known is None or known.id != asking.user:
            raise Stopped("other")
        await self._store.commit(asked(asking, self._clock.wall(), self._used(attempt)))
        return Landed(
            "proven", attempt.back, sealed=self._proofs.seal(Proof(asking.session), PROOF)
        )

    async def _came(
        self,
        provider: Provider,
        attempt: Attempt,
        claims: Claims,
        known: UserRow,
        whence: Whence,
    ) -> Landed:
        """Somebody who has an account here: they are in, or are asked for their second step."""
        issuer, subject, sid = provider.issuer, claims["sub"], sid_of(claims)
        word = Word(
            issuer,
            subject,
            sid,
            along=lambda id: (CreateProviderSession(id, issuer, subject, sid),),
            arrived=lambda: bring_to_rooms(
                self._store, self._clock, self._come, known.id, provider, groups(provider, claims)
            ),
        )
        entered = await self._second.vouched(
            known, word, whence, self._used(attempt), asked=provider.asks_second
        )
        if isinstance(entered, Step):
            return Landed("second", attempt.back, sealed=entered.secret)
        return Landed("in", attempt.back, entered)

    async def _linked(
        self, provider: Provider, attempt: Attempt, claims: Claims, asking: Principal
    ) -> Landed:
        now = self._clock.wall()
        identity = CreateIdentity(provider.issuer, claims["sub"], asking.user, now, None)
        try:
            await self._store.commit(asked(asking, now, self._used(attempt), identity))
        except Refusal as why:
            if why.code is not Code.EXISTS:
                raise
            whose = await self._store.identity(provider.issuer, claims["sub"])
            if whose is None or whose.id != asking.user:
                raise Stopped("taken") from None
        return Landed("linked", attempt.back)

    async def _met(self, provider: Provider, attempt: Attempt, claims: Claims) -> Landed:
        """Somebody new: they choose their name, if there may be an account for them."""
        if not provider.create_users and not attempt.invitation:
            raise Stopped("uninvited")
        await self._store.commit(Unit("", changes=(self._used(attempt),)))
        email = _word(claims, provider.email_claim)
        newcomer = Newcomer(
            provider.name,
            claims["sub"],
            sid_of(claims),
            (_word(claims, provider.name_claim) or "")[:NAME],
            (_word(claims, provider.display_claim) or "")[:NAME],
            email if email is not None and len(email) <= EMAIL else None,
            groups(provider, claims)[:KEPT],
            attempt.invitation,
            attempt.back,
        )
        return Landed("newcomer", attempt.back, sealed=self._newcomers.seal(newcomer, NEWCOMER))

    def _used(self, attempt: Attempt) -> Spend:
        now = self._clock.wall()
        return Spend(spent("state", attempt.state), now, now + ATTEMPT * 1000)

    def _charge(self, address: int | str) -> None:
        if wait := self._addresses.take(address, 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED, "Too many tries to sign in; wait a little.", retry_after=wait
            )


async def _claims(party: Party, answer: Mapping[str, str], attempt: Attempt) -> Claims:
    """Who comes with this answer; `Stopped`."""
    return await party.claims(await _code(party, answer), attempt)


async def _code(party: Party, answer: Mapping[str, str]) -> str:
    """The code in an answer that comes from this provider; `Stopped`."""
    issuer = answer.get("iss")
    if issuer is None and (await party.metadata()).tells_issuer:
        raise Stopped("failed", "its answer names no issuer (RFC 9207), and it says it does")
    if issuer is not None and issuer != party.provider.issuer:
        raise Stopped("failed", "the answer names another issuer (RFC 9207)")
    if error := answer.get("error"):
        if error == "access_denied":
            raise Stopped("cancelled")
        gone = error in ("server_error", "temporarily_unavailable")
        raise Stopped("unreachable" if gone else "failed", f"it answered {error[:40]!r}")
    code = answer.get("code", "")
    if not 0 < len(code) <= LONGEST:
        raise Stopped("failed", "its answer has no code")
    return code


def _check_fit(provider: Provider, claims: Claims) -> None:
    if not provider.only_claim:
        return
    if provider.only_values.isdisjoint(_values(claims.get(provider.only_claim))):
        raise Stopped("unfit")


def groups(provider: Provider, claims: Claims) -> tuple[str, ...]:
    """Those of somebody's groups that lead into rooms."""
    found = _values(claims.get(provider.groups_claim)) if provider.groups_claim else ()
    return tuple(one for one in found[:GROUPS] if one in provider.group_rooms)


async def bring_to_rooms(
    store: IdentityStore,
    clock: Clock,
    come: Bring,
    person: str,
    provider: Provider,
    groups: tuple[str, ...],
) -> None:
    """The provider's rooms, and the groups'; its operator listed them, private ones too."""
    of_groups = (room for group in groups for room in provider.group_rooms.get(group, ()))
    rooms = (*provider.rooms, *of_groups)
    await bring(store, clock, come, person, rooms, rooms)


def _values(claim: Any) -> tuple[str, ...]:
    """A claim as a list of words."""
    if isinstance(claim, bool):
        return ("true" if claim else "false",)
    found = claim if isinstance(claim, list) else [claim]
    return tuple(one for one in found if isinstance(one, str))


def _word(claims: Claims, name: str) -> str | None:
    value = claims.get(name) if name else None
    return value if isinstance(value, str) and value else None
