"""What a unit changes in profiles and privacy, and what must hold for it."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.folded import folded
from chatd.core.refusal import Refusal
from chatd.engine import profiles
from chatd.engine.rows import StatusRow, ToCompany, ToPerson
from chatd.engine.unit import Change, Requirement
from chatd.store import profile_reads
from chatd.store.database import Database
from chatd.store.names_within import keep_names
from chatd.store.work import Work

#: How much later the last connection must have ended to be news, in milliseconds.
MINUTE = 60_000


def owns_picture(database: Database, wanted: profiles.OwnsPicture) -> None:
    row = database.row(
        "select 1 from pictures where id = :picture and person = :user",
        {"picture": wanted.picture, "user": wanted.user},
    )
    if row is None:
        raise Refusal(
            Code.NOT_FOUND,
            "There is no such picture of yours; upload it first.",
            field="avatar",
        )


def may_begin_direct(database: Database, wanted: profiles.MayBeginDirect) -> None:
    first, second = sorted((wanted.user, wanted.other))
    row = database.row(
        """
        select direct_from, exists (select 1 from rooms
                                    where pair_first = :first and pair_second = :second)
        from users where id = :other
        """,
        {"other": wanted.other, "first": first, "second": second},
    )
    if row is None or row[1] or row[0] == "all":
        return
    if row[0] == "rooms" and profile_reads.share_a_room(database, wanted.user, wanted.other):
        return
    raise Refusal(
        Code.FORBIDDEN,
        "This person is written to directly only by those who share a room with them."
        if row[0] == "rooms"
        else "This person takes no new direct conversations.",
    )


def may_be_added(database: Database, wanted: profiles.MayBeAdded) -> None:
    row = database.row("select direct_from from users where id = :other", {"other": wanted.other})
    if row is None or row[0] == "all":
        return
    if not profile_reads.share_a_room(database, wanted.user, wanted.other):
        raise Refusal(
            Code.FORBIDDEN,
            "This person is brought into rooms only by those who share one with them; invite them"
            " instead.",
        )


def few_blocks(database: Database, wanted: profiles.FewBlocks) -> None:
    row = database.row(
        "select count(*) from blocks where person = :user and other <> :other",
        {"user": wanted.user, "other": wanted.other},
    )
    if row is not None and row[0] >= wanted.most:
        raise Refusal(
            Code.LIMIT_REACHED, f"One person may block at most {wanted.most} others here."
        )


def set_profile(work: Work, change: profiles.SetProfile) -> None:
    work.database.run(
        """
        update users set display = coalesce(:display, display), folded = coalesce(:folded, folded),
                         about = coalesce(:about, about),
                         avatar = nullif(coalesce(:avatar, avatar), '')
        where id = :user
        """,
        {
            "user": change.user,
            "display": change.display,
            "folded": None if change.display is None else folded(change.display),
            "about": change.about,
            "avatar": change.avatar,
        },
    )
    if change.display is not None:
        keep_names(work.database, change.user, change.display)


def set_status(work: Work, change: profiles.SetStatus) -> None:
    status = change.status or StatusRow("", "")
    work.database.run(
        """
        update users set status_emoji = :emoji, status_text = :text, status_until = :until
        where id = :user
        """,
        {
            "user": change.user,
            "emoji": status.emoji,
            "text": status.text,
            "until": status.until,
        },
    )


def set_privacy(work: Work, change: profiles.SetPrivacy) -> None:
    work.database.run(
        """
        update users set seen_by = coalesce(:seen_by, seen_by),
                         direct_from = coalesce(:direct_from, direct_from),
                         shows_receipts = coalesce(:receipts, shows_receipts),
                         shows_typing = coalesce(:typing, shows_typing)
        where id = :user
        """,
        {
            "user": change.user,
            "seen_by": change.seen_by,
            "direct_from": change.direct_from,
            "receipts": None if change.receipts is None else int(change.receipts),
            "typing": None if change.typing is None else int(change.typing),
        },
    )


def set_seen(work: Work, change: profiles.SetSeen) -> None:
    for user, at in change.people:
        work.database.run(
            """
            update users set seen = :at
            where id = :user and deletion is null and (seen is null or seen <= :before)
            """,
            {"user": user, "at": at, "before": at - MINUTE},
        )


def tell_person(work: Work, change: profiles.TellPerson) -> None:
    signal = change.signal(profile_reads.own(work.database, change.user, change.now))
    work.unit.tells += (ToCompany(change.user, signal), ToPerson(change.user, signal))


def tell_privacy(work: Work, change: profiles.TellPrivacy) -> None:
    signal = change.signal(profile_reads.privacy(work.database, change.user))
    work.unit.tells.append(ToPerson(change.user, signal))


PROFILE_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    profiles.SetProfile: set_profile,
    profiles.SetStatus: set_status,
    profiles.SetPrivacy: set_privacy,
    profiles.SetSeen: set_seen,
    profiles.TellPerson: tell_person,
    profiles.TellPrivacy: tell_privacy,
}
PROFILE_REQUIREMENTS: Mapping[type[Requirement], Callable[[Database, Any], None]] = {
    profiles.OwnsPicture: owns_picture,
    profiles.MayBeginDirect: may_begin_direct,
    profiles.MayBeAdded: may_be_added,
    profiles.FewBlocks: few_blocks,
}
