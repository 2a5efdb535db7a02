"""The store as authentication sees it, in memory: same answers, same refusals, no disk."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.account_links import SetLanguage
from chatd.engine.accounts import (
    CreateCredential,
    CreateInvitation,
    CreateTicket,
    CreateUser,
    CredentialRow,
    EndCredential,
    EndInvitation,
    InvitationRow,
    RenewCredential,
    SetDisabled,
    SetPassword,
    TicketRow,
    TouchCredential,
    UseInvitation,
    UserRow,
    UseTicket,
)
from chatd.engine.asking import CredentialHolds, IsAdministrator, PasswordIs
from chatd.engine.factors import RehashPassword
from chatd.engine.identities import (
    CreateIdentity,
    NamedRoom,
    ProviderSessionRow,
    SetConfined,
    Vouched,
)
from chatd.engine.rows import Answer, Committed
from chatd.engine.unit import AccountOpen, Change, Requirement, Unit
from tests.fakes.factors import FakeFactors


class FakeAccounts(FakeFactors):
    """``before`` runs ahead of each call, to fail it or to let something else happen first."""

    def __init__(self) -> None:
        super().__init__()
        self.users: dict[str, UserRow] = {}
        self.skeletons: set[str] = set()
        self.held: dict[bytes, CredentialRow] = {}
        self.invited: dict[bytes, InvitationRow] = {}
        self.tickets: dict[bytes, TicketRow] = {}
        self.identities: dict[tuple[str, str], str] = {}
        self.signers: dict[str, str] = {}
        self.languages: dict[str, str] = {}
        self.units: list[Unit] = []
        self.before: Any = None

    async def _arrive(self, what: str) -> None:
        if self.before is not None:
            await self.before(what)

    def asker(self, user: str) -> Principal:
        """Somebody who asks by a session that there is."""
        id, row = f"c-asking-{user}", self.users[user]
        self.held[id.encode()] = CredentialRow(
            id, "session", user, row.name, row.admin, False, "", 0, 0, None
        )
        return Principal(user, row.name, row.admin, "cookie", id)

    # Accounts.

    async def user(self, user: str) -> UserRow | None:
        await self._arrive("user")
        return self.users.get(user)

    async def user_by_name(self, name: str) -> UserRow | None:
        await self._arrive("user_by_name")
        return next((row for row in self.users.values() if row.name == name), None)

    async def credential(self, digest: bytes, *, arriving: bool = False) -> CredentialRow | None:
        await self._arrive("credential")
        row = self.held.get(digest)
        return None if row is None else self._joined(row)

    async def credentials(self, user: str) -> Sequence[CredentialRow]:
        await self._arrive("credentials")
        return [self._joined(row) for row in self.held.values() if row.user == user]

    async def invitation(self, digest: bytes) -> InvitationRow | None:
        await self._arrive("invitation")
        return self.invited.get(digest)

    async def invitations(self) -> Sequence[InvitationRow]:
        return list(self.invited.values())

    async def ticket(self, digest: bytes) -> TicketRow | None:
        await self._arrive("ticket")
        return self.tickets.get(digest)

    async def identity(self, issuer: str, subject: str) -> UserRow | None:
        return self.users.get(self.identities.get((issuer, subject), ""))

    async def provider_session(self, session: str) -> ProviderSessionRow | None:
        """Nobody comes from a provider here."""
        return None

    async def vouched(self) -> Sequence[Vouched]:
        await self._arrive("vouched")
        return [
            Vouched(row.user, row.id, self.signers[row.id])
            for row in self.held.values()
            if self.signers.get(row.id)
        ]

    async def rooms_named(self, user: str, names: Sequence[str]) -> Sequence[NamedRoom]:
        return ()

    async def has_admin(self) -> bool:
        return any(row.admin for row in self.users.values())

    def _joined(self, row: CredentialRow) -> CredentialRow:
        user = self.users[row.user]
        return with_fields(
            row,
            user_name=user.name,
            admin=user.admin,
            disabled=user.disabled,
            guest=user.kind == "guest",
        )

    # Writer.

    async def commit(self, unit: Unit) -> Committed:
        await self._arrive("commit")
        saved = [dict(table) for table in self._tables()]
        names, factors = set(self.skeletons), self.factor_tables()
        for wanted in unit.requires:
            self._require(wanted)
        try:
            for change in unit.changes:
                self._apply(change)
        except Refusal:
            self.users, self.held, self.invited, self.tickets = saved
            self.skeletons = names
            self.put_factors_back(factors)
            raise
        self.units.append(unit)
        return Committed(Answer())

    def _require(self, wanted: Requirement) -> None:
        match wanted:
            case AccountOpen():
                if self.users[wanted.user].disabled:
                    raise Refusal(Code.UNAUTHORIZED, "The account is disabled.")
            case CredentialHolds():
                rows = [row for row in self.held.values() if row.id == wanted.id]
                good = [r for r in rows if r.expires is None or r.expires > wanted.now]
                open = not self.users[wanted.user].disabled
                if not (open and [row.user for row in good] == [wanted.user]):
                    raise Refusal(Code.UNAUTHORIZED, "The session has ended.")
            case IsAdministrator():
                if not self.users[wanted.user].admin:
                    raise Refusal(Code.FORBIDDEN, "Only administrators do this.")
            case PasswordIs():
                if self.users[wanted.user].password != wanted.password:
                    raise Refusal(Code.FORBIDDEN, "The password was changed.")
            case _:
                raise AssertionError(f"nothing here requires {wanted}")

    def _tables(self) -> tuple[dict[Any, Any], ...]:
        return self.users, self.held, self.invited, self.tickets

    def _apply(self, change: Change) -> None:
        if self.apply_factor(change):
            return
        match change:
            case SetLanguage():
                self.languages[change.user] = change.language
            case RehashPassword():
                row = self.users[change.user]
                if row.password == change.before:
                    self.users[change.user] = replace(row, password=change.after)
            case CreateUser():
                if change.skeleton in self.skeletons:
                    raise Refusal(Code.NAME_TAKEN, "The name is taken.", field="name")
                self.skeletons.add(change.skeleton)
                self.users[change.user] = UserRow(
                    change.user,
                    change.name,
                    change.display,
                    change.password,
                    change.admin,
                    False,
                    change.at,
                    change.kind,
                )
            case CreateIdentity():
                self.identities[change.issuer, change.subject] = change.person
            case SetConfined():
                self.users[change.user] = replace(self.users[change.user], confined=change.confined)
            case SetPassword():
                self.users[change.user] = replace(self.users[change.user], password=change.password)
            case SetDisabled():
                self.users[change.user] = replace(self.users[change.user], disabled=change.disabled)
            case CreateCredential():
                held = [r for r in self.held.values() if (r.user, r.kind) == _whose(change)]
                if change.most is not None and len(held) >= change.most:
                    raise Refusal(Code.LIMIT_REACHED, "Too many tokens.")
                self.held[change.digest] = CredentialRow(
                    change.id,
                    change.kind,
                    change.user,
                    "",
                    False,
                    False,
                    change.label,
                    change.at,
                    change.at,
                    change.expires,
                    change.scopes,
                    change.address,
                )
                self.signers[change.id] = change.signer
            case TouchCredential():
                for digest, row in self.held.items():
                    if row.id == change.id:
                        ends = change.expires if row.kind == "session" else row.expires
                        self.held[digest] = with_fields(row, seen=change.seen, expires=ends)
            case RenewCredential():
                for digest, row in self.held.items():
                    if (row.id, row.user, row.kind) == (change.id, change.user, "site"):
                        self.held[digest] = with_fields(row, expires=change.expires)
                        self.signers[change.id] = change.signer
            case EndCredential():
                self.held = {
                    digest: row
                    for digest, row in self.held.items()
                    if row.user != change.user
                    or row.id == change.but
                    or change.id not in (None, row.id)
                }
            case CreateInvitation():
                rows = [r for r in self.invited.values() if r.by == change.by]
                still = [r for r in rows if r.expires > change.at and r.uses_left]
                if change.most is not None and len(still) >= change.most:
                    raise Refusal(Code.LIMIT_REACHED, "Too many invitations.")
                self.invited[change.digest] = InvitationRow(
                    change.id, change.by, change.admin, change.at, change.expires, change.uses
                )
            case UseInvitation():
                invited = self.invited.get(change.digest)
                if invited is None or invited.uses_left < 1 or invited.expires <= change.now:
                    raise Refusal(Code.GONE, "The invitation is gone.")
                self.invited[change.digest] = replace(invited, uses_left=invited.uses_left - 1)
                if invited.admin:
                    self.invited = {d: r for d, r in self.invited.items() if not r.admin}
            case EndInvitation():
                self.invited = {d: r for d, r in self.invited.items() if r.id != change.id}
            case CreateTicket():
                self.tickets[change.digest] = TicketRow(
                    change.user, change.session, change.origin, change.expires
                )
            case UseTicket():
                ticket = self.tickets.pop(change.digest, None)
                if ticket is None or ticket.expires <= change.now:
                    raise Refusal(Code.UNAUTHORIZED, "The ticket is not good.")
            case _:
                raise AssertionError(f"nothing here makes {change}")


def _whose(change: CreateCredential) -> tuple[str, str]:
    return change.user, change.kind
