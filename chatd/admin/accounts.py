"""Accounts, for `chatctl user`: actions as in `office`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatd.admin import factors
from chatd.auth.account_links import BY_HAND_MS
from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.engine.accounts import (
    CreateUser,
    EndCredential,
    SetAdmin,
    SetDisabled,
    SetPassword,
    UserRow,
)
from chatd.engine.deletion import NotLastAdministrator
from chatd.engine.factors import RemoveFactors
from chatd.engine.rows import UserKind

if TYPE_CHECKING:
    from chatd.admin.office import Office

PAGE: Final = 500


async def user_add(
    office: Office, name: str, password: str | None = None, admin: bool = False, bot: bool = False
) -> dict[str, Any]:
    """A new account, a program's if it is a ``bot``; without a password it can sign in only by
    token."""
    plain = user_name(name, privileged=True)
    encoded = None if password is None else await office.passwords.hash(password, plain)
    user, now = user_id(office.random), office.clock.wall()
    kind: UserKind = "bot" if bot else "person"
    account = CreateUser(user, plain, skeleton(plain), plain, encoded, admin, now, kind)
    await office.commit(user, account)
    return {"user": user, "name": plain, "kind": kind, "admin": admin}


async def user_list(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while page := await office.store.users(after, PAGE):
        found += [
            {
                "user": row.id,
                "name": row.name,
                "kind": row.kind,
                "admin": row.admin,
                "disabled": row.disabled,
                "created": row.created,
            }
            for row in page
        ]
        after = page[-1].name
    return found


async def user_password(
    office: Office, name: str, password: str = "", dry_run: bool = False
) -> dict[str, Any]:
    """A new password; every session and token of the account ends."""
    row = await office.named(name)
    at_stake = await _stake(office, row)
    if not dry_run:
        encoded = await office.passwords.hash(password, row.name)
        await office.commit(row.id, SetPassword(row.id, encoded), EndCredential(row.id))
        office.ended(row.id)
        office.tell(row.id, "password")
    return {**at_stake, "dry_run": dry_run}


async def user_reset(office: Office, name: str) -> dict[str, Any]:
    """A link that lets somebody choose a new password; the previous one ends."""
    row = await office.named(name)
    if row.disabled:
        raise Refusal(Code.WRONG_STATE, f"{row.name} is disabled; enable the account first.")
    made = await office.links.make("reset", row.id, BY_HAND_MS, requires=())
    return {"link": f"{office.public_url}/#reset={made.secret}", "expires": made.expires}


async def user_delete(
    office: Office, name: str, erase: bool = False, dry_run: bool = False
) -> dict[str, Any]:
    """Deletes an account for good; with ``erase`` also what it said."""
    row = await office.named(name)
    await office.deletions.rehearse(row.id, erase=erase)
    rooms, messages = await office.deletions.stake(row.id)
    told = {
        **await _stake(office, row),
        "erase": erase,
        "rooms": rooms,
        "messages": messages,
        "dry_run": dry_run,
    }
    if not dry_run:
        await office.deletions.delete(row.id, erase=erase, asker=None)
        office.ended(row.id)
    return told


async def user_disable(
    office: Office, name: str, disabled: bool = True, dry_run: bool = False
) -> dict[str, Any]:
    """Out at once and until enabled again; or back in."""
    row = await office.named(name)
    at_stake = await _stake(office, row) if disabled else _nothing(row)
    invitations = await _invitations(office, row) if disabled else 0
    change = SetDisabled(row.id, disabled, office.clock.wall())
    await office.commit(row.id, change, dry_run=dry_run)
    if disabled and not dry_run:
        office.ended(row.id)
    return {**at_stake, "disabled": disabled, "invitations": invitations, "dry_run": dry_run}


async def user_admin(
    office: Office, name: str, admin: bool = True, dry_run: bool = False
) -> dict[str, Any]:
    """Makes somebody an administrator, or no longer one."""
    row = await office.named(name)
    invitations = 0 if admin else await _invitations(office, row)
    requires = () if admin else (NotLastAdministrator(row.id),)
    await office.commit(row.id, SetAdmin(row.id, admin), requires=requires, dry_run=dry_run)
    return {
        "user": row.id,
        "name": row.name,
        "admin": admin,
        "invitations": invitations,
        "dry_run": dry_run,
    }


async def user_factors(office: Office, name: str) -> list[dict[str, Any]]:
    """What an account has besides its password."""
    row = await office.named(name)
    return factors.shown(await office.store.factors(row.id))


async def user_reset_factors(office: Office, name: str, dry_run: bool = False) -> dict[str, Any]:
    """Takes all of them away, for somebody who lost them; every session and token ends."""
    row = await office.named(name)
    held = await office.store.factors(row.id)
    at_stake = await _stake(office, row)
    await office.commit(row.id, RemoveFactors(row.id), EndCredential(row.id), dry_run=dry_run)
    if not dry_run:
        office.ended(row.id)
        if held.any:
            office.tell(row.id, "factors removed")
    return {**at_stake, **factors.counted(held), "dry_run": dry_run}


async def reseal(office: Office, dry_run: bool = False) -> dict[str, Any]:
    """Seals again with today's server key what is sealed with the old one."""
    return await factors.reseal(office.store, office.sealer, dry_run=dry_run)


async def _stake(office: Office, row: UserRow) -> dict[str, Any]:
    """What ends with somebody's credentials."""
    return {
        "user": row.id,
        "name": row.name,
        "ended": len(await office.store.credentials(row.id)),
        "connections": len(office.connected(row.id)),
    }


def _nothing(row: UserRow) -> dict[str, Any]:
    return {"user": row.id, "name": row.name, "ended": 0, "connections": 0}


async def _invitations(office: Office, row: UserRow) -> int:
    now = office.clock.wall()
    return sum(
        each.by == row.id and each.expires > now and each.uses_left > 0
        for each in await office.store.invitations()
    )


ACTIONS: Final = (
    user_add,
    user_list,
    user_password,
    user_reset,
    user_delete,
    user_disable,
    user_admin,
    user_factors,
    user_reset_factors,
    reseal,
)
