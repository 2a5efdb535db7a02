"""What an administrator can have done, one function for each; the daemon and chatctl share them.

Every function takes the `Office` and plain values and returns plain values: they travel as JSON
over the control socket. A `Refusal` says in words what is in the way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chatd.admin import factors
from chatd.admin.addresses import (
    BlockingDesk,
    address_block,
    address_list,
    address_unblock,
)
from chatd.admin.outgoing import (
    MailDesk,
    WebhookDesk,
    mail_test,
    webhook_status,
    webhook_test,
)
from chatd.admin.tracing import Watching, trace
from chatd.auth.account_links import BY_HAND_MS, AccountLinks
from chatd.auth.credentials import Credentials
from chatd.auth.invitations import MOST_USES, Invitations
from chatd.auth.passwords import Passwords
from chatd.auth.sealing import Sealer
from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.core.scopes import checked, stored
from chatd.deletions import Deletions
from chatd.edge.connections import Ended
from chatd.engine.accounts import (
    CreateUser,
    EndCredential,
    SetAdmin,
    SetDisabled,
    SetPassword,
    UserRow,
)
from chatd.engine.factors import RemoveFactors
from chatd.engine.ports import Clock, Random, Store
from chatd.engine.unit import Change, Unit
from chatd.tap import Taps

DAY_MS: Final = 24 * 3_600_000
PAGE: Final = 500


class WatchDesk(Watching, Protocol):
    def figures(self) -> Awaitable[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Office:
    """What the actions work on. ``status`` adds what only a running daemon knows, which alone has a
    ``webhook``, a ``mailer``, connections to close (``blocking``), to ``watch`` and to tap, and a
    door for a ``visit``."""

    store: Store
    credentials: Credentials
    invitations: Invitations
    links: AccountLinks
    deletions: Deletions
    sealer: Sealer
    passwords: Passwords
    clock: Clock
    random: Random
    ended: Ended
    public_url: str
    status: Callable[[], dict[str, Any]]
    webhook: WebhookDesk | None = None
    mailer: MailDesk | None = None
    blocking: BlockingDesk | None = None
    watch: WatchDesk | None = None
    taps: Taps | None = None
    visit: Callable[[], dict[str, Any]] | None = None


async def user_add(
    office: Office, name: str, password: str | None = None, admin: bool = False
) -> dict[str, Any]:
    """A new account; without a password it can sign in by token only."""
    plain = user_name(name, privileged=True)
    encoded = None if password is None else await office.passwords.hash(password, plain)
    user = user_id(office.random)
    await _commit(
        office,
        user,
        CreateUser(user, plain, skeleton(plain), plain, encoded, admin, office.clock.wall()),
    )
    return {"user": user, "name": plain, "admin": admin}


async def user_list(office: Office) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while page := await office.store.users(after, PAGE):
        found += [
            {
                "user": row.id,
                "name": row.name,
                "admin": row.admin,
                "disabled": row.disabled,
                "created": row.created,
            }
            for row in page
        ]
        after = page[-1].name
    return found


async def user_password(office: Office, name: str, password: str) -> dict[str, Any]:
    """A new password; every session and token of the account ends."""
    row = await _user(office, name)
    encoded = await office.passwords.hash(password, row.name)
    await _commit(office, row.id, SetPassword(row.id, encoded), EndCredential(row.id))
    office.ended(row.id)
    return {"user": row.id, "name": row.name}


async def user_reset(office: Office, name: str) -> dict[str, Any]:
    """A link that lets somebody choose a new password; the one before ends."""
    row = await _user(office, name)
    if row.disabled:
        raise Refusal(Code.WRONG_STATE, f"{row.name} is disabled; enable the account first.")
    made = await office.links.make("reset", row.id, BY_HAND_MS)
    return {"link": f"{office.public_url}/#reset={made.secret}", "expires": made.expires}


async def user_delete(office: Office, name: str, erase: bool = False) -> dict[str, Any]:
    """Deletes an account for good; with ``erase`` what it said, too."""
    row = await _user(office, name)
    await office.deletions.delete(row.id, erase=erase)
    office.ended(row.id)
    return {"user": row.id, "name": row.name, "erase": erase}


async def user_disable(office: Office, name: str, disabled: bool = True) -> dict[str, Any]:
    """Out at once and until enabled again; or back in."""
    row = await _user(office, name)
    await _commit(office, row.id, SetDisabled(row.id, disabled, office.clock.wall()))
    if disabled:
        office.ended(row.id)
    return {"user": row.id, "name": row.name, "disabled": disabled}


async def user_admin(office: Office, name: str, admin: bool = True) -> dict[str, Any]:
    """Makes an administrator of somebody, or no longer."""
    row = await _user(office, name)
    await _commit(office, row.id, SetAdmin(row.id, admin))
    return {"user": row.id, "name": row.name, "admin": admin}


async def user_factors(office: Office, name: str) -> list[dict[str, Any]]:
    """What an account has besides its password."""
    row = await _user(office, name)
    return factors.shown(await office.store.factors(row.id))


async def user_reset_factors(office: Office, name: str, dry_run: bool = False) -> dict[str, Any]:
    """Takes all of them away, for who lost them; every session and token ends. ``dry_run``: only
    says what would go."""
    row = await _user(office, name)
    held = await office.store.factors(row.id)
    if not dry_run:
        await _commit(office, row.id, RemoveFactors(row.id), EndCredential(row.id))
        office.ended(row.id)
    return {"user": row.id, "name": row.name, **factors.counted(held), "removed": not dry_run}


async def reseal(office: Office, dry_run: bool = False) -> dict[str, Any]:
    """Seals what is sealed with the server's old key with that of today."""
    return await factors.reseal(office.store, office.sealer, dry_run=dry_run)


async def invitation_create(office: Office, days: float = 7.0, uses: int = 1) -> dict[str, Any]:
    """A link with which ``uses`` people may make an account."""
    if not 0 < days <= 365 or not 1 <= uses <= MOST_USES:
        raise Refusal(
            Code.BAD_FIELD, f"An invitation is good for 1 to {MOST_USES} uses and up to a year."
        )
    made = await office.invitations.create(None, int(days * DAY_MS), uses)
    link = f"{office.public_url}/#invitation={made.secret}"
    return {"id": made.id, "link": link, "expires": made.expires, "uses": made.uses}


async def setup_link(office: Office) -> dict[str, Any]:
    """The link that makes the first administrator; refused where there is one."""
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
    row = await _user(office, name)
    if row.disabled:
        raise Refusal(Code.WRONG_STATE, f"{row.name} is disabled; enable the account first.")
    lifetime = None if days is None else int(days * DAY_MS)
    limited = None if scopes is None else checked(scopes)
    made = await office.credentials.new_token(row.id, label, lifetime, limited)
    return {
        "id": made.id,
        "token": made.secret,
        "expires": made.expires,
        "scopes": stored(limited),
    }


async def token_list(office: Office, name: str) -> list[dict[str, Any]]:
    """An account's sessions and tokens."""
    row = await _user(office, name)
    return [
        {
            "id": credential.id,
            "kind": credential.kind,
            "label": credential.label,
            "created": credential.created,
            "seen": credential.seen,
            "expires": credential.expires,
            "scopes": stored(credential.scopes) or "all",
        }
        for credential in await office.store.credentials(row.id)
    ]


async def token_end(office: Office, name: str, id: str) -> dict[str, Any]:
    """Ends a session or token; connections made with it are closed."""
    row = await _user(office, name)
    held = [credential.id for credential in await office.store.credentials(row.id)]
    if id not in held:
        raise Refusal(
            Code.NOT_FOUND,
            f"{row.name} has no session or token {id}: see `chatctl token list {row.name}`.",
        )
    await office.credentials.end(row.id, id)
    office.ended(row.id, only=id)
    return {"id": id}


async def status(office: Office) -> dict[str, Any]:
    """What the daemon is doing."""
    return {
        "position": await office.store.position(),
        "registration": office.invitations.registration,
        **office.status(),
    }


async def top(office: Office) -> dict[str, Any]:
    """The figures of this moment, for `chatctl top`."""
    if office.watch is None:
        raise Refusal(Code.WRONG_STATE, "The daemon is not running.")
    return await office.watch.figures()


async def visit(office: Office) -> dict[str, Any]:
    """What `chatctl doctor` comes in by, for some minutes, and what it compares."""
    if office.visit is None:
        raise Refusal(Code.UNAVAILABLE, "Only a running daemon can be visited.")
    return office.visit()


async def _user(office: Office, name: str) -> UserRow:
    row = await office.store.user_by_name(user_name(name, privileged=True))
    if row is None:
        raise Refusal(
            Code.NOT_FOUND,
            f"There is no account {name}: `chatctl user list` shows all, `chatctl user add {name}`"
            " makes one.",
        )
    return row


async def _commit(office: Office, user: str, *changes: Change) -> None:
    await office.store.commit(Unit(user, changes=changes))


Action = Callable[..., Awaitable[Any]]
#: By the name that travels over the control socket.
ACTIONS: Final[dict[str, Action]] = {
    function.__name__: function
    for function in (
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
        invitation_create,
        setup_link,
        token_create,
        token_list,
        token_end,
        address_block,
        address_unblock,
        address_list,
        status,
        top,
        trace,
        visit,
        webhook_test,
        webhook_status,
        mail_test,
    )
}


async def perform(office: Office, action: str, arguments: dict[str, Any]) -> Any:
    """Carries out a named action; `unknown-type` and `bad-field` for what does not exist."""
    function = ACTIONS.get(action)
    if function is None:
        raise Refusal(Code.UNKNOWN_TYPE, f"There is no action {action!r}.")
    try:
        waiting = function(office, **arguments)
    except TypeError as error:
        raise Refusal(Code.BAD_FIELD, f"{action}: {error}.") from None
    return await waiting
