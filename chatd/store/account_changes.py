"""What a unit changes in accounts, credentials, invitations and tickets."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.folded import folded
from chatd.core.refusal import Refusal
from chatd.core.scopes import stored
from chatd.engine import accounts
from chatd.engine.unit import Change
from chatd.store.factor_changes import FACTOR_CHANGES
from chatd.store.names_within import keep_names
from chatd.store.work import Work


def create_user(work: Work, change: accounts.CreateUser) -> None:
    _require_free_name(work, change)
    work.database.run(
        """
        insert into users (id, name, skeleton, display, folded, password, admin, disabled, created,
                           kind)
        values (:id, :name, :skeleton, :display, :folded, :password, :admin, 0, :at, :kind)
        """,
        {
            "id": change.user,
            "name": change.name,
            "skeleton": change.skeleton,
            "display": change.display,
            "folded": folded(change.display),
            "password": change.password,
            "admin": int(change.admin),
            "at": change.at,
            "kind": change.kind,
        },
    )
    keep_names(work.database, change.user, change.display)


def rename_user(work: Work, change: accounts.RenameUser) -> None:
    _require_free_name(work, change)
    work.database.run(
        "update users set name = :name, skeleton = :skeleton where id = :user",
        {"user": change.user, "name": change.name, "skeleton": change.skeleton},
    )
    work.renamed(change.user)


def _require_free_name(work: Work, change: accounts.CreateUser | accounts.RenameUser) -> None:
    taken = work.database.row(
        "select name from users where (name = :name or skeleton = :skeleton) and id <> :user",
        {"name": change.name, "skeleton": change.skeleton, "user": change.user},
    )
    if taken is not None:
        raise Refusal(
            Code.NAME_TAKEN,
            "This user name is taken."
            if taken[0] == change.name
            else "This user name looks like that of another person.",
            field="name",
        )


def set_display(work: Work, change: accounts.SetDisplay) -> None:
    work.database.run(
        "update users set display = :display, folded = :folded where id = :user",
        {
            "user": change.user,
            "display": change.display,
            "folded": folded(change.display),
        },
    )
    keep_names(work.database, change.user, change.display)


def set_password(work: Work, change: accounts.SetPassword) -> None:
    work.database.run(
        "update users set password = :password where id = :user",
        {"user": change.user, "password": change.password},
    )
    # A link that somebody else got while knowing the old one must not outlive it.
    work.database.run("delete from account_links where person = :user", {"user": change.user})


def set_disabled(work: Work, change: accounts.SetDisabled) -> None:
    who = {"user": change.user}
    work.database.run(
        """
        update users set disabled = :disabled
        where id = :user and (:disabled = 1 or deletion is null)
        """,
        {**who, "disabled": int(change.disabled)},
    )
    if change.disabled:
        work.database.run("delete from credentials where person = :user", who)
        work.database.run("delete from tickets where person = :user", who)
        work.database.run("delete from device_codes where person = :user", who)
        # Nobody, least of all the same person under another name, enters on their word.
        work.database.run("delete from invitations where invited_by = :user", who)
        work.database.run("delete from room_links where made_by = :user", who)
        work.database.run("delete from room_invited where invited_by = :user", who)


def set_admin(work: Work, change: accounts.SetAdmin) -> None:
    work.database.run(
        "update users set admin = :admin where id = :user",
        {"user": change.user, "admin": int(change.admin)},
    )
    if not change.admin:
        # They stood on an administrator's word.
        work.database.run("delete from invitations where invited_by = :user", {"user": change.user})


def create_credential(work: Work, change: accounts.CreateCredential) -> None:
    if change.most is not None:
        held = work.database.row(
            "select count(*) from credentials where person = :user and kind = :kind",
            {"user": change.user, "kind": change.kind},
        )
        if held is not None and held[0] >= change.most:
            raise Refusal(
                Code.LIMIT_REACHED, f"This account holds {change.most} tokens; end some first."
            )
    work.database.run(
        """
        insert into credentials
            (id, digest, kind, person, label, created, seen, expires, scopes, address, signer)
        values
            (:id, :digest, :kind, :user, :label, :at, :at, :expires, :scopes, :address, :signer)
        """,
        {
            "id": change.id,
            "digest": change.digest,
            "kind": change.kind,
            "user": change.user,
            "label": change.label,
            "at": change.at,
            "expires": change.expires,
            "scopes": stored(change.scopes),
            "address": change.address,
            "signer": change.signer,
        },
    )


def touch_credential(work: Work, change: accounts.TouchCredential) -> None:
    # A touch may be written late, after what another site vouched for was renewed.
    work.database.run(
        """
        update credentials
        set seen = :seen, expires = case kind when 'session' then :expires else expires end
        where id = :id
        """,
        {"id": change.id, "seen": change.seen, "expires": change.expires},
    )


def renew_credential(work: Work, change: accounts.RenewCredential) -> None:
    work.database.run(
        """
        update credentials set expires = :expires, signer = :signer
        where id = :id and person = :user and kind = 'site'
        """,
        {
            "id": change.id,
            "user": change.user,
            "expires": change.expires,
            "signer": change.signer,
        },
    )


def end_credential(work: Work, change: accounts.EndCredential) -> None:
    if change.id is not None:
        where, values = "id = :id", {"user": change.user, "id": change.id}
    else:
        # An id is never empty: without one to spare, all of them go.
        where, values = "id <> :but", {"user": change.user, "but": change.but or ""}
        # So does a program that was let in and has not fetched its token yet.
        work.database.run("delete from device_codes where person = :user", {"user": change.user})
    # A ticket that a session bought must not outlive it.
    work.database.run(
        f"""
        delete from tickets where person = :user
          and session in (select id from credentials where person = :user and {where})
        """,  # noqa: S608 (one of the two literals above)
        values,
    )
    work.database.run(
        f"delete from credentials where person = :user and {where}",  # noqa: S608 (as above)
        values,
    )


def create_invitation(work: Work, change: accounts.CreateInvitation) -> None:
    work.database.run(
        "delete from invitations where expires <= :at or uses_left = 0", {"at": change.at}
    )
    if change.most is not None:
        held = work.database.row(
            "select count(*) from invitations where invited_by is :by", {"by": change.by}
        )
        if held is not None and held[0] >= change.most:
            raise Refusal(
                Code.LIMIT_REACHED,
                f"You have {change.most} open invitations; wait until some are used or end.",
            )
    work.database.run(
        """
        insert into invitations (id, digest, invited_by, admin, created, expires, uses_left)
        values (:id, :digest, :by, :admin, :at, :expires, :uses)
        """,
        {
            "id": change.id,
            "digest": change.digest,
            "by": change.by,
            "admin": int(change.admin),
            "at": change.at,
            "expires": change.expires,
            "uses": change.uses,
        },
    )


def use_invitation(work: Work, change: accounts.UseInvitation) -> None:
    used = work.database.row(
        """
        update invitations set uses_left = uses_left - 1
        where digest = :digest and expires > :now and uses_left > 0 returning admin
        """,
        {"digest": change.digest, "now": change.now},
    )
    if used is None:
        raise Refusal(Code.GONE, "This invitation is not valid any more; ask for a new one.")
    if used[0]:
        work.database.run("delete from invitations where admin = 1", {})


def end_invitation(work: Work, change: accounts.EndInvitation) -> None:
    work.database.run("delete from invitations where id = :id", {"id": change.id})


def create_ticket(work: Work, change: accounts.CreateTicket) -> None:
    work.database.run("delete from tickets where expires <= :at", {"at": change.at})
    work.database.run(
        """
        insert into tickets (digest, person, session, origin, expires)
        values (:digest, :user, :session, :origin, :expires)
        """,
        {
            "digest": change.digest,
            "user": change.user,
            "session": change.session,
            "origin": change.origin,
            "expires": change.expires,
        },
    )


def use_ticket(work: Work, change: accounts.UseTicket) -> None:
    used = work.database.row(
        "delete from tickets where digest = :digest returning expires", {"digest": change.digest}
    )
    if used is None or used[0] <= change.now:
        raise Refusal(
            Code.UNAUTHORIZED, "This ticket is not valid, or not any more; get a new one."
        )


ACCOUNT_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    accounts.CreateUser: create_user,
    accounts.RenameUser: rename_user,
    accounts.SetDisplay: set_display,
    accounts.SetPassword: set_password,
    accounts.SetDisabled: set_disabled,
    accounts.SetAdmin: set_admin,
    accounts.CreateCredential: create_credential,
    accounts.TouchCredential: touch_credential,
    accounts.RenewCredential: renew_credential,
    accounts.EndCredential: end_credential,
    accounts.CreateInvitation: create_invitation,
    accounts.UseInvitation: use_invitation,
    accounts.EndInvitation: end_invitation,
    accounts.CreateTicket: create_ticket,
    accounts.UseTicket: use_ticket,
    **FACTOR_CHANGES,
}
