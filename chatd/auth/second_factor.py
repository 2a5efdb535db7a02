"""Signing in, once a password or a passkey was shown, or a provider has vouched for somebody: what
else is asked for, and whether it holds.

The password alone is enough as long as the account has nothing else. With an authenticator app or a
passkey it begins a step (`auth.steps`), which a code, a passkey or a recovery code completes; so
does a provider's word, unless the operator trusts the provider's own second step. A passkey whose
owner was verified is enough by itself: it is something one has and something one is or knows. Every
answer is one of a few tries; what works once is used up in the very commit that makes the session,
so that if two come with it, one gets in.
"""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from chatd.auth.challenges import Challenges
from chatd.auth.credentials import AccountStore, Along, Credentials, Issued, Whence, nothing
from chatd.auth.notices import Notices
from chatd.auth.recovery_codes import digest
from chatd.auth.sealing import Sealer, WrongKey
from chatd.auth.steps import Begun, Step, Steps, Word, over
from chatd.auth.totp import fitting_step
from chatd.auth.webauthn import WebAuthn, challenge_of, id_of
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import UserRow
from chatd.engine.factors import (
    FactorReads,
    FactorsRow,
    UsePasskey,
    UseRecoveryCode,
    UseTotp,
)
from chatd.engine.ports import Clock
from chatd.engine.unit import Change, Unit

#: Answers to the second step of one account, a known device's apart. Three codes of a million fit
#: at any time, so somebody who knows the password and guesses needs 320 days for an even chance.
GUESSES: Final = Rate(1 / 120, 10)


class FactorStore(AccountStore, FactorReads, Protocol):
    """The part of the store that the factors use."""


def not_yours() -> Refusal:
    return Refusal(Code.UNAUTHORIZED, "This passkey does not fit, or is not known here.")


class SecondFactor:
    def __init__(
        self,
        store: FactorStore,
        credentials: Credentials,
        steps: Steps,
        challenges: Challenges,
        webauthn: WebAuthn,
        sealer: Sealer,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store = store
        self._credentials = credentials
        self._steps = steps
        self._challenges = challenges
        self._webauthn = webauthn
        self._sealer = sealer
        self._notices = notices
        self._clock = clock
        self._guesses: Buckets[tuple[str, str | None]] = Buckets(GUESSES)

    async def enter(self, user: UserRow, whence: Whence, device: str | None) -> Issued | Step:
        """After the account's password was shown: a session, or the next step to it."""
        held = await self._store.factors(user.id)
        if not held.any:
            return await self._session(user.id, user.password, whence)
        begun = Begun(user.id, user.password, whence, device)
        return self._steps.begin(begun, _ways(held))

    async def vouched(
        self, user: UserRow, word: Word, whence: Whence, use: Change, *, asked: bool
    ) -> Issued | Step:
        """After a provider has vouched for ``user``: a session, or the next step to it if that is
        ``asked`` for here. ``use`` uses up the provider's answer, in either case."""
        held = await self._store.factors(user.id) if asked else None
        if held is not None and held.any:
            await self._store.commit(Unit(user.id, changes=(use,)))
            begun = Begun(user.id, user.password, whence, None, word)
            return self._steps.begin(begun, _ways(held))
        await word.arrived()
        return await self._session(user.id, user.password, whence, use, along=word.along)

    # The second step.

    async def begun(self, secret: str) -> Step:
        """The step as it was begun; `unauthorized`."""
        begun = self._steps.find(secret)
        held = await self._store.factors(begun.user)
        return Step(secret, _ways(held), begun.ends)

    async def ask(self, secret: str) -> dict[str, Any]:
        """What a browser is asked, to complete the step with a passkey."""
        begun = self._steps.find(secret)
        held = await self._store.factors(begun.user)
        if not held.passkeys:
            raise Refusal(Code.WRONG_STATE, "This account has no passkey.")
        challenge = self._challenges.issue("step", secret)
        return self._webauthn.request(challenge, held.passkeys, alone=False)

    async def by_code(self, secret: str, code: str) -> tuple[UserRow, Issued]:
        """Completes the step with a code from the app."""
        begun = self._tried(secret)
        row = await self._store.totp(begun.user)
        step = None
        if row is not None and row.confirmed:
            step = fitting_step(self._opened(row.sealed, begun.user), code, self._clock.wall())
        if row is None or step is None:
            self._steps.wrong(secret)
            raise Refusal(
                Code.UNAUTHORIZED,
                "The code is wrong or was used already; wait for the next one.",
                field="code",
            )
        sealed = None
        if self._sealer.is_old(row.sealed):
            sealed = self._sealer.seal(self._opened(row.sealed, begun.user), begun.user)
        return await self._complete(secret, begun, UseTotp(begun.user, step, sealed=sealed))

    async def by_recovery_code(self, secret: str, code: str) -> tuple[UserRow, Issued]:
        """Completes the step with a recovery code, which is then gone."""
        begun = self._tried(secret)
        known = digest(code)
        if known is None:
            self._steps.wrong(secret)
            raise Refusal(
                Code.UNAUTHORIZED, "The recovery code is wrong or was used already.", field="code"
            )
        entered = await self._complete(secret, begun, UseRecoveryCode(begun.user, known))
        self._notices.tell(begun.user, "recovery code used")
        return entered

    async def by_passkey(self, secret: str, answer: Mapping[str, Any]) -> tuple[UserRow, Issued]:
        """Completes the step with a passkey of the account."""
        begun = self._tried(secret)
        try:
            use, challenge = await self._signed(answer, "step", secret, begun.user)
        except Refusal:
            self._steps.wrong(secret)
            raise
        self._challenges.use(challenge)
        return await self._complete(secret, begun, use)

    # A passkey alone.

    def ask_alone(self) -> dict[str, Any]:
        """What a browser is asked when nobody has said who they are."""
        return self._webauthn.request(self._challenges.issue("login", ""), (), alone=True)

    async def alone(self, answer: Mapping[str, Any], whence: Whence) -> tuple[UserRow, Issued]:
        """A session for the owner of a passkey, whom it has verified."""
        use, challenge = await self._signed(answer, "login", "", None)
        self._challenges.use(challenge)
        user = await self._store.user(use.user)
        if user is None or user.disabled:
            raise not_yours()
        return user, await self._session(user.id, user.password, whence, use)

    # Inside.

    async def _signed(
        self, answer: Mapping[str, Any], purpose: str, subject: str, person: str | None
    ) -> tuple[UsePasskey, bytes]:
        """What uses the passkey that gave the answer, and the challenge; ``person``: whose it must
        be, None if it alone says who somebody is."""
        challenge = challenge_of(answer)
        self._challenges.check(challenge, purpose, subject)
        row = await self._store.passkey(id_of(answer))
        if row is None or (person is not None and row.person != person):
            raise not_yours()
        count = self._webauthn.signed(answer, challenge, row, alone=person is None)
        # Once more, since others had their turn meanwhile: of two answers to it one is accepted.
        self._challenges.check(challenge, purpose, subject)
        return UsePasskey(row.person, row.id, count, self._clock.wall()), challenge

    def _tried(self, secret: str) -> Begun:
        """One try at a step that has begun; `rate-limited`."""
        begun = self._steps.find(secret)
        if wait := self._guesses.take((begun.user, begun.device), 1, self._clock.now()):
            raise Refusal(
                Code.RATE_LIMITED,
                "Too many tries at the second step; wait a little.",
                retry_after=wait,
            )
        return begun

    async def _complete(self, secret: str, begun: Begun, use: Change) -> tuple[UserRow, Issued]:
        user = await self._store.user(begun.user)
        if user is None or user.disabled or user.password != begun.password:
            self._steps.end(secret)
            raise over()
        word = begun.word
        along = word.along if word else nothing
        try:
            issued = await self._session(begun.user, begun.password, begun.whence, use, along=along)
        except Refusal as why:
            if why.code is Code.UNAUTHORIZED:
                self._steps.wrong(secret)
            raise
        if not self._steps.end(secret):
            # It was completed already, or what it rests on was taken back.
            await self._credentials.end(begun.user, issued.id)
            raise over()
        if word is not None:
            await word.arrived()
        return user, issued

    async def _session(
        self,
        user: str,
        password: str | None,
        whence: Whence,
        *using: Change,
        along: Along = nothing,
    ) -> Issued:
        issued = await self._credentials.new_session(user, whence, taking=using, along=along)
        # The password may have been changed meanwhile, which ended all sessions there were.
        now = await self._store.user(user)
        if now is None or now.disabled or now.password != password:
            await self._credentials.end(user, issued.id)
            raise over()
        return issued

    def _opened(self, sealed: bytes, user: str) -> bytes:
        try:
            return self._sealer.open(sealed, user)
        except WrongKey:
            raise Refusal(
                Code.UNAVAILABLE,
                "This server cannot check codes of your app any more. Use a recovery code, and tell"
                " its administrator.",
            ) from None


def _ways(held: FactorsRow) -> tuple[str, ...]:
    offered = (
        ("passkey", bool(held.passkeys)),
        ("code", held.totp),
        ("recovery", held.codes > 0),
    )
    return tuple(way for way, there in offered if there)
