"""What a unit changes in accounts that are being deleted, and what must hold for it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from chatd.core.codes import Code
from chatd.core.folded import folded
from chatd.core.refusal import Refusal
from chatd.engine import deletion
from chatd.engine.unit import Change, Requirement
from chatd.store import deletion_reads
from chatd.store.database import Database
from chatd.store.file_changes import forget_of
from chatd.store.names_within import forget_names
from chatd.store.work import Work

#: What lets a person in, and what they kept here for themselves.
_ENDS: Final = (
    "delete from tickets where person = :user",
    "delete from credentials where person = :user",
    "delete from device_codes where person = :user",
    "delete from account_links where person = :user",
    "delete from totp where person = :user",
    "delete from recovery_codes where person = :user",
    "delete from passkeys where person = :user",
    "delete from identities where person = :user",
    "delete from invitations where invited_by = :user",
    "delete from room_links where made_by = :user",
    "delete from room_invited where person = :user or invited_by = :user",
    "delete from blocks where person = :user or other = :user",
    "delete from drafts where person = :user",
    "delete from scheduled where person = :user",
    "delete from room_settings where person = :user",
    "delete from mentions where person = :user",
    # A room goes on showing its picture, no matter who uploaded it.
    """
    delete from pictures where person = :user
      and not exists (select 1 from rooms r where r.avatar = pictures.id)
    """,
)


def not_last_administrator(database: Database, wanted: deletion.NotLastAdministrator) -> None:
    row = database.row(
        """
        select exists (select 1 from users where id = :user and admin = 1)
           and not exists (select 1 from users where id <> :user and admin = 1 and disabled = 0)
        """,
        {"user": wanted.user},
    )
    if row is not None and row[0]:
        raise Refusal(
            Code.WRONG_STATE,
            "This is the only administrator here; make another one first, with"
            " `chatctl user admin NAME`.",
        )


def parts_so(database: Database, wanted: deletion.PartsSo) -> None:
    now = deletion_reads.parting(database, wanted.parting.user, wanted.parting.room)
    if now != wanted.parting:
        raise Refusal(Code.CONFLICT, "The room's members have changed meanwhile.")


def begin_deletion(work: Work, change: deletion.BeginDeletion) -> None:
    begun = work.database.row(
        """
        update users set name = :name, skeleton = :name, display = :display, folded = :folded,
               password = null, admin = 0, disabled = 1, about = '', avatar = null,
               status_emoji = '', status_text = '', status_until = null, seen = null,
               email = null, email_confirmed = 0, language = null,
               deletion = :deletion
        where id = :user and deletion is null returning 1
        """,
        {
            "user": change.user,
            "name": change.name,
            "display": change.display,
            "folded": folded(change.display),
            "deletion": "erase" if change.erase else "leave",
        },
    )
    if begun is None:
        raise Refusal(Code.GONE, "This account was deleted.")
    work.renamed(change.user)
    forget_names(work.database, change.user)
    for statement in _ENDS:
        work.database.run(statement, {"user": change.user})
    forget_of(work, change.user)


def end_deletion(work: Work, change: deletion.EndDeletion) -> None:
    work.database.run("update users set deletion = 'done' where id = :user", {"user": change.user})
    work.database.run("delete from marks where person = :user", {"user": change.user})


DELETION_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    deletion.BeginDeletion: begin_deletion,
    deletion.EndDeletion: end_deletion,
}
DELETION_REQUIREMENTS: Mapping[type[Requirement], Callable[[Database, Any], None]] = {
    deletion.NotLastAdministrator: not_last_administrator,
    deletion.PartsSo: parts_so,
}
