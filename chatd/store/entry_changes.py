"""What a unit changes in the ways into a room: links, and people who are invited."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine import entries
from chatd.engine.unit import Change, FewStays, NotBanned, NotMember
from chatd.store import entry_reads, refusals, requirements
from chatd.store.work import Work

#: Who may let people in.
INVITING = ("moderator", "owner")


def create_room_link(work: Work, change: entries.CreateRoomLink) -> None:
    work.database.run(
        """
        delete from room_links
        where room = :room and (uses_left <= 0 or expires <= :at)
        """,
        {"room": change.room, "at": change.at},
    )
    counted = work.database.row(
        "select count(*) from room_links where room = :room", {"room": change.room}
    )
    if counted is not None and counted[0] >= change.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"{counted[0]} links lead into this room; end some of them first.",
        )
    work.database.run(
        """
        insert into room_links (id, digest, room, made_by, created, expires, uses_left)
        values (:link, :digest, :room, :by, :at, :expires, :uses)
        """,
        {
            "link": change.link,
            "digest": change.digest,
            "room": change.room,
            "by": change.by,
            "at": change.at,
            "expires": change.expires,
            "uses": change.uses,
        },
    )
    work.unit.at = change.at


def end_room_link(work: Work, change: entries.EndRoomLink) -> None:
    ended = work.database.row(
        "delete from room_links where id = :link and room = :room returning 1",
        {"link": change.link, "room": change.room},
    )
    if ended is None:
        raise Refusal(Code.NOT_FOUND, "No such link leads into this room.", field="link_id")


def use_link(work: Work, change: entries.EnterByLink) -> str:
    """The room behind the link, for somebody who may come in; one use is taken."""
    used = work.database.row(
        """
        update room_links set uses_left = uses_left - 1
        where digest = :digest and (expires is null or expires > :at)
          and (uses_left is null or uses_left > 0)
        returning room
        """,
        {"digest": change.digest, "at": change.at},
    )
    if used is None:
        raise entry_reads.no_link()
    room = str(used[0])
    requirements.check(
        work.database,
        NotMember(room, change.user),
        NotBanned(room, change.user, change.at),
        FewStays(room, change.user, change.stays),
    )
    return room


def set_invited(work: Work, change: entries.SetInvited) -> None:
    work.database.run(
        """
        insert into room_invited (person, room, invited_by, at) values (:user, :room, :by, :at)
        """,
        {"user": change.user, "room": change.room, "by": change.by, "at": change.at},
    )
    row = entry_reads.invited_here(work.database, change.user, change.room)
    work.unit.tells.append(change.tell(row))


def end_invited(work: Work, change: entries.EndInvited) -> None:
    ended = work.database.row(
        "delete from room_invited where person = :user and room = :room returning 1",
        {"user": change.user, "room": change.room},
    )
    if ended is None:
        raise refusals.not_invited()


def came(work: Work, room: str, user: str) -> None:
    """``user`` is in the room now: an invitation has been followed, or is no longer of use."""
    work.database.run(
        "delete from room_invited where person = :user and room = :room",
        {"user": user, "room": room},
    )


def may_not_invite(work: Work, room: str, user: str) -> None:
    """``user`` is no longer a moderator of the room: nobody enters on their word."""
    work.database.run(
        "delete from room_links where room = :room and made_by = :user",
        {"room": room, "user": user},
    )
    work.database.run(
        "delete from room_invited where room = :room and invited_by = :user",
        {"room": room, "user": user},
    )


ENTRY_CHANGES: Mapping[type[Change], Callable[[Work, Any], None]] = {
    entries.CreateRoomLink: create_room_link,
    entries.EndRoomLink: end_room_link,
    entries.SetInvited: set_invited,
    entries.EndInvited: end_invited,
}
