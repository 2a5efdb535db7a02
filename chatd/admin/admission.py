"""What lets people and programs in, for `chatctl invitation`, `session` and `token`: actions as in
`office`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from chatd.admin.numbers import LONGEST_DAYS, LONGEST_INVITATION_DAYS
from chatd.auth.invitations import MOST_USES
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.scopes import checked, stored
from chatd.engine.accounts import EndCredential, EndInvitation, InvitationRow

if TYPE_CHECKING:
    from chatd.admin.office import Office

DAY_MS: Final = 24 * 3_600_000
#: Most characters of a token's label, as in the HTTP API.
LABEL: Final = 80


async def invitation_create(office: Office, days: float = 7.0, uses: int = 1) -> dict[str, Any]:
    """A link with which ``uses`` people may make an account."""
    if not 0 < days <= LONGEST_INVITATION_DAYS or not 1 <= uses <= MOST_USES:
        raise Refusal(
            Code.BAD_FIELD, f"An invitation is good for 1 to {MOST_USES} uses and up to a year."
        )
    made = await office.invitations.create(None, int(days * DAY_MS), uses)
    link = f"{office.public_url}/#invitation={made.secret}"
    return {"id": made.id, "link": link, "expires": made.expires, "uses": made.uses}


async def invitation_list(office: Office) -> list[dict[str, Any]]:
    """Those by which somebody can still come in."""
    return [
        {
            "id": row.id,
            "by": await _by(office, row),
            "setup": row.admin,
            "created": row.created,
            "expires": row.expires,
            "uses_left": row.uses_left,
        }
        for row in await _open(office)
    ]


async def invitation_withdraw(office: Office, id: str, dry_run: bool = False) -> dict[str, Any]:
    """Nobody comes in by it any more; whoever has come stays."""
    found = [row for row in await _open(office) if row.id == id]
    if not found:
        raise Refusal(
            Code.NOT_FOUND, f"There is no open invitation {id}: see `chatctl invitation list`."
        )
    [row] = found
    await office.commit("", EndInvitation(row.id), dry_run=dry_run)
    by = await _by(office, row)
    return {"id": row.id, "by": by, "uses_left": row.uses_left, "dry_run": dry_run}


async def _open(office: Office) -> list[InvitationRow]:
    now = office.clock.wall()
    rows = await office.store.invitations()
    return [row for row in rows if row.expires > now and row.uses_left > 0]


async def _by(office: Office, row: InvitationRow) -> str | None:
    inviter = None if row.by is None else await office.store.user(row.by)
    return None if inviter is None else inviter.name


async def setup_link(office: Office) -> dict[str, Any]:
    """The link that makes the first administrator; refused if there is one."""
    made = await office.invitations.create_setup()
    if made is None:
        raise Refusal(
            Code.EXISTS,
            "This server has an administrator already; make another with"
            " `chatctl user add NAME --admin`.",
        )
    return {"link": f"{office.public_url}/#setup={made.secret}", "expires": made.expires}


async def token_create(
    office: Office,
    name: str,
    label: str = "",
    days: float | None = None,
    scopes: list[str] | None = None,
) -> dict[str, Any]:
    """A bearer token of an account, shown once. Without ``scopes`` it may do all its owner may."""
    row = await office.named(name)
    if row.disabled:
        raise Refusal(Code.WRONG_STATE, f"{row.name} is disabled; enable the account first.")
    if len(label) > LABEL:
        raise Refusal(Code.BAD_FIELD, f"A label has at most {LABEL} characters.", field="label")
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Refusal(
            Code.BAD_FIELD,
            f"A token is good for up to {LONGEST_DAYS} days, or has no end.",
            field="days",
        )
    lifetime = None if days is None else int(days * DAY_MS)
    limited = None if scopes is None else checked(scopes)
    made = await office.credentials.new_token(row.id, label, lifetime, limited, asker=None)
    return {
        "id": made.id,
        "token": made.secret,
        "expires": made.expires,
        "scopes": stored(limited),
    }


async def token_list(office: Office, name: str) -> list[dict[str, Any]]:
    """An account's sessions and tokens."""
    row = await office.named(name)
    return [
        {
            "id": credential.id,
            "kind": credential.kind,
            "label": credential.label,
            "address": credential.address,
            "created": credential.created,
            "seen": credential.seen,
            "expires": credential.expires,
            "scopes": stored(credential.scopes) or "all",
        }
        for credential in await office.store.credentials(row.id)
    ]


async def token_end(
    office: Office, name: str, id: str | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """Ends a session or token, all of them without ``id``; connections made with it are closed."""
    row = await office.named(name)
    held = [credential.id for credential in await office.store.credentials(row.id)]
    if id is not None and id not in held:
        raise Refusal(
            Code.NOT_FOUND,
            f"{row.name} has no session or token {id}: see `chatctl session list {row.name}`.",
        )
    on = office.connected(row.id)
    await office.commit(row.id, EndCredential(row.id, id), dry_run=dry_run)
    if not dry_run:
        office.ended(row.id, only=id)
    return {
        "user": row.id,
        "name": row.name,
        "ids": held if id is None else [id],
        "connections": len(on) if id is None else on.count(id),
        "dry_run": dry_run,
    }


ACTIONS: Final = (
    invitation_create,
    invitation_list,
    invitation_withdraw,
    setup_link,
    token_create,
    token_list,
    token_end,
)
