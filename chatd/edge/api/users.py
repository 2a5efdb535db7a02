"""Accounts, for administrators: list, make, rename, disable, sign out."""

from typing import Annotated, Final, Literal

import msgspec

from chatd.core.codes import Code
from chatd.core.ids import user_id
from chatd.core.lookalikes import skeleton
from chatd.core.names import title, user_name
from chatd.core.refusal import Refusal
from chatd.edge.api.calls import Call, Caller, Input, Nothing, Output
from chatd.edge.api.desk import Desk
from chatd.edge.bodies import Password, Word
from chatd.engine.accounts import (
    CreateUser,
    EndCredential,
    RenameUser,
    SetDisabled,
    SetDisplay,
    UserRow,
)
from chatd.engine.asking import asked
from chatd.engine.profiles import TellPerson
from chatd.engine.rows import UserKind
from chatd.engine.unit import Change
from chatd.features.person_shapes import person_changed
from chatd.wire.frames import Millis, UserRef

PageSize = Annotated[int, msgspec.Meta(ge=1, le=500, description="Accounts wanted.")]


class Account(Output, frozen=True, kw_only=True):
    """An account. ``display`` is the name that people see."""

    user: str
    name: str
    display: str
    kind: UserKind
    admin: bool
    disabled: bool
    created: Millis


class Accounts(Output, frozen=True, kw_only=True):
    """A page of accounts by name. With ``more`` there are others after the last one."""

    users: list[Account]
    more: bool = False


class ListUsers(Input, frozen=True, kw_only=True):
    """All accounts by name, a page at a time: ``after`` is the last name seen."""

    after: Word | None = None
    limit: PageSize = 100


class GetUser(Input, frozen=True, kw_only=True):
    user: UserRef


class NewUser(Input, frozen=True, kw_only=True):
    """Without a password the account is used only with tokens and tickets. ``display`` is ``name``
    unless given. No administrator is made here."""

    name: Word
    display: Word | None = None
    kind: Literal["person", "bot"] = "person"
    password: Password | None = None


class ChangeUser(Input, frozen=True, kw_only=True):
    """What is left out stays. Disabling takes effect at once: sessions, tokens, connections end."""

    user: UserRef
    name: Word | None = None
    display: Word | None = None
    disabled: bool | None = None


class LogOut(Input, frozen=True, kw_only=True):
    """Ends every session and token of the account and closes its connections."""

    user: UserRef


async def list_users(desk: Desk, wanted: ListUsers, caller: Caller) -> Accounts:
    rows = await desk.store.users(wanted.after, wanted.limit + 1)
    return Accounts(
        users=[_account(row) for row in rows[: wanted.limit]], more=len(rows) > wanted.limit
    )


async def get_user(desk: Desk, wanted: GetUser, caller: Caller) -> Account:
    return _account(await _row(desk, wanted.user))


async def create_user(desk: Desk, wanted: NewUser, caller: Caller) -> Account:
    # A site may pass on what strangers typed; names that speak for the server are for chatctl.
    name = user_name(wanted.name)
    display = title(wanted.display, field="display") if wanted.display else name
    password = None
    if wanted.password is not None:
        password = await desk.passwords.hash(wanted.password, name)
    user = user_id(desk.random)
    change = CreateUser(
        user, name, skeleton(name), display, password, False, desk.clock.wall(), wanted.kind
    )
    await _commit(desk, caller, change)
    return _account(await _row(desk, user))


async def change_user(desk: Desk, wanted: ChangeUser, caller: Caller) -> Account:
    row = await _row(desk, wanted.user)
    changes: list[Change] = []
    name = row.name if wanted.name is None else user_name(wanted.name)
    if name != row.name:
        changes.append(RenameUser(row.id, name, skeleton(name)))
    if wanted.display is not None:
        changes.append(SetDisplay(row.id, title(wanted.display, field="display")))
    if wanted.disabled is not None and wanted.disabled != row.disabled:
        if row.id == caller.principal.user:
            raise Refusal(
                Code.WRONG_STATE,
                "One does not disable oneself; another administrator can.",
                field="disabled",
            )
        changes.append(SetDisabled(row.id, wanted.disabled, desk.clock.wall()))
    if changes:
        told = TellPerson(row.id, desk.clock.wall(), person_changed)
        await _commit(desk, caller, *changes, told)
    if name != row.name:
        desk.chat.company.renamed(row.id, name)
    if wanted.disabled:
        desk.ended(row.id)
    return _account(await _row(desk, row.id))


async def log_out(desk: Desk, wanted: LogOut, caller: Caller) -> Nothing:
    row = await _row(desk, wanted.user)
    await _commit(desk, caller, EndCredential(row.id))
    desk.ended(row.id)
    return Nothing()


async def _row(desk: Desk, user: str) -> UserRow:
    row = await desk.store.user(user)
    if row is None:
        raise Refusal(Code.NOT_FOUND, "There is no such account.", field="user")
    return row


async def _commit(desk: Desk, caller: Caller, *changes: Change) -> None:
    """What an administrator alone changes, as long as they are one."""
    await desk.store.commit(asked(caller.principal, desk.clock.wall(), *changes, admin=True))


def _account(row: UserRow) -> Account:
    return Account(
        user=row.id,
        name=row.name,
        display=row.display,
        kind=row.kind,
        admin=row.admin,
        disabled=row.disabled,
        created=row.created,
    )


USER: Final = "/users/{user}"
CALLS: Final = (
    Call(
        "GET",
        "/users",
        ListUsers,
        "All accounts",
        "users:read",
        admin=True,
        run=list_users,
        output=Accounts,
    ),
    Call(
        "POST",
        "/users",
        NewUser,
        "Make an account",
        "users:write",
        admin=True,
        status=201,
        location=USER,
        cost=5,
        run=create_user,
        output=Account,
        refused=(Code.NAME_TAKEN, Code.BAD_FIELD, Code.BUSY),
    ),
    Call(
        "GET",
        USER,
        GetUser,
        "One account",
        "users:read",
        admin=True,
        run=get_user,
        output=Account,
        refused=(Code.NOT_FOUND,),
    ),
    Call(
        "PATCH",
        USER,
        ChangeUser,
        "Rename, disable or enable an account",
        "users:write",
        admin=True,
        run=change_user,
        output=Account,
        refused=(Code.NOT_FOUND, Code.NAME_TAKEN, Code.WRONG_STATE, Code.BAD_FIELD),
    ),
    Call(
        "POST",
        f"{USER}/logout",
        LogOut,
        "Sign somebody out everywhere",
        "users:write",
        admin=True,
        status=204,
        run=log_out,
        refused=(Code.NOT_FOUND,),
    ),
)
