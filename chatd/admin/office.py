"""What an administrator can have done, one function for each (those for accounts in `accounts`, for
what lets people in in `admission`); the daemon and chatctl share them.

Every function takes the `Office` and plain values and returns plain values: they travel as JSON
over the control socket. A `Refusal` says in words what is in the way.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chatd.admin import accounts, admission
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
from chatd.auth.account_links import AccountLinks
from chatd.auth.credentials import Credentials
from chatd.auth.invitations import Invitations
from chatd.auth.mail_words import What
from chatd.auth.notices import Notices
from chatd.auth.passwords import Passwords
from chatd.auth.sealing import Sealer
from chatd.chores.deletions import Deletions
from chatd.config.reload import NotReloaded
from chatd.core.codes import Code
from chatd.core.names import user_name
from chatd.core.refusal import Refusal
from chatd.edge.connections import Ended
from chatd.engine.accounts import UserRow
from chatd.engine.ports import Clock, Random, Store
from chatd.engine.unit import Change, Requirement, TakeBack, TakenBack, Unit
from chatd.watching.tap import Taps


class WatchDesk(Watching, Protocol):
    def figures(self) -> Awaitable[dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Office:
    """What the actions work on. ``status`` adds what only a running daemon knows; only that has a
    ``webhook``, a ``mailer``, ``notices`` to people, connections to close (``blocking``), to
    ``watch`` and to tap, and a door for a ``visit``."""

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
    notices: Notices | None = None
    blocking: BlockingDesk | None = None
    watch: WatchDesk | None = None
    taps: Taps | None = None
    visit: Callable[[], dict[str, Any]] | None = None
    reload: Callable[[bool], dict[str, Any]] | None = None

    async def named(self, name: str) -> UserRow:
        """Somebody's account; `not-found`."""
        row = await self.store.user_by_name(user_name(name, privileged=True))
        if row is None:
            raise Refusal(
                Code.NOT_FOUND,
                f"There is no account {name}: `chatctl user list` shows all, `chatctl user add"
                f" {name}` makes one.",
            )
        return row

    def tell(self, user: str, what: What) -> None:
        """Tells somebody what was done to their account, if the daemon runs, which alone sends
        mail."""
        if self.notices is not None:
            self.notices.tell(user, what, admin=True)

    async def commit(
        self,
        user: str,
        *changes: Change,
        requires: tuple[Requirement, ...] = (),
        dry_run: bool = False,
    ) -> None:
        """``dry_run``: refuses just the same, and does nothing."""
        if dry_run:
            changes = (*changes, TakeBack())
        try:
            await self.store.commit(Unit(user, requires, changes))
        except TakenBack:
            return

    def connected(self, user: str) -> list[str]:
        """The session or token on which each of somebody's connections rests."""
        if self.watch is None:
            return []
        return [each["session"] for each in self.watch.connections(user)]


async def status(office: Office) -> dict[str, Any]:
    """What the daemon is doing."""
    there = await office.store.all_files()
    return {
        "position": await office.store.position(),
        "files": f"{there.files}, {there.bytes / 2**20:.1f} MiB",
        "registration": office.invitations.registration,
        **office.status(),
    }


async def top(office: Office) -> dict[str, Any]:
    """The figures of this moment, for `chatctl top`."""
    if office.watch is None:
        raise Refusal(Code.WRONG_STATE, "The daemon is not running.")
    return await office.watch.figures()


async def visit(office: Office) -> dict[str, Any]:
    """What `chatctl doctor` comes in with, for some minutes, and what it compares."""
    if office.visit is None:
        raise Refusal(Code.UNAVAILABLE, "Only a running daemon can be visited.")
    return office.visit()


async def reload(office: Office, dry_run: bool = False) -> dict[str, Any]:
    """Reads the configuration again; ``dry_run`` only says what that would change. Refuses, saying
    what is wrong in it."""
    if office.reload is None:
        raise Refusal(Code.WRONG_STATE, "The daemon is not running.")
    try:
        return office.reload(dry_run)
    except NotReloaded as error:
        raise Refusal(Code.BAD_FIELD, "\n".join(error.wrong)) from None


Action = Callable[..., Awaitable[Any]]
#: By the name that travels over the control socket.
ACTIONS: Final[dict[str, Action]] = {
    function.__name__: function
    for function in (
        *accounts.ACTIONS,
        *admission.ACTIONS,
        address_block,
        address_unblock,
        address_list,
        status,
        reload,
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
