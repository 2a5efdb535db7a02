"""Direct conversations: one room for each pair of people, and one for everybody's own notes."""

from chatd.core.principal import Principal
from chatd.engine.profiles import MayBeginDirect
from chatd.engine.rows import Committed
from chatd.engine.table import Context, Feature, Write
from chatd.engine.unit import (
    Append,
    Change,
    CreateRoom,
    NotBlockedBy,
    Requirement,
    Unit,
    UserExists,
)
from chatd.features.members import movement
from chatd.wire.frames import Done, Keyed, UserRef


class Direct(Keyed, frozen=True, kw_only=True, tag="direct"):
    """The conversation with ``user``, begun if it is the first time, which not everybody allows
    everybody (`set_privacy`). With yourself these are your notes. The reply names the room."""

    user: UserRef


def direct(command: Direct, actor: Principal, context: Context) -> Unit:
    room = context.new_id("r")
    first, second = sorted((actor.user, command.user))
    joining: tuple[Change, ...] = movement(
        room, actor.user, actor.user, "joined", "member", context.now
    )
    requires: tuple[Requirement, ...] = ()
    if command.user != actor.user:
        joining += movement(room, actor.user, command.user, "added", "member", context.now)
        requires = (
            UserExists(command.user),
            NotBlockedBy(actor.user, command.user),
            MayBeginDirect(actor.user, command.user),
        )
    return Unit(
        actor.user,
        requires=requires,
        changes=(
            CreateRoom(
                room,
                "direct",
                "",
                None,
                "",
                actor.user,
                context.now,
                shared_history=True,
                pair=(first, second),
            ),
            Append(room, "room", actor.user, context.now, b'{"kind":"direct"}'),
            *joining,
        ),
        room=room,
    )


def opened(command: Direct, committed: Committed, actor: Principal, context: Context) -> Done:
    return Done(id=command.id, room=committed.answer.room, at=committed.answer.at)


feature = Feature("direct", rows=(Write(Direct, direct, cost=3, reply=opened),))
