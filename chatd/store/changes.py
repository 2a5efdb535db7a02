"""What a unit changes in rooms: one function for each change, run in the writer's transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from chatd.core.codes import Code
from chatd.core.folded import folded
from chatd.core.refusal import Refusal
from chatd.engine import entries, unit
from chatd.engine.files import SayWithFiles
from chatd.engine.messages import Pin, React
from chatd.engine.rows import EventRow, Shun
from chatd.store import file_changes, reaction_changes
from chatd.store.account_changes import ACCOUNT_CHANGES
from chatd.store.account_link_changes import ACCOUNT_LINK_CHANGES
from chatd.store.deletion_changes import DELETION_CHANGES
from chatd.store.device_changes import DEVICE_CHANGES
from chatd.store.entry_changes import ENTRY_CHANGES, INVITING, came, may_not_invite, use_link
from chatd.store.file_changes import FILE_CHANGES
from chatd.store.follower_changes import FOLLOWER_CHANGES
from chatd.store.guests import GUEST_CHANGES
from chatd.store.identity_changes import IDENTITY_CHANGES
from chatd.store.keeping_changes import KEEPING_CHANGES, left
from chatd.store.mark_changes import advance_mark, said
from chatd.store.message_changes import MESSAGE_CHANGES, remember_mentions, whom
from chatd.store.network_blocks import NETWORK_BLOCK_CHANGES
from chatd.store.picture_store import PICTURE_CHANGES
from chatd.store.pin_changes import pin
from chatd.store.profile_changes import PROFILE_CHANGES
from chatd.store.profile_reads import BLOCKED
from chatd.store.push_changes import PUSH_CHANGES
from chatd.store.scheduled_changes import SCHEDULED_CHANGES
from chatd.store.work import Work


def create_room(work: Work, change: unit.CreateRoom) -> None:
    first, second = change.pair or (None, None)
    if change.pair is not None:
        there = work.database.row(
            "select id from rooms where pair_first = :first and pair_second = :second",
            {"first": first, "second": second},
        )
        if there is not None:
            work.unit.existing = there[0]
            return
    _require_free_slug(work, change.slug, change.room)
    work.database.run(
        """
        insert into rooms (id, kind, name, slug, topic, creator, at, shared_history,
                           pair_first, pair_second, folded)
        values (:id, :kind, :name, :slug, :topic, :creator, :at, :shared, :first, :second,
                :folded)
        """,
        {
            "id": change.room,
            "kind": change.kind,
            "name": change.name,
            "slug": change.slug,
            "topic": change.topic,
            "creator": change.creator,
            "at": change.at,
            "shared": int(change.shared_history),
            "first": first,
            "second": second,
            "folded": folded(change.name, change.slug, change.topic),
        },
    )
    work.unit.created = change.room


def _require_free_slug(work: Work, slug: str | None, room: str) -> None:
    if slug is None:
        return
    taken = work.database.row(
        "select 1 from rooms where slug = :slug and id <> :room", {"slug": slug, "room": room}
    )
    if taken is not None:
        raise Refusal(Code.NAME_TAKEN, f"There is a room #{slug} already.", field="slug")


def append(work: Work, change: unit.Append) -> None:
    numbered = int(change.numbered)
    mentions = whom(work, change.room, change.author, change.mentions)
    position = work.position + 1
    counted = work.database.row(
        """
        update rooms set head = head + 1, number = number + :numbered, position = :position
        where id = :room returning head, number
        """,
        {"room": change.room, "numbered": numbered, "position": position},
    )
    if counted is None:
        raise LookupError(f"an event for room {change.room}, which does not exist")
    seq, number = counted
    work.position = position
    work.database.run(
        """
        insert into events (position, room, seq, number, numbered, kind, author, at, target,
                            subject, body, mentions)
        values (:position, :room, :seq, :number, :numbered, :kind, :author, :at, :target,
                :subject, :body, :mentions)
        """,
        {
            "position": position,
            "room": change.room,
            "seq": seq,
            "number": number,
            "numbered": numbered,
            "kind": change.kind,
            "author": change.author,
            "at": change.at,
            "target": change.target,
            "subject": change.subject,
            "body": change.body,
            "mentions": " ".join(mentions),
        },
    )
    if numbered:
        said(work, change.room, change.author, seq, change.at)
    if mentions:
        remember_mentions(work, change.room, seq, mentions)
    work.unit.numbered = change.numbered
    work.unit.events.append(
        EventRow(
            position,
            change.room,
            seq,
            number,
            change.kind,
            change.author,
            work.name(change.author),
            change.at,
            change.target,
            change.body,
            change.subject,
            None if change.subject is None else work.name(change.subject),
            mentions,
        )
    )


def forward(work: Work, change: unit.Forward) -> None:
    row = work.database.row(
        """
        select position, room, seq, number, kind, author, at, body from events
        where room = :room and seq = :seq and numbered = 1
        """,
        {"room": change.source, "seq": change.seq},
    )
    if row is None:
        raise LookupError(f"{change.source} {change.seq} is no message to forward")
    position, room, seq, number, kind, author, at, body = row
    source = EventRow(position, room, seq, number, kind, author, work.name(author), at, None, body)
    append(
        work,
        unit.Append(
            change.room, "message", change.author, change.at, change.body(source), numbered=True
        ),
    )
    file_changes.carry_on(work, room, seq, change.room, work.unit.events[-1].seq)


def say_with_files(work: Work, change: SayWithFiles) -> None:
    file_changes.say_with_files(append, work, change)


def react(work: Work, change: React) -> None:
    body = change.body(reaction_changes.react(work, change))
    append(
        work,
        unit.Append(change.room, "reaction", change.user, change.at, body, target=change.seq),
    )


def set_member(work: Work, change: unit.SetMember) -> None:
    who = {"room": change.room, "user": change.user}
    row = work.database.row(
        """
        select head, members, shared_history,
               (select from_seq from memberships
                where room = :room and person = :user and to_seq is null)
        from rooms where id = :room
        """,
        who,
    )
    if row is None:
        raise LookupError(f"a member for room {change.room}, which does not exist")
    head, members, shared, since = row
    current = {**who, "since": since}
    if since is not None and change.role is not None:
        work.database.run(
            """
            update memberships set role = :role
            where room = :room and person = :user and from_seq = :since
            """,
            {**current, "role": change.role},
        )
    elif since is not None:
        work.database.run(
            """
            update memberships set to_seq = :head
            where room = :room and person = :user and from_seq = :since
            """,
            {**current, "head": max(head, since)},
        )
        members -= 1
        left(work, change.room, change.user)
    elif change.role is not None:
        if shared:
            # Whoever joins sees everything, so an earlier stay adds nothing.
            work.database.run("delete from memberships where room = :room and person = :user", who)
        work.database.run(
            """
            insert into memberships (room, person, from_seq, to_seq, role, joined)
            values (:room, :user, :since, null, :role, :joined)
            on conflict (room, person, from_seq) do update
                set to_seq = null, role = :role, joined = :joined
            """,
            {
                **who,
                "since": 1 if shared else max(1, head),
                "role": change.role,
                "joined": max(1, head),
            },
        )
        members += 1
        came(work, change.room, change.user)
    if since is not None and change.role not in INVITING:
        may_not_invite(work, change.room, change.user)
    if members != row[1]:
        work.database.run(
            "update rooms set members = :members where id = :room",
            {"room": change.room, "members": members},
        )
    work.unit.members.append((change.room, members))


def set_ban(work: Work, change: unit.SetBan) -> None:
    if change.lifted:
        work.database.run(
            "delete from bans where room = :room and person = :user",
            {"room": change.room, "user": change.user},
        )
        return
    work.database.run(
        """
        insert into bans (room, person, banned_by, at, until)
        values (:room, :user, :by, :at, :until)
        on conflict (room, person) do update set banned_by = :by, at = :at, until = :until
        """,
        {
            "room": change.room,
            "user": change.user,
            "by": change.by,
            "at": change.at,
            "until": change.until,
        },
    )


def change_room(work: Work, change: unit.ChangeRoom) -> None:
    _require_free_slug(work, change.slug, change.room)
    work.database.run(
        """
        update rooms set name = coalesce(:name, name), slug = coalesce(:slug, slug),
                         topic = coalesce(:topic, topic),
                         avatar = nullif(coalesce(:avatar, avatar), ''),
                         archived = coalesce(:archived, archived),
                         slow_seconds = coalesce(:slow, slow_seconds),
                         posting = coalesce(:posting, posting)
        where id = :room
        """,
        {
            "room": change.room,
            "name": change.name,
            "slug": change.slug,
            "topic": change.topic,
            "avatar": change.avatar,
            "archived": None if change.archived is None else int(change.archived),
            "slow": change.slow,
            "posting": change.posting,
        },
    )
    _fold(work, change.room)


def _fold(work: Work, room: str) -> None:
    """What a room is found by follows its name, slug and topic."""
    row = work.database.row("select name, slug, topic from rooms where id = :room", {"room": room})
    work.database.run(
        "update rooms set folded = :folded where id = :room",
        {"room": room, "folded": folded(*row or ())},
    )


def enter_by_link(work: Work, change: entries.EnterByLink) -> None:
    room = use_link(work, change)
    append(
        work,
        unit.Append(room, "membership", change.user, change.at, change.body, subject=change.user),
    )
    set_member(work, unit.SetMember(room, change.user, "member"))


def set_block(work: Work, change: unit.SetBlock) -> None:
    if change.blocked:
        work.database.run(
            """
            insert into blocks (person, other, at) values (:user, :other, :at)
            on conflict (person, other) do nothing
            """,
            {"user": change.user, "other": change.other, "at": change.at},
        )
    else:
        work.database.run(
            "delete from blocks where person = :user and other = :other",
            {"user": change.user, "other": change.other},
        )
    who = {"user": change.user, "other": change.other}
    # The other may also have blocked this one.
    on = work.database.row(BLOCKED, who) is not None
    work.unit.tells.append(Shun(change.user, change.other, on))


def take_back(work: Work, change: unit.TakeBack) -> None:
    raise unit.TakenBack


CHANGES: Mapping[type[unit.Change], Callable[[Work, Any], None]] = {
    unit.CreateRoom: create_room,
    unit.Append: append,
    unit.Forward: forward,
    unit.SetMember: set_member,
    unit.SetBan: set_ban,
    unit.ChangeRoom: change_room,
    unit.AdvanceMark: advance_mark,
    unit.SetBlock: set_block,
    unit.TakeBack: take_back,
    **ACCOUNT_CHANGES,
    **ACCOUNT_LINK_CHANGES,
    **DELETION_CHANGES,
    **DEVICE_CHANGES,
    **IDENTITY_CHANGES,
    **FILE_CHANGES,
    **FOLLOWER_CHANGES,
    **GUEST_CHANGES,
    **MESSAGE_CHANGES,
    **NETWORK_BLOCK_CHANGES,
    **PROFILE_CHANGES,
    **PUSH_CHANGES,
    React: react,
    SayWithFiles: say_with_files,
    Pin: pin,
    entries.EnterByLink: enter_by_link,
    **ENTRY_CHANGES,
    **KEEPING_CHANGES,
    **SCHEDULED_CHANGES,
    **PICTURE_CHANGES,
}
