"""What accounts have besides their password, for the operator: shown, counted, sealed again."""

from typing import Any, Final, Protocol

from chatd.auth.sealing import Sealer, WrongKey
from chatd.engine.factors import FactorReads, FactorsRow, ResealTotp
from chatd.engine.ports import Writer
from chatd.engine.unit import Unit

PAGE: Final = 500


class Sealed(Writer, FactorReads, Protocol):
    """The part of the store that this module uses."""


def shown(held: FactorsRow) -> list[dict[str, Any]]:
    """A row for each."""
    rows: list[dict[str, Any]] = [
        {"factor": "passkey", "name": row.name, "created": row.created, "seen": row.seen}
        for row in held.passkeys
    ]
    if held.totp:
        rows.append({"factor": "app", "name": "codes", "created": None, "seen": None})
    if held.codes:
        name = f"{held.codes} left"
        rows.append({"factor": "recovery codes", "name": name, "created": None, "seen": None})
    return rows


def counted(held: FactorsRow) -> dict[str, Any]:
    return {
        "app": held.totp,
        "passkeys": len(held.passkeys),
        "recovery_codes": held.codes,
    }


async def reseal(store: Sealed, sealer: Sealer, *, dry_run: bool) -> dict[str, Any]:
    """Seals every seed again that was sealed with the old key. ``lost``: seeds that neither key can
    open."""
    old = lost = 0
    after = ""
    while page := await store.totps(after, PAGE):
        after = page[-1].person
        for row in page:
            if not sealer.is_old(row.sealed):
                continue
            try:
                seed = sealer.open(row.sealed, row.person)
            except WrongKey:
                lost += 1
                continue
            old += 1
            if not dry_run:
                change = ResealTotp(row.person, row.sealed, sealer.seal(seed, row.person))
                await store.commit(Unit(actor=row.person, changes=(change,)))
    return {"old": old, "lost": lost, "sealed_anew": 0 if dry_run else old}
