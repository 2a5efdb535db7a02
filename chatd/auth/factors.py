"""What somebody adds to their password, and takes away again, each time by the password.

A session that was left open or stolen is not enough to change how its owner gets in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chatd.auth.challenges import Challenges
from chatd.auth.login import Address, Login
from chatd.auth.mail_words import What
from chatd.auth.notices import Notices
from chatd.auth.recovery_codes import digest, new_codes
from chatd.auth.sealing import Sealer, WrongKey
from chatd.auth.second_factor import FactorStore
from chatd.auth.steps import Steps
from chatd.auth.totp import SEED_BYTES, address, fitting_step, in_letters, picture
from chatd.auth.webauthn import WebAuthn, challenge_of
from chatd.core.bucket import Buckets, Rate
from chatd.core.codes import Code
from chatd.core.names import title
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.accounts import UserRow
from chatd.engine.asking import asked
from chatd.engine.factors import (
    AddPasskey,
    FactorsRow,
    PasskeyRow,
    RemovePasskey,
    RemoveTotp,
    RenamePasskey,
    SetRecoveryCodes,
    SetTotp,
    UseTotp,
)
from chatd.engine.ports import Clock, Random
from chatd.engine.unit import Change

#: Most passkeys of one account.
MOST_PASSKEYS: Final = 20
#: First codes from an app that is being set up, by account.
CONFIRMATIONS: Final = Rate(1 / 10, 10)


@dataclass(frozen=True, slots=True)
class Offered:
    """A new seed: in letters, as the address that an app reads, and that address as a drawing, see
    `totp.picture`."""

    secret: str
    address: str
    size: int
    path: str


class Factors:
    """``issuer`` is what apps call this server."""

    def __init__(
        self,
        store: FactorStore,
        login: Login,
        steps: Steps,
        challenges: Challenges,
        webauthn: WebAuthn,
        sealer: Sealer,
        notices: Notices,
        clock: Clock,
        random: Random,
        issuer: str,
    ) -> None:
        self._store = store
        self._login = login
        self._steps = steps
        self._challenges = challenges
        self._webauthn = webauthn
        self._sealer = sealer
        self._notices = notices
        self._clock = clock
        self._random = random
        self._issuer = issuer
        self._confirmations: Buckets[str] = Buckets(CONFIRMATIONS)

    async def held(self, user: str) -> FactorsRow:
        return await self._store.factors(user)

    # An authenticator app.

    async def offer_totp(self, who: Principal, password: str, where: Address) -> Offered:
        """A seed for an app. It counts once a code of it was shown; `exists` if one counts."""
        row = await self._login.prove(who.user, password, where)
        seed = self._random(SEED_BYTES)
        sealed = self._sealer.seal(seed, who.user)
        await self._commit(who, SetTotp(who.user, sealed, self._clock.wall()), proven=row)
        text = address(seed, self._issuer, row.name)
        size, path = picture(text)
        return Offered(in_letters(seed), text, size, path)

    async def confirm_totp(self, who: Principal, code: str) -> tuple[str, ...]:
        """The app works, as a code from it shows. Recovery codes, if there are none yet."""
        user = who.user
        self._charge(user)
        row = await self._store.totp(user)
        if row is None or row.confirmed:
            raise Refusal(Code.WRONG_STATE, "No app is being set up; begin anew.")
        try:
            seed = self._sealer.open(row.sealed, user)
        except WrongKey:
            raise Refusal(Code.WRONG_STATE, "No app is being set up; begin anew.") from None
        step = fitting_step(seed, code, self._clock.wall())
        if step is None:
            raise Refusal(
                Code.FORBIDDEN,
                "The code is wrong. Does the clock of the phone tell the right time?",
                field="code",
            )
        codes, setting = await self._first_codes(user)
        await self._commit(who, UseTotp(user, step, confirm=True), *setting)
        self._changed(user, "code app added")
        return codes

    async def remove_totp(self, who: Principal, password: str, where: Address) -> None:
        row = await self._login.prove(who.user, password, where)
        await self._commit(who, RemoveTotp(who.user), proven=row)
        self._changed(who.user, "code app removed")

    # Recovery codes.

    async def new_recovery_codes(
        self, who: Principal, password: str, where: Address
    ) -> tuple[str, ...]:
        """New ones, shown once; the old ones no longer work."""
        row = await self._login.prove(who.user, password, where)
        if not (await self._store.factors(who.user)).any:
            raise Refusal(
                Code.WRONG_STATE, "Recovery codes stand in for an app or a passkey; add one first."
            )
        codes, setting = self._codes(who.user)
        await self._commit(who, setting, proven=row)
        self._notices.tell(who.user, "recovery codes made")
        return codes

    # Passkeys.

    async def offer_passkey(self, who: Principal, password: str, where: Address) -> dict[str, Any]:
        """What a browser is asked, to make one."""
        user = who.user
        row = await self._login.prove(user, password, where)
        held = (await self._store.factors(user)).passkeys
        if len(held) >= MOST_PASSKEYS:
            raise Refusal(
                Code.LIMIT_REACHED, f"You have {MOST_PASSKEYS} passkeys; remove one of them first."
            )
        challenge = self._challenges.issue("passkey", f"{user} {who.session}")
        return self._webauthn.creation(challenge, user, row.name, row.display, held)

    async def add_passkey(
        self, who: Principal, name: str, answer: Mapping[str, Any]
    ) -> tuple[PasskeyRow, tuple[str, ...]]:
        """The passkey that the browser made, for the session that asked for it. The first brings
        recovery codes, if there are none yet."""
        shown, user = title(name, field="name"), who.user
        challenge = challenge_of(answer)
        self._challenges.check(challenge, "passkey", f"{user} {who.session}")
        made = self._webauthn.made(answer, challenge)
        self._challenges.use(challenge)
        row = PasskeyRow(made.id, user, shown, made.key, made.count, self._clock.wall(), None)
        codes, setting = await self._first_codes(user)
        await self._commit(who, AddPasskey(row, MOST_PASSKEYS), *setting)
        self._changed(user, "passkey added")
        return row, codes

    async def rename_passkey(self, who: Principal, id: bytes, name: str) -> None:
        await self._commit(who, RenamePasskey(who.user, id, title(name, field="name")))

    async def remove_passkey(
        self, who: Principal, id: bytes, password: str, where: Address
    ) -> None:
        row = await self._login.prove(who.user, password, where)
        await self._commit(who, RemovePasskey(who.user, id), proven=row)
        self._changed(who.user, "passkey removed")

    # Inside.

    async def _first_codes(self, user: str) -> tuple[tuple[str, ...], tuple[Change, ...]]:
        if (await self._store.factors(user)).codes:
            return (), ()
        codes, setting = self._codes(user)
        return codes, (setting,)

    def _codes(self, user: str) -> tuple[tuple[str, ...], SetRecoveryCodes]:
        codes = new_codes(self._random)
        digests = tuple(made for made in map(digest, codes) if made is not None)
        return codes, SetRecoveryCodes(user, digests, self._clock.wall())

    def _changed(self, user: str, what: What) -> None:
        """Anyone on their way in begins again, and the account's owner is told."""
        self._steps.end_all(user)
        self._notices.tell(user, what)

    def _charge(self, user: str) -> None:
        if wait := self._confirmations.take(user, 1, self._clock.now()):
            raise Refusal(Code.RATE_LIMITED, "Too many tries; wait a little.", retry_after=wait)

    async def _commit(
        self, who: Principal, *changes: Change, proven: UserRow | None = None
    ) -> None:
        """``proven``: the account as it was when its password was shown for this."""
        password = None if proven is None else proven.password
        await self._store.commit(asked(who, self._clock.wall(), *changes, password=password))
