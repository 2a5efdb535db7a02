"""What must hold for a unit: one function for each requirement, raising the Refusal it states."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.roles import Role
from chatd.engine import unit
from chatd.engine.identities import NotConfined
from chatd.engine.messages import MayPin
from chatd.store import refusals
from chatd.store.asking import ASKING_REQUIREMENTS
from chatd.store.database import Database, Row
from chatd.store.deletion_changes import DELETION_REQUIREMENTS
from chatd.store.guests import GUEST_REQUIREMENTS
from chatd.store.hidden import confined, hidden
from chatd.store.pin_changes import may_pin
from chatd.store.profile_changes import PROFILE_REQUIREMENTS
from chatd.store.profile_reads import BLOCKED
from chatd.store.room_requirements import ROOM_REQUIREMENTS

_STANDING = """
    select kind, (select role from memberships
                  where room = :room and person = :user and to_seq is null)
    from rooms where id = :room
"""


def standing(database: Database, room: str, user: str) -> Row:
    """The room's kind and the user's current role, None if not a member; refuses a room that is
    missing or hidden from the user."""
    row = database.row(_STANDING, {"room": room, "user": user})
    if row is None or (row[1] is None and hidden(database, row[0], user)):
        raise refusals.no_room()
    return row


def not_confined(database: Database, wanted: NotConfined) -> None:
    if confined(database, wanted.user):
        raise refusals.confined()


def require_member(database: Database, room: str, user: str) -> str:
    """The user's current role, or the refusal for a room they may not read."""
    role: str | None = standing(database, room, user)[1]
    if role is None:
        raise refusals.not_joined()
    return role


def is_member(database: Database, wanted: unit.IsMember) -> None:
    role = require_member(database, wanted.room, wanted.user)
    if role != wanted.role and Role(role) < Role(wanted.role):
        raise Refusal(
            Code.FORBIDDEN,
            f"That takes the role {wanted.role} in this room, and yours is {role}.",
        )


_WRITING = """
    select r.kind, m.role, r.posting, r.archived, r.slow_seconds, coalesce(k.sent, 0),
           r.pair_first, r.pair_second
    from rooms r
    left join memberships m on m.room = r.id and m.person = :user and m.to_seq is null
    left join marks k on k.room = r.id and k.person = :user
    where r.id = :room
"""


def may_write(database: Database, wanted: unit.MayWrite) -> None:
    writing(database, wanted)


def writing(database: Database, wanted: unit.MayWrite) -> int:
    """The refusal, or the seconds of the room's slow mode."""
    row = database.row(_WRITING, {"room": wanted.room, "user": wanted.user})
    if row is None or (row[1] is None and hidden(database, row[0], wanted.user)):
        raise refusals.no_room()
    kind, role, posting, archived, slow, sent, first, second = row
    if role is None:
        raise refusals.not_joined()
    if archived:
        raise Refusal(Code.WRONG_STATE, "This room is archived: it can be read, not written in.")
    if kind == "direct":
        not_blocked_by(database, unit.NotBlockedBy(first, second))
        return 0
    least = posting if wanted.anew else "member"
    if role != least and Role(role) < Role(least):
        raise Refusal(Code.FORBIDDEN, _ONLY[least])
    wait = sent + slow * 1000 - wanted.now
    if slow and wanted.anew and wait > 0 and Role(role) < Role("moderator"):
        raise Refusal(
            Code.RATE_LIMITED,
            f"Slow mode: one message in {slow} seconds each.",
            # A clock that was set back makes nobody wait longer than the rule says.
            retry_after=min(wait, slow * 1000) / 1000,
        )
    return int(slow)


_ONLY = {
    "member": "You can only read in this room: members can post, readers cannot.",
    "moderator": "Only moderators and owners can post here.",
    "owner": "Only owners can post here.",
}


def sees_message(database: Database, wanted: unit.SeesMessage) -> None:
    _seen(database, wanted.room, wanted.seq, wanted.user)


def _seen(database: Database, room: str, seq: int, user: str) -> Row:
    """Author and time of a message that the user may see and that was not deleted."""
    row = database.row(
        """
        select e.author, e.at, e.deleted
        from events e
        where e.room = :room and e.seq = :seq and e.numbered = 1
          and exists (select 1 from memberships m where m.room = e.room and m.person = :user
                      and m.from_seq <= e.seq and (m.to_seq is null or m.to_seq >= e.seq))
        """,
        {"room": room, "seq": seq, "user": user},
    )
    if row is None:
        raise refusals.no_message()
    if row[2]:
        raise Refusal(Code.GONE, "This message was deleted.")
    return row


def is_room(database: Database, wanted: unit.IsRoom) -> None:
    kind = standing(database, wanted.room, wanted.user)[0]
    if kind not in wanted.kinds:
        raise Refusal(
            Code.WRONG_STATE,
            f"This is a {_in_words(kind)}; that works only in a "
            f"{' or a '.join(_in_words(kind) for kind in wanted.kinds)}.",
        )


def _in_words(kind: str) -> str:
    return "direct conversation" if kind == "direct" else f"{kind} room"


def _role(database: Database, room: str, user: str) -> str | None:
    row = database.row(
        "select role from memberships where room = :room and person = :user and to_seq is null",
        {"room": room, "user": user},
    )
    return row[0] if row else None


def not_member(database: Database, wanted: unit.NotMember) -> None:
    if _role(database, wanted.room, wanted.user) is not None:
        raise Refusal(Code.EXISTS, "This person is in the room already.")


def not_banned(database: Database, wanted: unit.NotBanned) -> None:
    row = database.row(
        "select until from bans where room = :room and person = :user",
        {"room": wanted.room, "user": wanted.user},
    )
    if row is None or (row[0] is not None and row[0] <= wanted.now):
        return
    raise Refusal(
        Code.BANNED,
        "This person is banned from the room for good."
        if row[0] is None
        else "This person is banned from the room for the time being.",
    )


def outranks(database: Database, wanted: unit.Outranks) -> None:
    actor = require_member(database, wanted.room, wanted.actor)
    other = _role(database, wanted.room, wanted.other)
    if other is None and wanted.must_be_member:
        raise Refusal(Code.NOT_FOUND, "This person is not in the room.")
    if wanted.actor == wanted.other or other is None:
        return
    if Role(actor) > Role(other) or actor == other == "owner":
        return
    raise Refusal(
        Code.FORBIDDEN,
        f"You may not do this to a person with the role {other}: yours is {actor}.",
    )


def keeps_an_owner(database: Database, wanted: unit.KeepsAnOwner) -> None:
    row = database.row(
        """
        select r.kind,
               exists (select 1 from memberships m where m.room = r.id and m.to_seq is null
                       and m.role = 'owner' and m.person <> :user),
               exists (select 1 from memberships m where m.room = r.id and m.to_seq is null
                       and m.person <> :user)
        from rooms r where r.id = :room
        """,
        {"room": wanted.room, "user": wanted.user},
    )
    if row is None:
        raise refusals.no_room()
    kind, owned, peopled = row
    if kind != "direct" and peopled and not owned:
        raise Refusal(
            Code.WRONG_STATE,
            "The room would be left without an owner; make another one owner first.",
        )


def is_message(database: Database, wanted: unit.IsMessage) -> None:
    author, at, _ = _seen(database, wanted.room, wanted.seq, wanted.user)
    if author == wanted.user and at >= wanted.not_before:
        return
    if wanted.or_role is not None:
        role = _role(database, wanted.room, wanted.user)
        if role is not None and Role(role) >= Role(wanted.or_role):
            return
    raise Refusal(
        Code.FORBIDDEN,
        "Your message is too old for that."
        if author == wanted.user
        else "This is the message of another person.",
    )


def account_open(database: Database, wanted: unit.AccountOpen) -> None:
    row = database.row(
        "select 1 from users where id = :user and disabled = 0", {"user": wanted.user}
    )
    if row is None:
        raise Refusal(Code.UNAUTHORIZED, "This account is disabled, or was deleted.")


def user_exists(database: Database, wanted: unit.UserExists) -> None:
    row = database.row(
        "select 1 from users where id = :user and disabled = 0", {"user": wanted.user}
    )
    if row is None:
        raise refusals.no_person()


def not_blocked(database: Database, wanted: unit.NotBlocked) -> None:
    pair = database.row(
        "select pair_first, pair_second from rooms where id = :room and kind = 'direct'",
        {"room": wanted.room},
    )
    if pair is not None:
        not_blocked_by(database, unit.NotBlockedBy(*pair))


def not_blocked_by(database: Database, wanted: unit.NotBlockedBy) -> None:
    if database.row(BLOCKED, {"user": wanted.user, "other": wanted.other}) is not None:
        raise refusals.blocked()


def under_limit(database: Database, wanted: unit.UnderLimit) -> None:
    row = database.row(
        "select count(*) from rooms where creator = :user and kind <> 'direct'",
        {"user": wanted.user},
    )
    if row is not None and row[0] >= wanted.most:
        raise Refusal(
            Code.LIMIT_REACHED, f"One person may create at most {wanted.most} rooms here."
        )


def few_stays(database: Database, wanted: unit.FewStays) -> None:
    row = database.row(
        "select count(*) from memberships where room = :room and person = :user",
        {"room": wanted.room, "user": wanted.user},
    )
    if row is not None and row[0] >= wanted.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"One person may come to this room {wanted.most} times, and this one did.",
        )


def few_rooms(database: Database, wanted: unit.FewRooms) -> None:
    row = database.row(
        """
        select count(*) from (
            select 1 from memberships m join rooms r on r.id = m.room
            where m.person = :user and m.to_seq is null and r.kind <> 'direct' limit :most)
        """,
        {"user": wanted.user, "most": wanted.most},
    )
    if row is not None and row[0] >= wanted.most:
        raise Refusal(
            Code.LIMIT_REACHED,
            f"This person is in {wanted.most} rooms already; into another one they can only come"
            " by themselves.",
        )


def check(database: Database, *requires: unit.Requirement) -> None:
    """The refusal of the first that does not hold."""
    for wanted in requires:
        REQUIREMENTS[type(wanted)](database, wanted)


REQUIREMENTS: Mapping[type[unit.Requirement], Callable[[Database, Any], None]] = {
    unit.IsMember: is_member,
    unit.MayWrite: may_write,
    unit.SeesMessage: sees_message,
    unit.IsRoom: is_room,
    unit.NotMember: not_member,
    unit.NotBanned: not_banned,
    unit.Outranks: outranks,
    unit.KeepsAnOwner: keeps_an_owner,
    unit.IsMessage: is_message,
    unit.AccountOpen: account_open,
    unit.UserExists: user_exists,
    NotConfined: not_confined,
    unit.NotBlocked: not_blocked,
    unit.NotBlockedBy: not_blocked_by,
    unit.UnderLimit: under_limit,
    unit.FewStays: few_stays,
    unit.FewRooms: few_rooms,
    **ASKING_REQUIREMENTS,
    **DELETION_REQUIREMENTS,
    **GUEST_REQUIREMENTS,
    **PROFILE_REQUIREMENTS,
    MayPin: may_pin,
    **ROOM_REQUIREMENTS,
}
