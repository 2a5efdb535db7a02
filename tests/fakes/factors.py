"""Second factors as the store keeps them, in memory: same answers, same refusals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.factors import (
    AddPasskey,
    FactorsRow,
    PasskeyRow,
    RemoveFactors,
    RemovePasskey,
    RemoveTotp,
    RenamePasskey,
    ResealTotp,
    SetRecoveryCodes,
    SetTotp,
    TotpRow,
    UsePasskey,
    UseRecoveryCode,
    UseTotp,
)
from chatd.engine.unit import Change


class FakeFactors:
    def __init__(self) -> None:
        self.seeds: dict[str, TotpRow] = {}
        self.codes: dict[str, set[bytes]] = {}
        self.passkeys: dict[bytes, PasskeyRow] = {}

    async def factors(self, user: str) -> FactorsRow:
        seed = self.seeds.get(user)
        held = tuple(row for row in self.passkeys.values() if row.person == user)
        return FactorsRow(bool(seed and seed.confirmed), len(self.codes.get(user, ())), held)

    async def totp(self, user: str) -> TotpRow | None:
        return self.seeds.get(user)

    async def totps(self, after: str, limit: int) -> Sequence[TotpRow]:
        return [self.seeds[user] for user in sorted(self.seeds) if user > after][:limit]

    async def passkey(self, id: bytes) -> PasskeyRow | None:
        return self.passkeys.get(id)

    def factor_tables(self) -> tuple[Any, ...]:
        return dict(self.seeds), {k: set(v) for k, v in self.codes.items()}, dict(self.passkeys)

    def put_factors_back(self, saved: tuple[Any, ...]) -> None:
        self.seeds, self.codes, self.passkeys = saved

    def apply_factor(self, change: Change) -> bool:
        """Whether it was one of these."""
        match change:
            case SetTotp():
                if (held := self.seeds.get(change.user)) is not None and held.confirmed:
                    raise Refusal(Code.EXISTS, "There is one.")
                self.seeds[change.user] = TotpRow(change.user, change.sealed, False, 0)
            case UseTotp():
                row = self.seeds.get(change.user)
                if row is None or row.step >= change.step or row.confirmed is change.confirm:
                    raise Refusal(Code.UNAUTHORIZED, "The code was used.")
                self.seeds[change.user] = replace(
                    row, step=change.step, confirmed=True, sealed=change.sealed or row.sealed
                )
            case ResealTotp():
                row = self.seeds[change.user]
                self.seeds[change.user] = replace(row, sealed=change.after)
            case RemoveTotp():
                self.seeds.pop(change.user, None)
                self._forget_codes(change.user)
            case SetRecoveryCodes():
                self.codes[change.user] = set(change.digests)
            case UseRecoveryCode():
                if change.digest not in self.codes.get(change.user, ()):
                    raise Refusal(Code.UNAUTHORIZED, "No such code.")
                self.codes[change.user].remove(change.digest)
            case AddPasskey():
                if change.row.id in self.passkeys:
                    raise Refusal(Code.EXISTS, "It is known.")
                self.passkeys[change.row.id] = change.row
            case UsePasskey():
                key = self.passkeys.get(change.id)
                if key is None or key.person != change.user:
                    raise Refusal(Code.UNAUTHORIZED, "It is gone.")
                if not (key.count < change.count or key.count == change.count == 0):
                    raise Refusal(Code.UNAUTHORIZED, "It is a copy.")
                self.passkeys[change.id] = replace(key, count=change.count, seen=change.at)
            case RenamePasskey():
                self._own(change.user, change.id)
                self.passkeys[change.id] = replace(self.passkeys[change.id], name=change.name)
            case RemovePasskey():
                self._own(change.user, change.id)
                del self.passkeys[change.id]
                self._forget_codes(change.user)
            case RemoveFactors():
                self.seeds.pop(change.user, None)
                self.codes.pop(change.user, None)
                self.passkeys = {i: r for i, r in self.passkeys.items() if r.person != change.user}
            case _:
                return False
        return True

    def _own(self, user: str, id: bytes) -> None:
        row = self.passkeys.get(id)
        if row is None or row.person != user:
            raise Refusal(Code.NOT_FOUND, "No such passkey.", field="passkey")

    def _forget_codes(self, user: str) -> None:
        seed = self.seeds.get(user)
        if not (seed and seed.confirmed) and not any(
            row.person == user for row in self.passkeys.values()
        ):
            self.codes.pop(user, None)
